import { afterEach, expect, it } from 'vitest'
import { standingInWords, standingOf } from '../../../src/domain/policy/cards-standing.ts'
import { systemClock } from '../../../src/hub/clock.ts'
import { storePlaceOf } from '../../../src/hub/config.ts'
import { loadKeys } from '../../../src/hub/context.ts'
import { createHub } from '../../../src/hub/hub.ts'
import { createJournal } from '../../../src/hub/journal.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { approvalOf, signedBy } from '../../support/cards-words.ts'
import { cleanUp } from '../../support/undo.ts'
import { approve, cardsOf, directedSite, inDays, send, withdraw } from './cards-kit.ts'
import {
  describeOnEachStore,
  enrol,
  kindOf,
  physicianOf,
  register,
  startHub,
  type TestHub,
  type TestPhysician,
  tempDir,
} from './kit.ts'

afterEach(cleanUp)

async function scene() {
  const hub = await startHub({ site: directedSite() })
  return { hub, chen: await register(hub, 'dr-chen') }
}

/** The hub that follows on the same data, and the same browser at its new port. */
async function restarted({ place, url }: TestHub, { physicianId, cookie, authenticator }: TestPhysician) {
  const back = await startHub({ ...place, publicUrl: url, site: directedSite() })
  const there = `http://localhost:${back.port}`
  return { back, chen: physicianOf(there, physicianId, cookie, authenticator, url) }
}

const shownTo = async (physician: TestPhysician): Promise<string> =>
  standingInWords(standingOf((await cardsOf(physician)).judged, new Date().toISOString()))

