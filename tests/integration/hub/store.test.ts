import { afterEach, beforeEach, expect, it } from 'vitest'
import { noReceipts } from '../../../src/domain/escalation/receipts.ts'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import {
  type HubStore,
  holeText,
  type Letter,
  type StoredEntry,
  type StoredPage,
} from '../../../src/hub/store.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { chainOf, describeOnEachStore, freshPlace } from './kit.ts'

const at = (second: number) => `2026-11-20T12:00:${String(second).padStart(2, '0')}.000Z`

const rowsOf = (device: string, count: number, from = emptyChain): StoredEntry[] =>
  chainOf(device, count, from).map((entry) => ({
    seq: entry.seq,
    hash: entry.hash,
    prev: entry.prev,
    entry: JSON.stringify(entry),
  }))
const headOf = (rows: readonly StoredEntry[]) => {
  const { seq, hash } = rows.at(-1) ?? emptyChain
  return { seq, hash }
}

describeOnEachStore('the store', (kind) => {
  let place: Awaited<ReturnType<typeof freshPlace>>
  let store: HubStore

  async function open(): Promise<HubStore> {
    const { data = '', database } = place
    const opened = await openStore(
      database === undefined ? { kind: 'sqlite', directory: data } : { kind: 'postgres', address: database },
    )
    if (!opened.ok) throw new Error(opened.error.message)
    let isOpen = true
    const close = async () => {
      if (isOpen) await opened.value.close()
      isOpen = false
    }
    later(close)
    return { ...opened.value, close }
  }
  const reopen = async () => {
    await store.close()
    return open()
  }
  beforeEach(async () => {
    place = await freshPlace()
    store = await open()
  })
  afterEach(cleanUp)

  it('keeps named values, and agrees on one that several make at once', async () => {
    expect(await store.meta.get('a')).toBe(null)
    await store.meta.set('a', '1')
    await store.meta.set('a', '2 “”\u{1f489}')
    const made = await Promise.all([1, 2, 3, 4].map((n) => store.meta.getOrMake('key', () => `made ${n}`)))
    expect(new Set(made).size).toBe(1)
    store = await reopen()
    expect(await store.meta.get('a')).toBe('2 “”\u{1f489}')
    expect(await store.meta.getOrMake('key', () => 'late')).toBe(made[0])
  })

  it('keeps policies by their version, each once', async () => {
    expect([await store.policies.current(), await store.policies.version()]).toEqual([null, 0])
    const policy = { version: 1, issuedAt: at(1), content: testSite(), signature: 's1' }
    expect(await store.policies.add(policy)).toBe(true)
    expect(await store.policies.add({ ...policy, signature: 'late' })).toBe(false)
    const other = testSite({ observationMs: 61_000 })
    const racing = [2, 2, 2].map((version) => store.policies.add({ ...policy, version, content: other }))
    expect((await Promise.all(racing)).filter((added) => added)).toHaveLength(1)
    expect(await store.policies.version()).toBe(2)
    expect(await store.policies.current()).toEqual({ ...policy, version: 2, content: other })
  })

  it('uses an enrolment code up once, and keeps the log of a device that enrols anew', async () => {
    const { enrolment, devices } = store
    for (const codeHash of ['c1', 'c2'])
      await enrolment.addCode({ codeHash, roomId: 'ct-1', expiresAt: at(9) })
    expect(await enrolment.code('none')).toBe(null)
    expect(await enrolment.code('c1')).toEqual({
      codeHash: 'c1',
      roomId: 'ct-1',
      expiresAt: at(9),
      usedAt: null,
    })
    const device = { deviceId: 'd-1', publicKey: 'k', roomId: 'ct-1', hostname: 'pc', enrolledAt: at(1) }
    const racing = [1, 2, 3].map((n) =>
      enrolment.enrol('c1', { ...device, deviceId: `d-${n}`, publicKey: `k${n}` }),
    )
    expect((await Promise.all(racing)).filter((won) => won)).toHaveLength(1)
    const [known] = await devices.list()
    expect((await enrolment.code('c1'))?.usedAt).toBe(at(1))
    expect(await devices.revoke('d-none', at(2))).toBe(false)
    const deviceId = known?.deviceId ?? ''
    expect(await devices.revoke(deviceId, at(2))).toBe(true)
    await devices.revoke(deviceId, at(3))
    expect((await devices.get(deviceId))?.revokedAt).toBe(at(2))
    expect(await devices.revoked()).toEqual([deviceId])
    await enrolment.enrol('c2', { ...device, ...known, roomId: 'ct-2', enrolledAt: at(4) })
    expect(await devices.list()).toEqual([{ ...known, roomId: 'ct-2', enrolledAt: at(4), revokedAt: null }])
    expect([await devices.get('d-none'), await devices.revoked()]).toEqual([null, []])
  })

  it('makes neither a used code nor a device when one of the two cannot be', async () => {
    const { enrolment, devices } = store
    for (const codeHash of ['c1', 'c2'])
      await enrolment.addCode({ codeHash, roomId: 'ct-1', expiresAt: at(9) })
    const device = { deviceId: 'd-1', publicKey: 'k', roomId: 'ct-1', hostname: 'pc', enrolledAt: at(1) }
    await enrolment.enrol('c1', device)
    await expect(enrolment.enrol('c2', { ...device, deviceId: 'd-2' })).rejects.toThrow()
    expect((await enrolment.code('c2'))?.usedAt).toBe(null)
    expect(await devices.list()).toHaveLength(1)
  })

  it('makes one passkey of an invite, counts its uses, and ends sessions', async () => {
    const { physicians } = store
    await physicians.addInvite({ codeHash: 'i1', physicianId: 'dr-chen', expiresAt: at(9) })
    const passkey = {
      credentialId: 'p1',
      physicianId: 'dr-chen',
      publicKey: 'cose',
      counter: 0,
      transports: ['internal', 'hybrid'],
      createdAt: at(1),
    }
    const racing = ['p1', 'p2'].map((credentialId) => physicians.register('i1', { ...passkey, credentialId }))
    expect((await Promise.all(racing)).toSorted()).toEqual([false, true])
    expect((await physicians.invite('i1'))?.usedAt).toBe(at(1))
    const [kept] = await physicians.passkeysOf('dr-chen')
    expect(kept).toEqual({ ...passkey, credentialId: kept?.credentialId })
    await physicians.countUse(kept?.credentialId ?? '', 4_294_967_295)
    expect((await physicians.passkey(kept?.credentialId ?? ''))?.counter).toBe(4_294_967_295)
    expect(await physicians.passkey('none')).toBe(null)
    expect(await physicians.isEnded('s')).toBe(false)
    await physicians.endSession('s', at(9))
    await physicians.endSession('s', at(9))
    expect(await physicians.isEnded('s')).toBe(true)
    await physicians.addCertificate({
      publicKey: 'k',
      physicianId: 'dr-chen',
      issuedAt: at(1),
      expiresAt: at(9),
    })
  })

  it('steps over a place of which it knows the hash alone, and takes its text once', async () => {
    const { log } = store
    const rows = rowsOf('d-1', 4)
    const [first, odd, ...rest] = rows
    if (first === undefined || odd === undefined) throw new Error('four rows')
    await log.append('d-1', emptyChain, [first, { ...odd, entry: holeText }, ...rest], at(1))
    expect(await log.holes('d-1')).toEqual([{ seq: 2, hash: odd.hash }])
    expect((await log.read('d-1', 1, 9)).map(({ entry }) => entry === holeText)).toEqual([
      false,
      true,
      false,
      false,
    ])
    const other = { ...odd, hash: 'f'.repeat(64) }
    expect([await log.fill('d-1', other, at(2)), await log.fill('d-1', first, at(2))]).toEqual([false, false])
    expect([await log.fill('d-1', odd, at(2)), await log.fill('d-1', odd, at(3))]).toEqual([true, false])
    store = await reopen()
    expect([await store.log.holes('d-1'), await store.log.read('d-1', 1, 9)]).toEqual([[], rows])
  })

  it('keeps what is apart from the log as it came, once, whatever it is', async () => {
    const { quarantine } = store
    const item = {
      deviceId: 'd-1',
      seq: 3,
      hash: 'a',
      at: at(1),
      reason: 'damaged',
      text: '{"\0\ud800"é',
    } as const
    const more = [item, { ...item, text: 'another' }, { ...item, seq: 4, reason: 'fork' }] as const
    expect(await quarantine.add([item])).toBe(1)
    expect(await quarantine.add(more)).toBe(2)
    store = await reopen()
    expect(await store.quarantine.list('d-1', 0, 9)).toEqual(more)
    expect(await store.quarantine.list('d-1', 2, 9)).toEqual([more[2]])
    expect([await store.quarantine.count('d-1'), await store.quarantine.count('d-2')]).toEqual([3, 0])
    expect(await store.quarantine.has('d-1', 4, 'a')).toBe(true)
    expect(await store.quarantine.has('d-2', 4, 'a')).toBe(false)
  })

  it('appends to the head that was judged, and nothing otherwise', async () => {
    const { log } = store
    expect(await log.head('d-1')).toEqual(emptyChain)
    const rows = rowsOf('d-1', 30)
    const [first, second] = [rows.slice(0, 10), rows.slice(10)]
    expect(await log.append('d-1', emptyChain, first, at(1))).toBe(true)
    expect(await log.append('d-1', emptyChain, first, at(1))).toBe(false)
    expect(await log.append('d-1', { seq: 10, hash: 'f'.repeat(64) }, second, at(1))).toBe(false)
    expect(await log.append('d-2', headOf(first), second, at(1))).toBe(false)
    expect(await log.append('d-1', headOf(first), second, at(2))).toBe(true)
    store = await reopen()
    expect(await store.log.head('d-1')).toEqual(headOf(rows))
    expect([await store.log.count('d-1'), await store.log.count('d-2')]).toEqual([rows.length, 0])
    expect(await store.log.head('d-2')).toEqual(emptyChain)
    expect(await store.log.read('d-1', 1, 100)).toEqual(rows)
    expect(await store.log.read('d-1', 8, 5)).toEqual(rows.slice(7, 12))
    expect(await store.log.hashes('d-1', [12, 9, 99])).toEqual(
      new Map([rows[8], rows[11]].map((row) => [row?.seq, row?.hash])),
    )
  })

  it('lets one of many writers of a chain win at each step, and stores each entry once', async () => {
    const others = kind === 'PostgreSQL' ? [await open(), await open()] : []
    const writers = [store, ...others, store, store]
    const rows = rowsOf('d-1', 60)
    let won = 0
    await Promise.all(
      writers.map(async ({ log }) => {
        for (let from = 0; from < rows.length; from += 6) {
          const batch = rows.slice(from, from + 6)
          if (await log.append('d-1', headOf(rows.slice(0, from)), batch, at(1))) won += 1
        }
      }),
    )
    const stored = await store.log.read('d-1', 1, 100)
    expect(stored).toEqual(rows.slice(0, stored.length))
    expect(won).toBe(stored.length / 6)
    expect(await store.log.head('d-1')).toEqual(headOf(stored))
  })

  it('refuses a gap, and keeps nothing of the batch that had it', async () => {
    const rows = rowsOf('d-1', 9)
    await store.log.append('d-1', emptyChain, rows.slice(0, 3), at(1))
    const torn = [...rows.slice(3, 5), ...rows.slice(7)]
    await expect(store.log.append('d-1', headOf(rows.slice(0, 3)), torn, at(1))).rejects.toThrow(
      'without gaps',
    )
    expect(await store.log.head('d-1')).toEqual(headOf(rows.slice(0, 3)))
    expect(await store.log.append('d-1', headOf(rows.slice(0, 3)), rows.slice(3), at(1))).toBe(true)
  })

  it('gives an entry back letter for letter', async () => {
    const entry = '{"b":1.50,"a":"\\u0000 é \\ud83d\\ude00","big":1e400,"": [ ]}'
    const row = { seq: 1, hash: 'a'.repeat(64), prev: emptyChain.hash, entry }
    await store.log.append('d-1', emptyChain, [row], at(1))
    expect((await store.log.read('d-1', 1, 1))[0]?.entry).toBe(entry)
  })

  it('keeps incidents in their order', async () => {
    const incident = { deviceId: 'd-1', at: at(1), kind: 'fork', seq: 5, detail: 'Two logs.' }
    await store.log.addIncident(incident)
    await store.log.addIncident({ ...incident, seq: 2 ** 53 - 1 })
    expect(await store.log.incidents('d-1')).toEqual([incident, { ...incident, seq: 2 ** 53 - 1 }])
    expect(await store.log.incidents('d-2')).toEqual([])
  })

  it('keeps open pages as they were saved last', async () => {
    const page: StoredPage = {
      escalationId: 'e-1',
      deviceId: 'd-1',
      page: '{"x":1}',
      startedAt: at(2),
      primary: null,
      receipts: {},
      ladder: null,
      pagings: {},
    }
    const receipts = { ...noReceipts, paged: at(2), accepted: at(3) }
    const taken = {
      ...page,
      primary: 'dr-chen',
      receipts: { 'dr-chen': receipts },
      ladder: { timing: testSite().escalation, physicians: [], supervisor: [] },
      pagings: { 'supervisor webhook x': { state: 'delivered', round: 1, at: at(4), detail: 'taken' } },
    } as const
    await store.pages.save(page, 'first')
    await store.pages.save({ ...page, escalationId: 'e-0', startedAt: at(1) }, 'first')
    expect(await store.pages.save(taken, 'later')).toBe(true)
    store = await reopen()
    expect(await store.pages.takeOver()).toEqual([{ ...page, escalationId: 'e-0', startedAt: at(1) }, taken])
    expect(await store.pages.takeOver()).toEqual([])
    expect((await store.pages.mine()).toSorted()).toEqual(['e-0', 'e-1'])
    expect([await store.pages.anyOf('d-1'), await store.pages.anyOf('d-2')]).toEqual([true, false])
    await store.pages.remove('e-1')
    await store.pages.remove('e-1')
    expect(await store.pages.mine()).toEqual(['e-0'])
  })

  it('keeps the newest ten browsers of a physician, each with who signed in there last', async () => {
    const { pushSubscriptions } = store
    const browser = (n: number, physicianId = 'dr-chen') => ({
      endpoint: `https://push.example.org/${n}`,
      physicianId,
      p256dh: 'p',
      auth: 'a',
      createdAt: at(n),
    })
    for (let n = 1; n <= 11; n += 1) await pushSubscriptions.put(browser(n))
    await pushSubscriptions.put(browser(5, 'dr-rao'))
    store = await reopen()
    const endpoints = (await store.pushSubscriptions.of('dr-chen')).map(({ endpoint }) => endpoint)
    expect(endpoints.map((endpoint) => Number(endpoint.split('/').at(-1)))).toEqual([
      11, 10, 9, 8, 7, 6, 4, 3, 2,
    ])
    expect(await store.pushSubscriptions.of('dr-rao')).toEqual([browser(5, 'dr-rao')])
    await store.pushSubscriptions.remove(browser(5).endpoint)
    expect(await store.pushSubscriptions.of('dr-rao')).toEqual([])
  })

  it('gives out each ending that is due once, until its lease is over', async () => {
    const ending = { escalationId: 'e-1', pager: 'a', message: '{}', since: at(0), attempts: 0 }
    await store.pagerEndings.add(ending, at(10))
    await store.pagerEndings.add({ ...ending, message: 'twice' }, at(0))
    expect(await store.pagerEndings.claim(at(9), at(40))).toEqual([])
    store = await reopen()
    expect(await store.pagerEndings.claim(at(10), at(40))).toEqual([ending])
    expect(await store.pagerEndings.claim(at(39), at(40))).toEqual([])
    await store.pagerEndings.postpone({ ...ending, attempts: 1 }, at(50))
    expect(await store.pagerEndings.claim(at(50), at(59))).toEqual([{ ...ending, attempts: 1 }])
    await store.pagerEndings.remove(ending)
    expect(await store.pagerEndings.claim(at(59), at(59))).toEqual([])
  })

  it('keeps the first letter of a name until its room has it, and then only that it had been', async () => {
    const { mailbox } = store
    const letter: Letter = {
      statementId: 's-1',
      deviceId: 'd-1',
      physicianId: 'dr-chen',
      hash: 'h1',
      signed: '{"signed":true}',
      receivedAt: at(1),
      loggedAt: null,
    }
    expect(await mailbox.put(letter)).toEqual(letter)
    expect(await mailbox.put({ ...letter, hash: 'h2', receivedAt: at(2) })).toEqual(letter)
    await mailbox.put({ ...letter, statementId: 's-0', receivedAt: at(3) })
    await mailbox.put({ ...letter, deviceId: 'd-2' })
    expect((await mailbox.undelivered('d-1')).map(({ statementId }) => statementId)).toEqual(['s-1', 's-0'])
    expect(await mailbox.markLogged('d-3', 's-1', at(4))).toBe(null)
    const logged = { ...letter, signed: null, loggedAt: at(4) }
    expect(await mailbox.markLogged('d-1', 's-1', at(4))).toEqual(logged)
    expect(await mailbox.markLogged('d-1', 's-1', at(5))).toEqual(logged)
    expect(await mailbox.put(letter)).toEqual(logged)
    expect((await mailbox.undelivered('d-1')).map(({ statementId }) => statementId)).toEqual(['s-0'])
    expect(await mailbox.undelivered('d-2')).toHaveLength(1)
  })

  it('says whether it answers', async () => {
    await expect(store.check()).resolves.toBeUndefined()
    await store.close()
    await expect(store.check()).rejects.toThrow()
  })
})
