import type { Order } from '../../domain/statement/statement.ts'
import { orderInWords } from '../../domain/statement/statement.ts'
import { Panel } from '../../ui/Panel.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { formatTime } from '../../ui/time.ts'
import { useAlarms, useConsole, useOutbox, useSelf } from '../console-context.ts'
import { type RoomKnown, viewIsCurrent } from '../rooms/room-tile.ts'
import { OrderForm } from './OrderForm.tsx'
import { ordersShown } from './orders-shown.ts'

/** What is ordered and how far each order has come, and a form for the next. */
export function OrdersPanel(props: {
  readonly room: RoomKnown
  readonly recent: readonly Order[]
  readonly escalationId: string | null
}) {
  const { room, recent, escalationId } = props
  const { say } = useConsole()
  const { physicianId } = useSelf()
  const { alarms } = useAlarms()
  const openCalls = [
    ...(room.view?.escalations ?? []).map((open) => open.escalationId),
    ...alarms
      .filter(({ page, phase }) => page.deviceId === room.deviceId && phase.kind !== 'over')
      .map(({ page }) => page.escalationId),
  ]
  const orders = ordersShown(room.deviceId, room.view, openCalls, useOutbox())
  const order = (entry: Order) =>
    say(room.deviceId, {
      kind: 'ordered',
      sessionId: room.view?.session?.sessionId ?? null,
      escalationId: escalationId ?? room.view?.escalations[0]?.escalationId ?? null,
      order: entry,
    })
  return (
    <Panel title="Orders">
      {orders.length > 0 && (
        <ul className="orders" aria-label="Orders given">
          {orders.map((shown) => (
            <li key={shown.statementId}>
              <span className="order-words">“{orderInWords(shown.order)}”</span>
              <span className="faint">
                {formatTime(shown.at)}
                {shown.physicianId === physicianId ? '' : ' · another physician'}
              </span>
              <StatusWord status={shown.status} word={shown.words} />
            </li>
          ))}
        </ul>
      )}
      <OrderForm recent={recent} arrivesAtOnce={viewIsCurrent(room)} onOrder={order} />
    </Panel>
  )
}