describeOnEachStore('the approval of the cards', () => {
  it('is in the policy that the rooms are told of, and shown to every physician, until it is withdrawn', async () => {
    const { hub, chen } = await scene()
    const room = await (await enrol(hub, 'ct-1')).connect()
    const rao = await register(hub, 'dr-rao')
    expect(await cardsOf(rao)).toMatchObject({
      mayApprove: false,
      medicalDirectors: ['Dr. A. Chen'],
      words: [],
    })
    expect(await shownTo(rao)).toBe('NOT APPROVED by a medical director · edition test')

    const { said, reply } = await approve(chen)
    expect([reply.status, reply.body]).toEqual([200, { ok: true }])
    expect(await room.next('policy-changed')).toEqual({ version: 2 })
    expect(await shownTo(rao)).toMatch(/^Approved by Dr\. A\. Chen, medical director, on .* edition test$/)
    // The same word again, because the answer was lost: nothing is done twice.
    const [word] = (await cardsOf(chen)).words
    const again = await chen.post('/api/physician/cards/approval', { signed: word })
    expect([again.status, (await cardsOf(chen)).words.length]).toEqual([200, 1])

    expect((await withdraw(chen, said)).status).toBe(200)
    expect(await room.next('policy-changed')).toEqual({ version: 3 })
    expect(await shownTo(rao)).toMatch(/^NOT APPROVED .* Dr\. A\. Chen withdrew the approval/)
    expect((await cardsOf(rao)).words.map(({ statement }) => statement.kind)).toEqual([
      'cards-approved',
      'cards-approval-withdrawn',
    ])
  })

  it('is taken from a medical director alone, for these cards, by their own key, up to a day that makes sense', async () => {
    const { hub, chen } = await scene()
    const rao = await register(hub, 'dr-rao')
    const { today } = await cardsOf(chen)
    const refused = async (sending: Promise<{ readonly reply: { status: number; body: unknown } }>) => {
      const { status, body } = (await sending).reply
      return [status, kindOf(body)]
    }
    expect(await refused(approve(rao, { name: 'Dr. M. Rao' }))).toEqual([403, 'not-medical-director'])
    expect(await refused(approve(chen, { physicianId: 'dr-rao' }))).toEqual([403, 'not-your-word'])
    expect(await refused(approve(chen, { name: 'Dr. X' }))).toEqual([409, 'other-site'])
    expect(await refused(approve(chen, { siteId: 'south' }))).toEqual([409, 'other-site'])
    const cards = { edition: 'test', hash: '0'.repeat(64) }
    expect(await refused(approve(chen, { cards }))).toEqual([409, 'other-cards'])
    for (const days of [-1, 732])
      expect(await refused(approve(chen, { validUntil: inDays(today, days) }))).toEqual([
        400,
        'expiry-out-of-range',
      ])
    const said = approvalOf(directedSite(), {
      physicianId: 'dr-chen',
      name: 'Dr. A. Chen',
      at: new Date().toISOString(),
      validUntil: today,
    })
    const forged = { signed: signedBy(generateKeyPair(), said) }
    const answer = await chen.post('/api/physician/cards/approval', forged)
    expect([answer.status, kindOf(answer.body)]).toEqual([401, 'certificate-not-by-hub'])
    expect((await cardsOf(chen)).words).toEqual([])
    expect(await shownTo(chen)).toMatch(/^NOT APPROVED/)
  })

  it('withdrawn twice, or under a name that is taken, is refused: the words stay as they were', async () => {
    const { chen } = await scene()
    const { said } = await approve(chen)
    const newer = await approve(chen, { id: 'a-2' })
    const late = await withdraw(chen, said)
    expect([late.status, kindOf(late.body)]).toEqual([409, 'approval-not-in-force'])
    const renamed = await send(chen, { ...said, validUntil: newer.said.at.slice(0, 10) })
    expect([renamed.status, kindOf(renamed.body)]).toEqual([409, 'statement-conflict'])
    expect((await withdraw(chen, newer.said)).status).toBe(200)
    // The one before does not come back.
    expect(await shownTo(chen)).toMatch(/^NOT APPROVED .* withdrew/)
  })

  it('outlives a restart with the same site, and is void for other cards', async () => {
    const { hub, chen: before } = await scene()
    await approve(before)
    await hub.hub.stop()
    const { back, chen } = await restarted(hub, before)
    expect(await shownTo(chen)).toMatch(/^Approved by Dr\. A\. Chen/)
    const { cards } = directedSite()
    await back.hub.replaceSite(directedSite({ cards: { ...cards, edition: 'next' } }))
    expect(await shownTo(chen)).toMatch(/^NOT APPROVED .* other cards .*\(edition test\) · edition next$/)
    await approve(chen, { id: 'a-2' })
    expect(await shownTo(chen)).toMatch(/^Approved by Dr\. A\. Chen.* edition next$/)
    await back.hub.replaceSite(directedSite({ medicalDirectors: [], cards: { ...cards, edition: 'next' } }))
    expect(await shownTo(chen)).toMatch(/^NOT APPROVED .* does not name Dr\. A\. Chen medical director/)
  })

  it('is brought into the policy by the next start, where the hub died between journal and policy', async () => {
    const { hub, chen: before } = await scene()
    const { siteId, today } = await cardsOf(before)
    await hub.hub.stop()
    const store = await openStore(storePlaceOf({ ...hub.place, port: 0 }))
    if (!store.ok) throw new Error(store.error.message)
    const { signing } = await loadKeys(store.value.meta)
    const said = approvalOf(directedSite(), {
      siteId,
      physicianId: 'dr-chen',
      name: 'Dr. A. Chen',
      at: new Date().toISOString(),
      validUntil: inDays(today, 30),
    })
    await createJournal(store.value.log, signing, systemClock).append({
      type: 'cards-approved',
      body: { signed: signedBy(signing, said) },
    })
    await store.value.close()
    const { chen } = await restarted(hub, before)
    expect(await shownTo(chen)).toMatch(/^Approved by Dr\. A\. Chen/)
  })
})

it('a medical director must be among the physicians, and MD or DO', async () => {
  const { physicians } = directedSite()
  const [chen, ...others] = physicians
  if (chen === undefined) throw new Error('the site has physicians')
  const data = await tempDir()
  await expect(
    createHub({ data, port: 0, site: directedSite({ medicalDirectors: ['dr-nobody'] }) }),
  ).rejects.toThrow(`medicalDirectors.0: "dr-nobody" is nobody's id in physicians`)
  const site = directedSite({ physicians: [{ ...chen, role: 'NP' }, ...others] })
  await expect(createHub({ data, port: 0, site })).rejects.toThrow('a medical director is MD or DO')
})
