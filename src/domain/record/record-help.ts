import { channelWords, outcomeWords, outOfBandName } from '../escalation/out-of-band-words.ts'
import type { CardsStanding } from '../policy/cards-approval.ts'
import { isApproved, shortHash, standingInWords } from '../policy/cards-standing.ts'
import { durationInWords, msBetween } from '../time.ts'
import type { Receipts } from '../workstation/state.ts'
import { type Html, html, section, table } from './html.ts'
import type { RecordedEscalation, SessionRecord } from './session-record.ts'
import { timeOf } from './site-time.ts'

const steps: readonly (readonly [keyof Receipts, string])[] = [
  ['paged', 'Paged'],
  ['delivered', 'Delivered'],
  ['seen', 'Seen'],
  ['accepted', 'Accepted'],
  ['came', 'On screen'],
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

function helpCall({ escalation, end, cardsAtPress }: RecordedEscalation, record: SessionRecord): Html {
  const { clock, words } = timeOf(record)
  const since = (at: string | null): string =>
    at === null ? '–' : `${clock(at)} (+${durationInWords(msBetween(escalation.pressedAt, at))})`
  const ended =
    end === null
      ? 'Still open when this record was made.'
      : `${end.kind === 'cancelled' ? 'Cancelled' : 'Ended'} ${words(end.at)}: ${end.words}.`
  const phones =
    escalation.phonesCalled.length === 0 ? '' : ` Telephoned: ${escalation.phonesCalled.join(', ')}.`
  return html`<h3>${escalation.kind === 'reaction' ? 'Suspected reaction' : 'Question'}, ${words(escalation.pressedAt)} ${
    escalation.drill ? html`<span class="stamp">DRILL</span>` : null
  }</h3>
${
  Object.keys(escalation.receipts).length === 0
    ? html`<p>Nobody was paged at a console.</p>`
    : table(
        'How far each physician came',
        ['Physician', ...steps.map(([, word]) => word)],
        Object.entries(escalation.receipts).map(([id, receipts]) => [
          record.names[id] ?? id,
          ...steps.map(([step]) => since(receipts[step])),
        ]),
      )
}
${pagersTable(escalation, record, since)}
<p>${ended}${phones}</p>
${cardsAtPress === null ? null : html`<p>Reaction cards at the press: ${cardsLine(cardsAtPress)}</p>`}`
}

/** Which cards, and by whom they were approved; what is not approved is marked. */
export function cardsLine(standing: CardsStanding): Html {
  const words = `${standingInWords(standing)}, content ${shortHash(standing.hash)}`
  return isApproved(standing) ? html`${words}` : html`<span class="warn">${words}</span>`
}

/** Whom the hub paged apart from their console, by the hub's word; times are the room's. */
function pagersTable(
  { outOfBand }: RecordedEscalation['escalation'],
  { names }: SessionRecord,
  since: (at: string) => string,
): Html | null {
  if (outOfBand.length === 0) return null
  return table(
    'Paged apart from the console, by the hub',
    ['Person', 'By', 'Came to', 'Since', 'In the words of the hub'],
    outOfBand.map((page) => [
      outOfBandName(page, (id) => names[id] ?? page.name),
      channelWords[page.channel],
      page.state === 'delivered'
        ? outcomeWords.delivered
        : html`<span class="warn">${outcomeWords[page.state]}</span>`,
      since(page.since),
      page.detail,
    ]),
  )
}
