import { expect, it } from 'vitest'
import type { SignedCardsWord } from '../../../src/domain/policy/cards-approval.ts'
import { createCardsApprovals } from '../../../src/hub/cards-approvals.ts'
import { systemClock } from '../../../src/hub/clock.ts'
import { createJournal } from '../../../src/hub/journal.ts'
import { openSite } from '../../../src/hub/site.ts'
import type { LogStore, PolicyStore, StoredEntry, StoredPolicy } from '../../../src/hub/store.ts'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { approvalOf, signedBy, withdrawalOf } from '../../support/cards-words.ts'
import { testSite } from '../../support/site.ts'

const keys = generateKeyPair()
const at = '2026-11-20T12:00:00.000Z'
const site = testSite({ medicalDirectors: ['dr-chen'] })
const said = approvalOf(site, { physicianId: 'dr-chen', name: 'Dr. A. Chen', at, validUntil: '2027-11-20' })
const approved = signedBy(keys, said)
const withdrawn = signedBy(keys, withdrawalOf(said, { at }))

it('the journal takes each row once, however its readers overlap and whoever is answered first', async () => {
  const stored: StoredEntry[] = []
  const answers: (() => void)[] = []
  const read = (_device: string, from: number) => {
    const found = stored.filter(({ seq }) => seq >= from)
    return new Promise<readonly StoredEntry[]>((resolve) => answers.push(() => resolve(found)))
  }
  const journal = createJournal({ read } as unknown as LogStore, keys, systemClock)
  /** The newest question first. */
  const answered = async <T>(asked: Promise<T>): Promise<T> => {
    let isDone = false
    void asked.then(() => {
      isDone = true
    })
    while (!isDone) {
      answers.pop()?.()
      await new Promise(setImmediate)
    }
    return asked
  }
  const empty = await answered(journal.state())
  stored.push(...journal.rows(empty.head, [{ type: 'cards-approved', body: { signed: approved } }]))
  const earlier = journal.state()
  const head = stored.at(-1) as StoredEntry
  stored.push(...journal.rows(head, [{ type: 'cards-approval-withdrawn', body: { signed: withdrawn } }]))
  const later = journal.state()
  await answered(Promise.all([earlier, later]))
  const state = await answered(journal.state())
  expect(state.head).toMatchObject({ seq: stored.length })
  expect(state.cards.map(({ statement }) => statement.id)).toEqual(['a-1', 'w-1'])
})

it('an approval that another hub sees withdrawn meanwhile is not issued again', async () => {
  let cards: SignedCardsWord[] = []
  const issued: StoredPolicy[] = []
  let onAdd: (() => void) | undefined
  const policies: PolicyStore = {
    current: async () => issued.at(-1) ?? null,
    version: async () => issued.at(-1)?.version ?? 0,
    async add(policy) {
      onAdd?.()
      onAdd = undefined
      if (policy.version !== issued.length + 1) return false
      issued.push(policy)
      return true
    },
  }
  const opened = await openSite(policies, keys, systemClock, site)
  if (!opened.ok) throw new Error(opened.error.message)
  const journal = { state: async () => ({ cards }) }
  const approvals = createCardsApprovals({ journal, site: opened.value } as unknown as Parameters<
    typeof createCardsApprovals
  >[0])
  cards = [approved]
  onAdd = () => {
    cards = [approved, withdrawn]
    const content = { ...site, cardsApproval: { approved, withdrawn } }
    issued.push({ version: 2, issuedAt: at, content, signature: 'by the other hub' } as StoredPolicy)
  }
  await Promise.all([approvals.settle(), approvals.settle()])
  expect(opened.value.policy()).toMatchObject({ version: 2, cardsApproval: { withdrawn } })
  expect(issued).toHaveLength(2)
})
