import { expect, it } from 'vitest'
import { type SiteCards, siteCardsSchema } from '../../../src/contract/hub.ts'
import type { SignedCardsWord } from '../../../src/domain/policy/cards-approval.ts'
import { cardsText } from '../../../src/domain/policy/judge-cards.ts'
import { fail, ok } from '../../../src/domain/result.ts'
import { createCards } from '../../../src/physician/cards/cards.ts'
import type { StatementSigner } from '../../../src/physician/statements/console-key.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { testSite } from '../../support/site.ts'

const { cards, site } = testSite()
const served: SiteCards = siteCardsSchema.parse({
  ok: true,
  siteId: site.id,
  siteName: site.name,
  cards,
  // A hub that says another hash than that of the cards which it shows.
  judged: {
    edition: cards.edition,
    hash: 'f'.repeat(64),
    policyIssuedAt: '2026-11-20T12:00:00.000Z',
    approval: { kind: 'none' },
  },
  mayApprove: true,
  medicalDirectors: ['Dr. A. Chen'],
  today: '2026-11-20',
  words: [],
})

const signer = {
  physicianId: 'dr-chen',
  sign: async (statement: object) => ({ statement, signature: 's', signer: {} }),
} as unknown as StatementSigner

function keeper(over: { signer?: StatementSigner | null; answer?: ReturnType<typeof fail> } = {}) {
  const sent: SignedCardsWord[] = []
  const made = createCards({
    api: {
      cards: async () => ok(served),
      sayOfCards: async (word) => {
        sent.push(word)
        return over.answer ?? ok({ ok: true })
      },
    },
    subtle: crypto.subtle,
    signer: () => (over.signer === undefined ? signer : over.signer),
    selfName: () => 'Dr. A. Chen',
    instant: () => '2026-11-20T12:00:00.000Z',
    newId: () => 'a-1',
  })
  return { ...made, sent }
}

it('signs the cards that are shown, whatever hash the hub says', async () => {
  const { load, approve, sent } = keeper()
  await load()
  await approve('2027-11-20')
  expect(sent.map(({ statement }) => statement)).toEqual([
    {
      kind: 'cards-approved',
      id: 'a-1',
      physicianId: 'dr-chen',
      name: 'Dr. A. Chen',
      siteId: site.id,
      at: '2026-11-20T12:00:00.000Z',
      cards: { edition: cards.edition, hash: sha256Hex(cardsText(cards)) },
      validUntil: '2027-11-20',
    },
  ])
})

it('says why an approval was not taken, and that nothing is signed without a key', async () => {
  const refused = keeper({ answer: fail('other-cards', 'The cards have changed.') })
  await refused.load()
  await refused.approve('2027-11-20')
  expect(refused.store.getState()).toMatchObject({ busy: false, problem: { kind: 'other-cards' } })
  const keyless = keeper({ signer: null })
  await keyless.load()
  await keyless.approve('2027-11-20')
  expect(keyless.store.getState()).toMatchObject({ busy: false, problem: { kind: 'no-signing' } })
  expect(keyless.sent).toEqual([])
})
