import type { Json } from './canonical.ts'
import type { ChainHead, LogEntry } from './entry.ts'
import { type EventOf, eventSchema } from './events.ts'
import type { KnownHashes } from './known-hashes.ts'
import { isProof } from './proof.ts'

/** How signatures of a log are checked. Each answers with words for what is wrong, or undefined. */
export type SignatureChecks = {
  /** Whether the key is the one after which the device is named, and signed `value`. */
  readonly byDevice: (device: string, key: string, value: Json, signature: string) => string | undefined
  /** Whether the key is the hub's, as far as that is known, and signed `value`. */
  readonly byHub: (key: string, value: Json, signature: string) => string | undefined
}

export type ProofReport = {
  /** The entry up to which the workstation has signed its chain; 0 if nowhere. */
  readonly signedUpTo: number
  /** Up to which entry, and when by its own clock, the hub has signed that it holds the log. */
  readonly confirmed: { readonly seq: number; readonly at: string } | null
}

/**
 * Follows what workstation and hub have signed of a log, inside it.
 * @param hashes of the entries so far
 */
export function createProofs(checks: SignatureChecks, hashes: Pick<KnownHashes, 'get'>) {
  let signedUpTo = 0
  let confirmed: ProofReport['confirmed'] = null

  const checkpoint = (
    entry: LogEntry,
    body: EventOf<'log-checkpointed'>['body'],
    before: ChainHead,
  ): string | undefined => {
    const { checkpoint: said, publicKey, signature } = body
    if (said.device !== entry.device || said.seq !== before.seq || said.hash !== before.hash) {
      return `Entry ${entry.seq} is the workstation's signature over entry ${said.seq} of ${said.device} (${said.hash}), and not over the one before it`
    }
    const wrong = checks.byDevice(entry.device, publicKey, said, signature)
    if (wrong !== undefined)
      return `The workstation's signature in entry ${entry.seq} does not hold: ${wrong}`
    signedUpTo = said.seq
    return undefined
  }

  const receipt = (entry: LogEntry, body: EventOf<'hub-receipt-kept'>['body']): string | undefined => {
    const { receipt: said, hubPublicKey, signature } = body
    const wrong = checks.byHub(hubPublicKey, said, signature)
    if (wrong !== undefined) return `The hub's receipt in entry ${entry.seq} does not hold: ${wrong}`
    const hash = hashes.get(said.seq)
    if (said.device !== entry.device || said.seq >= entry.seq || (hash !== undefined && hash !== said.hash)) {
      return `The hub's receipt in entry ${entry.seq} is for another entry ${said.seq} than the one in this file: the log was rewritten after the hub had it`
    }
    confirmed = { seq: said.seq, at: said.at }
    return undefined
  }

  return {
    report: (): ProofReport => ({ signedUpTo, confirmed }),
    /** @param before where the chain stood before this entry */
    take: (entry: LogEntry, before: ChainHead): string | undefined => {
      if (!isProof(entry.type)) return undefined
      const event = eventSchema.safeParse({ type: entry.type, session: entry.session, body: entry.body }).data
      // Written by a newer version, perhaps: the chain covers it all the same.
      if (event?.type === 'log-checkpointed') return checkpoint(entry, event.body, before)
      if (event?.type === 'hub-receipt-kept') return receipt(entry, event.body)
      return undefined
    },
  }
}
