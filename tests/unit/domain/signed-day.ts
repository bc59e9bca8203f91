import { generateKeyPairSync, sign } from 'node:crypto'
import { deviceIdOf } from '../../../src/contract/hub.ts'
import { canonicalJson, type Json } from '../../../src/domain/log/canonical.ts'
import { type LogEntry, sealEntry } from '../../../src/domain/log/entry.ts'
import { excerptLines } from '../../../src/domain/log/excerpt.ts'
import { beforeSegment, beginsSegment, isSegmentWord } from '../../../src/domain/log/segments.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import type { SignedStatement, Statement } from '../../../src/domain/statement/statement.ts'
import { publicKeySha256 } from '../../../src/platform/node/ed25519.ts'
import { createScenario, observed, type Scenario, sha256, signIn, statementEvent } from './scenario.ts'

export const hub = generateKeyPairSync('ed25519')
const consoleKey = generateKeyPairSync('ed25519')
export const device = generateKeyPairSync('ed25519')
export const rawKey = (key: typeof hub.publicKey) => key.export({ format: 'jwk' }).x ?? ''
export const signed = (key: typeof hub.privateKey, value: unknown) =>
  sign(null, Buffer.from(canonicalJson(value as Json)), key).toString('base64url')

export const deviceId = deviceIdOf(publicKeySha256(rawKey(device.publicKey)))

/** Signed as hub and console sign, so that signatures are checked for real. */
function hearSigned(scenario: Scenario, statement: Statement): void {
  const certificate = {
    physicianId: 'p-chen',
    publicKey: rawKey(consoleKey.publicKey),
    issuedAt: '2026-11-24T08:00:00.000Z',
    expiresAt: '2026-11-25T08:00:00.000Z',
  }
  const word: SignedStatement = {
    statement,
    signature: signed(consoleKey.privateKey, statement),
    signer: { certificate, signature: signed(hub.privateKey, certificate) },
  }
  const command = statementEvent(statement)
  scenario.run({
    ...command,
    event: { ...command.event, body: { ...command.event.body, signed: word } },
  })
}

/** A day: a closed session, work of others, and the signature that comes later. */
export function day(): { readonly entries: readonly LogEntry[]; readonly sessionId: string } {
  const scenario = observed()
  // The scenario's own statements carry no real signature; this day has none but the last.
  const bare = scenario.entries.filter((entry) => entry.type !== 'statement-received')
  const again = createScenario({ deviceId })
  for (const entry of bare)
    again.append({ type: entry.type, session: entry.session, body: entry.body } as never)
  const { sessionId } = scenario
  again.run({ kind: 'close-session', disposition: 'released', note: '' })
  const closingHash = again.entries.at(-1)?.hash ?? ''
  again.run({ kind: 'lock', reason: 'by-hand' })
  again.run(signIn)
  hearSigned(again, {
    kind: 'signed',
    id: 's-1',
    physicianId: 'p-chen',
    deviceId: again.deviceId,
    at: '2026-11-24T10:00:00.000Z',
    sessionId,
    closingHash,
  })
  return { entries: again.entries, sessionId }
}

/** The day goes on: the workstation signs it, the hub confirms that, a clock is set back, something else follows. */
export function proven(
  over: {
    readonly seq?: number
    readonly hash?: string
    readonly key?: typeof hub
    readonly deviceKey?: typeof hub
  } = {},
): readonly LogEntry[] {
  const { entries } = day()
  const later = [...entries]
  const add = (type: string, body: unknown, at = '2026-11-24T11:00:00.000Z') => {
    const head = later.at(-1) ?? { seq: 0, hash: '' }
    const draft = {
      device: deviceId,
      at,
      boot: 'b-1',
      mono: 1,
      actor: { kind: 'system' as const },
      type,
      session: null,
    }
    later.push(sealEntry(head, { ...draft, body: body as LogEntry['body'] }, sha256))
    return later.at(-1) ?? head
  }
  const { seq, hash } = entries.at(-1) ?? { seq: 0, hash: '' }
  const checkpoint = {
    purpose: 'scanside-log-checkpoint',
    device: deviceId,
    seq,
    hash,
    ...(over.hash && { hash: over.hash }),
  }
  const signer = over.deviceKey ?? device
  const own = {
    checkpoint,
    publicKey: rawKey(signer.publicKey),
    signature: signed(signer.privateKey, checkpoint),
  }
  const signedBy = add('log-checkpointed', { reason: 'session-end', ...own })
  const receipt = {
    purpose: 'scanside-log-receipt',
    device: deviceId,
    seq: over.seq ?? signedBy.seq,
    hash: signedBy.hash,
    at: '2026-11-24T11:00:01.000Z',
  }
  const { publicKey, privateKey } = over.key ?? hub
  add('hub-receipt-kept', {
    receipt,
    hubPublicKey: rawKey(publicKey),
    signature: signed(privateKey, receipt),
  })
  add('workstation-locked', { reason: 'inactivity' }, '2016-11-24T11:00:00.000Z')
  return later
}

