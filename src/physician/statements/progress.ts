import type { Statement } from '../../domain/statement/statement.ts'
import type { OutboxState } from './outbox.ts'

/** How far something that this page said has come: on its way, or in the room's log. */
export type Progress =
  | { readonly kind: 'not-said' }
  | { readonly kind: 'on-its-way'; readonly words: string }
  | { readonly kind: 'received' }

export const notYetSigned = 'not sent yet: this page cannot sign it now'
export const notYetReceived = 'not yet received by the room'

/** The progress of the newest statement that matches. */
export function progressOf(outbox: OutboxState, matches: (statement: Statement) => boolean): Progress {
  const pending = outbox.pending.findLast(({ statement }) => matches(statement))
  if (pending) {
    const refused = pending.refusal === null ? '' : ` (the hub refuses it: ${pending.refusal})`
    return { kind: 'on-its-way', words: `${notYetReceived}${refused}` }
  }
  if (outbox.unsigned.some(matches)) return { kind: 'on-its-way', words: notYetSigned }
  return outbox.confirmed.some(matches) ? { kind: 'received' } : { kind: 'not-said' }
}
