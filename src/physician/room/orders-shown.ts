import type { RoomView } from '../../contract/room-view.ts'
import type { Order } from '../../domain/statement/statement.ts'
import type { Status } from '../../ui/StatusWord.tsx'
import type { OutboxState } from '../statements/outbox.ts'
import { notYetReceived } from '../statements/progress.ts'

export type OrderShown = {
  readonly statementId: string
  readonly physicianId: string
  readonly at: string
  readonly order: Order
  readonly status: Status
  readonly words: string
}

/**
 * Every order for a room, newest first: what the room shows, what it has confirmed but not shown yet (its link may
 * be down while the hub's is up), and what it has not received.
 */
export function ordersShown(
  deviceId: string,
  inView: RoomView['orders'],
  { pending, confirmed }: OutboxState,
): readonly OrderShown[] {
  const shown = new Map<string, OrderShown>()
  const said = [
    ...pending.map(({ statement }) => ({
      statement,
      words: sentence(notYetReceived),
      status: 'busy' as const,
    })),
    ...confirmed.map((statement) => ({
      statement,
      words: 'Received by the room, not read back',
      status: 'attention' as const,
    })),
  ]
  for (const { statement, words, status } of said) {
    if (statement.kind !== 'ordered' || statement.deviceId !== deviceId) continue
    const { id, physicianId, at, order } = statement
    shown.set(id, { statementId: id, physicianId, at, order, status, words })
  }
  for (const { readBackAt, ...entry } of inView)
    shown.set(
      entry.statementId,
      readBackAt === null
        ? { ...entry, status: 'attention', words: 'Received by the room, not read back' }
        : { ...entry, status: 'good', words: 'Read back' },
    )
  return [...shown.values()].toSorted((a, b) => b.at.localeCompare(a.at))
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
