import { type FormEvent, useRef, useState } from 'react'
import { type Order, orderInWords, orderSchema } from '../../domain/statement/statement.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'

const empty = { what: '', dose: '', route: '', when: 'now' }

/** Short fields that make one sentence, shown before it is sent as the technologist will read it back. */
export function OrderForm(props: {
  readonly recent: readonly Order[]
  /** Whether the room's own channel is up, so that what is sent is there at once. */
  readonly arrivesAtOnce: boolean
  readonly onOrder: (order: Order) => void
}) {
  const [entry, setEntry] = useState(empty)
  const [wrong, setWrong] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const order: Order = {
    what: entry.what.trim(),
    dose: entry.dose.trim() === '' ? null : entry.dose.trim(),
    route: entry.route.trim() === '' ? null : entry.route.trim(),
    when: entry.when.trim(),
  }
  const sentence = orderInWords(order)
  const set = (change: Partial<typeof empty>) => {
    setWrong(false)
    setEntry((before) => ({ ...before, ...change }))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!orderSchema.safeParse(order).success) {
      setWrong(true)
      return
    }
    props.onOrder(order)
    setEntry(empty)
    form.current?.querySelector('input')?.focus()
  }
  return (
    <form ref={form} className="order-form" onSubmit={submit} noValidate>
      {props.recent.length > 0 && (
        <fieldset className="order-recent">
          <legend>Fill in again</legend>
          {props.recent.map((before) => (
            <Button
              key={orderInWords(before)}
              size="small"
              onClick={() => set({ ...before, dose: before.dose ?? '', route: before.route ?? '' })}
            >
              {orderInWords(before)}
            </Button>
          ))}
        </fieldset>
      )}
      <div className="order-fields">
        <Field
          label="Order"
          maxLength={80}
          value={entry.what}
          onChange={(event) => set({ what: event.currentTarget.value })}
          error={wrong && order.what === '' ? 'Say what is ordered.' : undefined}
        />
        <Field
          label="Dose"
          maxLength={40}
          value={entry.dose}
          onChange={(event) => set({ dose: event.currentTarget.value })}
        />
        <Field
          label="Route"
          maxLength={40}
          value={entry.route}
          onChange={(event) => set({ route: event.currentTarget.value })}
        />
        <Field
          label="When"
          maxLength={40}
          value={entry.when}
          onChange={(event) => set({ when: event.currentTarget.value })}
          error={wrong && order.when === '' ? 'Say when.' : undefined}
        />
      </div>
      {!props.arrivesAtOnce && (
        <p className="order-late">The link is lost: an order may arrive late. Telephone the room as well.</p>
      )}
      <div className="order-send">
        <output className="order-sentence">
          {order.what === '' ? (
            <span className="soft order-hint">The technologist reads back what you send, word for word.</span>
          ) : (
            `“${sentence}”`
          )}
        </output>
        <Button kind="primary" type="submit">
          Send order
        </Button>
      </div>
    </form>
  )
}
