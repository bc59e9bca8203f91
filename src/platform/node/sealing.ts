import { type ChainHead, type LogEntry, sealEntry } from '../../domain/log/entry.ts'
import { sha256Hex } from './ed25519.ts'
import type { Draft, SealedEntry } from './log-store-types.ts'

/** Seals drafts as the continuation of `head`, leaving out facts that are known or come twice. */
export function sealDrafts(
  head: ChainHead,
  drafts: readonly Draft[],
  knows: (once: string) => boolean,
): readonly SealedEntry[] {
  const sealed: SealedEntry[] = []
  const named = new Set<string>()
  let end = head
  for (const { once, ...draft } of drafts) {
    if (once !== undefined) {
      if (named.has(once) || knows(once)) continue
      named.add(once)
    }
    const entry = sealEntry(end, draft, sha256Hex)
    sealed.push({ entry, once: once ?? null })
    end = { seq: entry.seq, hash: entry.hash }
  }
  return sealed
}

export const entriesOf = (sealed: readonly SealedEntry[]): readonly LogEntry[] =>
  sealed.map(({ entry }) => entry)

/** The chain after `sealed`, or `head` where there is nothing. */
export function headAfter(head: ChainHead, sealed: readonly SealedEntry[]): ChainHead {
  const last = sealed.at(-1)?.entry
  return last === undefined ? head : { seq: last.seq, hash: last.hash }
}
