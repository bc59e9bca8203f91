import { type MouseEvent, useRef } from 'react'
import { orderInWords } from '../../domain/statement/statement.ts'
import type { OrderReceived } from '../../domain/workstation/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { formatClock } from '../../ui/time.ts'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import './orders.css'
import { useSettled } from './use-settled.ts'
import { sessionWords } from './words.ts'

const words = sessionWords.order

/** Orders that nobody has read back yet, oldest first, above everything else until they are. */
export function Orders() {
  const { session, reaction, question } = useSnapshot().state
  const orders = [
    ...(session.kind === 'none' ? [] : session.facts.orders),
    ...(reaction?.orders ?? []),
    ...(question?.orders ?? []),
  ]
  const open = orders.filter(({ readBackAt }) => readBackAt === null)
  if (open.length === 0) return null
  return (
    <div className="orders">
      {open.map((order) => (
        <OrderCard key={order.statementId} received={order} />
      ))}
    </div>
  )
}

function OrderCard({ received }: { readonly received: OrderReceived }) {
  const snapshot = useSnapshot()
  const { busy, error, send } = useIntent()
  const { statementId, physicianId, at, order } = received
  const said = orderInWords(order)
  const ref = useRef<HTMLElement>(null)
  // It comes unasked, where a finger may be on its way to another button: that press must not read it back.
  const { settled, isSettled } = useSettled(ref)
  const readBack = ({ detail }: MouseEvent): void => {
    // A key (no clicks are counted) means the button that has the focus, wherever that has moved to.
    if (detail === 0 || isSettled()) void send({ kind: 'read-back-order', statementId })
  }
  return (
    <section
      ref={ref}
      className="order"
      role="alert"
      aria-label={words.from(physicianName(snapshot, physicianId))}
    >
      <Icon name="alert" />
      <div className="order-words">
        <p className="order-from">
          {words.from(physicianName(snapshot, physicianId))}, {formatClock(at)}. {words.hint}
        </p>
        <p className="order-said">{said}</p>
        {error !== undefined && <p className="step-refusal">{error}</p>}
      </div>
      <Button kind="primary" size="large" busy={busy} aria-disabled={!settled} onClick={readBack}>
        {words.readBack(said)}
      </Button>
    </section>
  )
}
