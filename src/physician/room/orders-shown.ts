import type { RoomView } from '../../contract/room-view.ts'
import type { Order, Statement } from '../../domain/statement/statement.ts'
import type { Status } from '../../ui/StatusWord.tsx'
import type { OutboxState } from '../statements/outbox.ts'
import { notYetReceived, notYetSigned } from '../statements/progress.ts'

export type OrderShown = {
  readonly statementId: string
  readonly physicianId: string
  readonly at: string
  readonly order: Order
  readonly status: Status
  readonly words: string
}

/**
 * The orders of the open session and the open calls of a room, newest first: what the room shows, what it has
 * confirmed but not shown yet (its link may be down while the hub's is up), and what it has not received.
 *
 * @param openCalls the calls for help of this room that are not over, whether or not its view shows them yet
 */
export function ordersShown(
  deviceId: string,
  view: Pick<RoomView, 'session' | 'orders'> | null,
  openCalls: readonly string[],
  { pending, confirmed, unsigned }: OutboxState,
): readonly OrderShown[] {
  const shown = new Map<string, OrderShown>()
  const add = (statement: Statement, status: Status, words: string) => {
    if (statement.kind !== 'ordered' || statement.deviceId !== deviceId) return
    const { id, physicianId, at, order } = statement
    shown.set(id, { statementId: id, physicianId, at, order, status, words })
  }
  for (const statement of unsigned) add(statement, 'attention', sentence(notYetSigned))
  for (const { statement } of pending) add(statement, 'busy', sentence(notYetReceived))
  for (const statement of confirmed)
    if (isOfNow(statement, view, openCalls))
      add(statement, 'attention', 'Received by the room, read-back not seen')
  for (const { readBackAt, ...entry } of view?.orders ?? [])
    shown.set(
      entry.statementId,
      readBackAt === null
        ? { ...entry, status: 'attention', words: 'Received by the room, not read back' }
        : { ...entry, status: 'good', words: 'Read back' },
    )
  return [...shown.values()].toSorted((a, b) => b.at.localeCompare(a.at))
}

/** What the room received for a patient who has left must not stand under the next one. */
function isOfNow(
  statement: Statement,
  view: Pick<RoomView, 'session'> | null,
  openCalls: readonly string[],
): boolean {
  if (statement.kind !== 'ordered') return false
  const { sessionId, escalationId } = statement
  if (sessionId !== null) return view === null || view.session?.sessionId === sessionId
  return escalationId === null || openCalls.includes(escalationId)
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
