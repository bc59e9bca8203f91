import { z } from 'zod'
import type { logRefusalSchema } from '../contract/hub.ts'
import { idSchema, sha256HexSchema } from '../domain/ids.ts'
import {
  type ChainFault,
  type ChainHead,
  checkFollows,
  hashEntry,
  type LogEntry,
} from '../domain/log/entry.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import type { StoredEntry } from './store.ts'

export type LogRefusal = z.infer<typeof logRefusalSchema>['error']
export type Ingested = { readonly deviceId: string; readonly entries: readonly LogEntry[] }
export type IngestResult = {
  readonly head: ChainHead
  readonly stored: Ingested
  readonly refusal: LogRefusal | undefined
}

/** All that the hub asks of an entry: a place in a chain. The rest is the room's, known to this version or not. */
const linkSchema = z.looseObject({
  device: idSchema,
  seq: z.int().min(1),
  prev: sha256HexSchema,
  hash: sha256HexSchema,
})

type Verdict = { readonly fresh: readonly LogEntry[]; readonly head: ChainHead; readonly fault?: Fault }
type Fault = { readonly kind: LogRefusal['kind']; readonly seq: number; readonly words: string }

/** Faults that no honest device produces, or that mean its chain has split: kept, and looked at by people. */
const isIncident = (kind: LogRefusal['kind']): boolean => kind === 'fork' || kind === 'broken-chain'

/**
 * Takes batches of a device's log. What is sound before a fault is stored; the fault is named and nothing is repaired.
 * Batches of one device are taken one after the other.
 */
export function createIngest(ctx: HubContext) {
  const tails = new Map<string, Promise<unknown>>()

  async function take(deviceId: string, claimed: string, raw: readonly unknown[]): Promise<IngestResult> {
    const before = await ctx.store.log.head(deviceId)
    const refuse = (fault: Fault, head: ChainHead, entries: readonly LogEntry[] = []): IngestResult => ({
      head,
      stored: { deviceId, entries },
      refusal: { kind: fault.kind, message: fault.words, expectedSeq: head.seq + 1 },
    })
    if (claimed !== deviceId) return refuse(foreign(claimed, 1), before)
    const entries: LogEntry[] = []
    for (const [index, entry] of raw.entries()) {
      const parsed = linkSchema.safeParse(entry)
      if (!parsed.success) return refuse(malformed(index), before)
      // The chain's functions read envelope and body alike as JSON: the schema's copy is not kept.
      entries.push(entry as LogEntry)
    }
    const firstSeq = entries[0]?.seq ?? 1
    const lastSeq = Math.min(before.seq, firstSeq + entries.length - 1)
    const known = await ctx.store.log.hashes(deviceId, firstSeq, lastSeq)
    const verdict = judge(deviceId, before, entries, known)
    const rows = verdict.fresh.map(rowOf)
    const at = nowIso(ctx.clock)
    if (rows.length > 0 && !(await ctx.store.log.append(deviceId, before, rows, at)))
      throw new Error(`the log of ${deviceId} moved while its only writer was judging a batch`)
    const { fault } = verdict
    if (fault === undefined)
      return { head: verdict.head, stored: { deviceId, entries: verdict.fresh }, refusal: undefined }
    if (isIncident(fault.kind)) {
      await ctx.store.log.addIncident({ deviceId, at, kind: fault.kind, seq: fault.seq, detail: fault.words })
      ctx.log.warn({ deviceId, kind: fault.kind, seq: fault.seq }, 'log incident')
    }
    return refuse(fault, verdict.head, verdict.fresh)
  }

  return (deviceId: string, claimed: string, raw: readonly unknown[]): Promise<IngestResult> => {
    const turn = (tails.get(deviceId) ?? Promise.resolve()).then(() => take(deviceId, claimed, raw))
    const tail = turn
      .catch(() => undefined)
      .then(() => {
        if (tails.get(deviceId) === tail) tails.delete(deviceId)
      })
    tails.set(deviceId, tail)
    return turn
  }
}

/** @param known hashes that are stored, from the first entry's sequence on */
function judge(
  device: string,
  before: ChainHead,
  entries: readonly LogEntry[],
  known: readonly string[],
): Verdict {
  const fresh: LogEntry[] = []
  const firstSeq = entries[0]?.seq ?? 1
  let head = before
  for (const [index, entry] of entries.entries()) {
    const expectedSeq = firstSeq + index
    const fault =
      entry.seq === expectedSeq
        ? judgeOne(device, head, entry, known[index])
        : inWords({ kind: 'gap', seq: entry.seq, expectedSeq })
    if (fault) return { fresh, head, fault }
    if (entry.seq <= head.seq) continue
    fresh.push(entry)
    head = { seq: entry.seq, hash: entry.hash }
  }
  return { fresh, head }
}

function judgeOne(
  device: string,
  head: ChainHead,
  entry: LogEntry,
  known: string | undefined,
): Fault | undefined {
  if (entry.device !== device) return foreign(entry.device, entry.seq)
  try {
    if (entry.seq > head.seq) {
      const fault = checkFollows(head, entry, device, sha256Hex)
      return fault && inWords(fault)
    }
    const { hash, ...rest } = entry
    if (hashEntry(rest, sha256Hex) !== hash) return inWords({ kind: 'wrong-hash', seq: entry.seq })
    return known === hash ? undefined : forked(entry.seq)
  } catch {
    // Lone surrogates, or nesting too deep to hash: no canonical form, so no chain can hold it.
    return { kind: 'malformed', seq: entry.seq, words: `Entry ${entry.seq} has no canonical form.` }
  }
}

const rowOf = (entry: LogEntry): StoredEntry => ({
  seq: entry.seq,
  hash: entry.hash,
  prev: entry.prev,
  entry: JSON.stringify(entry),
})

const foreign = (device: string, seq: number): Fault => ({
  kind: 'foreign-device',
  seq,
  words: `These are entries of the device ${device}, but the token is another’s.`,
})
const forked = (seq: number): Fault => ({
  kind: 'fork',
  seq,
  words: `Entry ${seq} differs from the one that the hub holds. Two logs were written under one device; both must be kept and looked at.`,
})
const malformed = (index: number): Fault => ({
  kind: 'malformed',
  seq: 0,
  words: `entries.${index} lacks device, seq, prev or hash in their form; nothing of this batch was stored.`,
})

function inWords(fault: ChainFault): Fault {
  switch (fault.kind) {
    case 'gap':
      return {
        kind: 'gap',
        seq: fault.seq,
        words: `Entry ${fault.seq} came where ${fault.expectedSeq} was due. Send from there.`,
      }
    case 'broken-link':
      return {
        kind: 'broken-chain',
        seq: fault.seq,
        words: `Entry ${fault.seq} does not follow the entry before it (prev).`,
      }
    case 'wrong-hash':
      return { kind: 'broken-chain', seq: fault.seq, words: `Entry ${fault.seq} is not what its hash says.` }
    case 'foreign-device':
      return foreign(fault.device, fault.seq)
  }
}