/** The record of a day's session as the workstation saves it. */
export function excerptOf(entries: readonly LogEntry[], sessionId: string): readonly string[] {
  const belonging = new Set(recordEntries(entries, sessionId))
  return excerptLines(
    {
      device: deviceId,
      session: sessionId,
      at: '2026-11-24T10:05:00.000Z',
      head: entries.at(-1) ?? { seq: 0, hash: '' },
      shown: entries.filter((entry) => belonging.has(entry) || isSegmentWord(entry.type)),
      ends: new Map(
        entries.flatMap((entry, index) => {
          const before = entries[index - 1]
          return beginsSegment(entry.seq) && before !== undefined ? [[entry.seq, before] as const] : []
        }),
      ),
    },
    { publicKey: rawKey(device.publicKey), sign: (value) => signed(device.privateKey, value) },
    sha256,
  )
}

export const textOf = (list: readonly LogEntry[]) =>
  list.map((entry) => `${JSON.stringify(entry)}\n`).join('')

/**
 * The log goes on in segment 1 after its end, of which everything from `keptTo` on was lost, as a salvage writes it.
 * @param over what the salvage says, where it is not the truth
 */
export function salvaged(
  list: readonly LogEntry[],
  keptTo = list.length,
  over: { readonly from?: unknown; readonly lost?: readonly unknown[] } = {},
  segment = 1,
): readonly LogEntry[] {
  const kept = list.slice(0, keptTo)
  const end = kept.at(-1)
  const known = list.length
  const lost = keptTo === known ? [] : [{ from: keptTo + 1, to: known, atHubUpTo: known - 1 }]
  const from = end === undefined ? null : { seq: end.seq, hash: end.hash }
  const setAside = 'damaged/2026-11-24T120000Z-segment-0'
  const words: readonly [string, unknown][] = [
    ['segment-begun', { segment, reason: 'database-corrupt', detail: 'page 7 of log', setAside }],
    ['app-started', { version: '0.1.0', runtime: 'electron', afterSeq: 1_000_000_001 }],
    ['log-salvaged', { from, lost, setAside, ...over }],
  ]
  let head: { readonly seq: number; readonly hash: string } = beforeSegment(segment)
  return [
    ...kept,
    ...words.map(([type, body]) => {
      const draft = { device: deviceId, at: '2026-11-24T12:00:00.000Z', boot: 'b-2', mono: 1, session: null }
      const sealed = { ...draft, actor: { kind: 'system' as const }, type, body: body as LogEntry['body'] }
      const entry = sealEntry(head, sealed, sha256)
      head = entry
      return entry
    }),
  ]
}

/** The hub's copy of it, which has everything: more than the room, where it salvaged up to `keptTo`. */
export const longer = (
  list: readonly LogEntry[],
  keptTo: number,
  over?: Parameters<typeof salvaged>[2],
): readonly LogEntry[] => [...list, ...salvaged(list, keptTo, over).slice(keptTo)]

/** Sealed anew from `from` on, as somebody would who can compute hashes but not sign. */
export function reseal(list: readonly LogEntry[], from: number): LogEntry[] {
  const sealed: LogEntry[] = list.slice(0, from)
  for (const { v: _v, seq: _seq, prev: _prev, hash: _hash, ...draft } of list.slice(from)) {
    const last = sealed.at(-1)
    sealed.push(sealEntry(last ?? { seq: 0, hash: '0'.repeat(64) }, draft, sha256))
  }
  return sealed
}
