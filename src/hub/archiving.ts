import type { KeysFile } from '../domain/log/archive.ts'
import { holeLine, readHole } from '../domain/log/check-lines.ts'
import type { ChainHead, LogEntry } from '../domain/log/entry.ts'
import { excerptLines } from '../domain/log/excerpt.ts'
import { beginsSegment, isSegmentWord } from '../domain/log/segments.ts'
import { endsSession } from '../domain/log/session-end.ts'
import { createCandidates } from '../domain/record/candidates.ts'
import { createSpan } from '../domain/record/span.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import type { ArchivePiece, ArchiveSigner } from '../platform/node/archive-writer.ts'
import { type SigningKeyPair, sha256Hex, signJson } from '../platform/node/ed25519.ts'
import { entriesFrom, entriesOf, type ReadRows, type Span } from '../platform/node/log-spans.ts'
import type { Journal } from './journal.ts'
import { type HubStore, holeText } from './store.ts'

/** What the hub gives away, and to whom its word on it is: what exports and copies are made of. */

export const signerOf = (keys: SigningKeyPair, { deviceId }: Journal): ArchiveSigner => ({
  kind: 'hub',
  deviceId,
  publicKey: keys.publicKey,
  sign: (value) => signJson(keys.privateKey, value),
})

export const readerOf =
  ({ log }: HubStore, deviceId: string): ReadRows =>
  async (fromSeq, limit) =>
    (await log.read(deviceId, fromSeq, limit)).map((row) =>
      row.entry === holeText ? { ...row, entry: holeLine({ device: deviceId, ...placeOf(row) }) } : row,
    )
const placeOf = ({ seq, hash }: ChainHead): ChainHead => ({ seq, hash })

/**
 * Content of `keys.json`: every device that was ever enrolled, and the hub itself. To be asked for after the devices
 * whose logs go with it: one that is enrolled in between has a key and no log there, never the other way round.
 */
export async function keysText(store: HubStore, keys: SigningKeyPair, journal: Journal): Promise<string> {
  const devices = (await store.devices.list()).map(
    ({ deviceId, publicKey, roomId, hostname, enrolledAt, revokedAt }) => ({
      deviceId,
      publicKey,
      roomId,
      hostname,
      enrolledAt,
      revokedAt,
    }),
  )
  const hub = { roomId: null, hostname: null, enrolledAt: null, revokedAt: null }
  const file: KeysFile = {
    hub: keys.publicKey,
    devices: [...devices, { deviceId: journal.deviceId, publicKey: keys.publicKey, ...hub }],
  }
  return JSON.stringify(file)
}

/** The devices that have a log here, the hub's own journal among them. */
export async function devicesWithLogs(store: HubStore, journal: Journal): Promise<readonly string[]> {
  return [...(await store.devices.list()).map(({ deviceId }) => deviceId), journal.deviceId]
}

export async function* logPieces(
  store: HubStore,
  devices: readonly string[],
  span: Span,
): AsyncGenerator<ArchivePiece> {
  for (const device of devices) yield { kind: 'log', device, lines: entriesOf(readerOf(store, device), span) }
}

/** Which device's log has the session, if any has. */
export async function deviceOfSession(
  store: HubStore,
  session: string,
  devices: readonly string[],
): Promise<string | undefined> {
  const named = `"session":${JSON.stringify(session)}`
  for (const device of devices)
    for await (const text of entriesFrom(readerOf(store, device))) {
      if (!text.includes(named)) continue
      const { type, session: own } = JSON.parse(text)
      if (own === session && type === 'session-opened') return device
    }
  return undefined
}

/**
 * The record of a session as an excerpt, sealed by the hub; its lines with their ends. `holes`: entries outside it that
 * the hub does not have, and that may have belonged all the same. With one between opening and end there is no record.
 */
export async function excerptOf(
  store: HubStore,
  keys: SigningKeyPair,
  device: string,
  session: string,
  at: string,
): Promise<Result<{ readonly lines: readonly string[]; readonly holes: readonly number[] }, Problem>> {
  const head = await store.log.head(device)
  const candidates = createCandidates(session)
  const ends = new Map<number, ChainHead>()
  const segmentWords: LogEntry[] = []
  const holes: number[] = []
  let [opened, ended] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  // What was purged is left out like other patients: only where it ended is known of it.
  const purged = await store.retention.purged(device)
  let before: ChainHead | undefined = purged.seq === 0 ? undefined : purged
  for await (const text of entriesFrom(readerOf(store, device), 1, head.seq)) {
    const line = JSON.parse(text)
    const hole = readHole(line)
    const entry: LogEntry = line
    const { seq, hash } = hole ?? entry
    if (hole !== undefined) holes.push(seq)
    else {
      const { type, session: own } = entry
      candidates.take({ seq, type, session: own })
      if (isSegmentWord(type)) segmentWords.push(entry)
      if (own === session && type === 'session-opened') opened = Math.min(opened, seq)
      if (own === session && endsSession(type)) ended = Math.min(ended, seq)
    }
    if (beginsSegment(seq) && before !== undefined) ends.set(seq, before)
    before = { seq, hash }
  }
  const span = createSpan(session)
  for (const seq of candidates.seqs()) {
    const [row] = await store.log.read(device, seq, 1)
    if (row?.seq === seq) span.take(JSON.parse(row.entry))
  }
  const entries = span.entries()
  if (entries.length === 0)
    return fail('unknown-session', `the opening of session "${session}" is in no log that the hub has`)
  const inside = holes.filter((seq) => seq > opened && seq < ended)
  if (inside.length > 0) return holesInside(session, device, inside)
  const bySeq = new Map([...entries, ...segmentWords].map((entry) => [entry.seq, entry]))
  const shown = [...bySeq.values()].sort((a, b) => a.seq - b.seq)
  const signer = {
    by: 'hub',
    publicKey: keys.publicKey,
    sign: (value: Parameters<typeof signJson>[1]) => signJson(keys.privateKey, value),
  } as const
  return ok({ lines: excerptLines({ device, session, at, head, shown, ends }, signer, sha256Hex), holes })
}

function holesInside(session: string, device: string, seqs: readonly number[]) {
  const [which, they] = seqs.length === 1 ? ['entry', 'it is'] : ['entries', 'they are']
  return fail(
    'record-has-holes',
    `session "${session}" has no whole record here: ${which} ${seqs.join(', ')} came to the hub damaged, and ${they} not known to belong to another. Export the log instead (--device ${device}), and see what came in that place with: npm run hub -- quarantine --device ${device}`,
  )
}
