import { clockOf, durationInWords, inWords, msBetween } from '../time.ts'
import type { Receipts } from '../workstation/state.ts'
import { type Html, html, section, table } from './html.ts'
import type { RecordedEscalation, SessionRecord } from './session-record.ts'

const steps: readonly (readonly [keyof Receipts, string])[] = [
  ['paged', 'Paged'],
  ['delivered', 'Delivered'],
  ['seen', 'Seen'],
  ['accepted', 'Accepted'],
  ['onScreen', 'On screen'],
  ['declined', 'Declined'],
]

/** Every call for help with its four different facts, each with the time since the press. */
export const helpSection = (record: SessionRecord): Html =>
  section(
    'Calls for help',
    ...(record.escalations.length === 0
      ? [html`<p>None.</p>`]
      : record.escalations.map((recorded) => helpCall(recorded, record))),
  )

function helpCall({ escalation, end }: RecordedEscalation, record: SessionRecord): Html {
  const clock = clockOf(record.openedAt)
  const since = (at: string | null): string =>
    at === null ? '–' : `${clock(at)} (+${durationInWords(msBetween(escalation.pressedAt, at))})`
  const ended =
    end === null
      ? 'Still open when this record was made.'
      : `${end.kind === 'cancelled' ? 'Cancelled' : 'Ended'} ${inWords(end.at)}: ${end.words}.`
  const phones =
    escalation.phonesCalled.length === 0 ? '' : ` Telephoned: ${escalation.phonesCalled.join(', ')}.`
  return html`<h3>${escalation.kind === 'reaction' ? 'Suspected reaction' : 'Question'}, ${inWords(escalation.pressedAt)} ${
    escalation.drill ? html`<span class="stamp">DRILL</span>` : null
  }</h3>
${
  Object.keys(escalation.receipts).length === 0
    ? html`<p>Nobody was paged.</p>`
    : table(
        'How far each physician came',
        ['Physician', ...steps.map(([, word]) => word)],
        Object.entries(escalation.receipts).map(([id, receipts]) => [
          record.names[id] ?? id,
          ...steps.map(([step]) => since(receipts[step])),
        ]),
      )
}
<p>${ended}${phones}</p>`
}
