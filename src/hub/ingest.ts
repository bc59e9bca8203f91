import { setImmediate } from 'node:timers/promises'
import type { ChainHead, LogEntry } from '../domain/log/entry.ts'
import { maxHoles } from '../domain/log/proof.ts'
import { isSegmentWord } from '../domain/log/segments.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import {
  type Fault,
  foreign,
  forked,
  type Item,
  isFault,
  judge,
  type Known,
  type LogRefusal,
  quarantinedOf,
  readItems,
  segmentIncident,
} from './judge.ts'
import type { Quarantined, StoredEntry } from './store.ts'

export type Ingested = { readonly deviceId: string; readonly entries: readonly LogEntry[] }
export type IngestResult = {
  readonly head: ChainHead
  readonly stored: Ingested
  readonly refusal: LogRefusal | undefined
}

/** A batch is judged and stored in slices of so many entries, a few milliseconds each: pages and signals pass between. */
const sliceEntries = 400
/** So many texts of one device are kept apart; whatever comes then stays at the workstation alone. */
export const maxQuarantined = 10_000

/**
 * Takes batches of a device's log. What is sound before a fault is stored; the fault is named, what caused it is kept
 * apart, and nothing is repaired. Batches of one device are taken one after the other; the store decides between hubs.
 */
export function createIngest(ctx: HubContext) {
  const tails = new Map<string, Promise<unknown>>()
  const { log, quarantine } = ctx.store

  /** What was purged is not asked for again, nor taken in: only where it ended is known of it. */
  async function knownHashes(deviceId: string, seqs: readonly number[]): Promise<Known['hashOf']> {
    if (seqs.length === 0) return () => undefined
    const purged = await ctx.store.retention.purged(deviceId)
    const hashes = await log.hashes(deviceId, seqs)
    return (seq) => (seq < purged.seq ? 'purged' : seq === purged.seq ? purged.hash : hashes.get(seq))
  }

  async function take(deviceId: string, claimed: string, raw: readonly unknown[]): Promise<IngestResult> {
    const stored: LogEntry[] = []
    if (claimed !== deviceId) return refused(foreign(claimed, 1), await log.head(deviceId))
    const items = readItems(raw)
    if (isFault(items)) return refused(items, await log.head(deviceId))
    for (;;) {
      const result = await takeFrom(await log.head(deviceId), items)
      // Another hub on this store has just taken entries of this device: judged again, from where the chain ends now.
      if (result !== 'overtaken') return result
    }

    function refused(fault: Fault, head: ChainHead, kept?: LogRefusal['quarantined']): IngestResult {
      const refusal: LogRefusal = { kind: fault.kind, message: fault.words, expectedSeq: head.seq + 1 }
      return {
        head,
        stored: { deviceId, entries: stored },
        refusal: kept === undefined ? refusal : { ...refusal, quarantined: kept },
      }
    }

    async function takeFrom(from: ChainHead, items: readonly Item[]): Promise<IngestResult | 'overtaken'> {
      const at = nowIso(ctx.clock)
      const again = items.map(({ seq }) => seq).filter((seq) => seq <= from.seq)
      const hashOf = await knownHashes(deviceId, again)
      const holes = new Set((await log.holes(deviceId)).map(({ seq }) => seq))
      const apart: Quarantined[] = []
      let head = from
      let slice = { from, rows: [] as StoredEntry[], entries: [] as LogEntry[] }
      const store = async (): Promise<boolean> => {
        const { rows, entries } = slice
        if (rows.length > 0 && !(await log.append(deviceId, slice.from, rows, at))) return false
        stored.push(...entries)
        for (const entry of entries.filter(({ type }) => isSegmentWord(type))) {
          await log.addIncident({ deviceId, at, ...segmentIncident(entry, slice.from) })
          ctx.log.warn({ deviceId, kind: entry.type, seq: entry.seq }, 'log incident')
        }
        slice = { from: head, rows: [], entries: [] }
        return true
      }
      for (const [index, item] of items.entries()) {
        const verdict = judge(items, index, head, {
          device: deviceId,
          hashOf,
          isHole: (seq) => holes.has(seq),
          mayStepOver: holes.size < maxHoles,
        })
        switch (verdict.kind) {
          case 'had':
            break
          case 'fills':
            if (await log.fill(deviceId, verdict.row, at)) holes.delete(item.seq)
            break
          case 'damaged-copy':
            apart.push(quarantinedOf(item, deviceId, at, 'damaged'))
            break
          case 'fresh':
            slice.rows.push(verdict.row)
            slice.entries.push(verdict.entry)
            head = { seq: item.seq, hash: item.hash }
            break
          case 'hole':
            slice.rows.push(verdict.row)
            holes.add(item.seq)
            apart.push(quarantinedOf(item, deviceId, at, 'damaged'))
            head = { seq: item.seq, hash: item.hash }
            break
          case 'fault': {
            if (!(await store())) return 'overtaken'
            await keepApart(deviceId, apart)
            return fail(verdict.fault, items, index, head, at)
          }
        }
        if ((index + 1) % sliceEntries !== 0) continue
        await setImmediate()
        if (!(await store())) return 'overtaken'
        await setImmediate()
      }
      if (!(await store())) return 'overtaken'
      await keepApart(deviceId, apart)
      return { head, stored: { deviceId, entries: stored }, refusal: undefined }
    }

    async function fail(
      given: Fault,
      items: readonly Item[],
      index: number,
      head: ChainHead,
      at: string,
    ): Promise<IngestResult> {
      const item = items[index]
      const isOnward = item !== undefined && (await isOfFork(deviceId, item, given))
      const fault = isOnward && item !== undefined ? forked(item.seq) : given
      if (fault.kind !== 'fork' && fault.kind !== 'broken-chain') return refused(fault, head)
      const reason = fault.kind === 'fork' ? 'fork' : 'broken-chain'
      const odd = fault.kind === 'fork' ? items.slice(index) : items.slice(index, index + 1)
      const isKept = await keepApart(
        deviceId,
        odd.map((one) => quarantinedOf(one, deviceId, at, reason)),
        fault,
      )
      const [first, last] = [odd[0], odd.at(-1)]
      if (!isKept || first === undefined || last === undefined) return refused(fault, head)
      return refused(fault, head, { from: first.seq, to: last.seq })
    }
  }

  /** What follows an entry that was kept apart as a fork belongs to that fork, wherever the chain has come to. */
  async function isOfFork(deviceId: string, item: Item, fault: Fault): Promise<boolean> {
    if (item.kind !== 'entry' || (fault.kind !== 'gap' && fault.kind !== 'broken-chain')) return false
    return quarantine.has(deviceId, item.seq - 1, item.entry.prev)
  }

  /** Verbatim; and an incident for people, once for what is new. False when there is no more room for it. */
  async function keepApart(deviceId: string, items: readonly Quarantined[], why?: Fault): Promise<boolean> {
    const [first] = items
    if (first === undefined) return true
    const { seq, at } = first
    if ((await quarantine.count(deviceId)) + items.length > maxQuarantined) {
      ctx.log.warn({ deviceId, seq }, 'quarantine full')
      return false
    }
    if ((await quarantine.add(items)) === 0) return true
    const kind = first.reason
    const detail = why?.words ?? `Entry ${seq} is not what its hash says.`
    await ctx.store.log.addIncident({ deviceId, at, kind, seq, detail })
    ctx.log.warn({ deviceId, kind, seq }, 'log incident')
    return true
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
