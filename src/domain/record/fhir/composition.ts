import { orderInWords } from '../../statement/statement.ts'
import { type Html, html } from '../html.ts'
import { summaryLines } from '../record-summary.ts'
import type { SessionRecord } from '../session-record.ts'
import { timeOf } from '../site-time.ts'
import type { Clinical } from './clinical.ts'
import { type Cast, type Ids, personOf } from './people.ts'
import { type Draft, type Entry, entry, inText, referTo } from './resource.ts'

/** The document's first resource: what a person reads, and every other resource in its place. */
export function compositionOf(
  record: SessionRecord,
  cast: Cast,
  clinical: Clinical,
  ids: Ids,
  madeAt: string,
): Entry {
  const { signature, exam } = record
  const signer = signature?.fits === true ? personOf(cast, signature.physicianId) : undefined
  return entry('Composition', ids('Composition', 'record'), {
    identifier: { value: record.sessionId },
    // An abandoned session has nothing to be signed.
    status: signer !== undefined || record.ending.kind === 'abandoned' ? 'final' : 'preliminary',
    type: inText('Record of direct supervision of contrast administration'),
    subject: referTo(cast.patient),
    encounter: referTo(clinical.encounter),
    date: madeAt,
    author: [referTo(cast.workstation)],
    title: `Supervision record, exam ${exam.accession}`,
    attester:
      signer === undefined
        ? []
        : [{ mode: 'professional', time: signature?.at, party: referTo(signer.role, signer.name) }],
    custodian: cast.site === null ? undefined : referTo(cast.site),
    section: sections(record, cast, clinical),
  })
}

function sections(record: SessionRecord, cast: Cast, clinical: Clinical): readonly Draft[] {
  const { words } = timeOf(record)
  const { exam, orders, decisions, overrides, gaps, chain } = record
  const observed = clinical.observation === null ? [] : [clinical.observation]
  const weight = clinical.weight === null ? [] : [clinical.weight]
  const roles = [...cast.supervisors, ...cast.technologists, ...cast.responders, ...cast.others]
  return [
    section(
      'In short',
      summaryLines(record).map((line) => line.words),
      [clinical.supervision],
    ),
    section('Exam', [`${exam.procedure} (${exam.modality}), accession ${exam.accession}`], weight),
    section(
      'Who supervised, who was on site',
      roles.map(({ name, role }) => `${name}: ${asWhat(role)}`),
      roles.map(({ role }) => role),
    ),
    section(
      'When the physician saw and heard the room',
      record.links.map(
        ({ physicianId, kind, from, to, cause }) =>
          `${record.names[physicianId] ?? physicianId}, ${words(from)} to ${words(to)}: ${kind} (${cause})`,
      ),
      clinical.links,
    ),
    section(
      'Screening and decisions',
      [
        ...record.answers.map(({ answer }) => `${answer.text} ${answer.answer.toUpperCase()}`),
        ...decisions.map(({ at, words: what }) => `${words(at)}: ${what}`),
      ],
      clinical.screening,
    ),
    section(
      'Contrast',
      record.injections.map(
        ({ agent, concentration, volumeMl, route, startedAt }) =>
          `${words(startedAt)}: ${agent}, ${concentration}, ${volumeMl} mL ${route}`,
      ),
      [...clinical.administrations, ...clinical.medications, ...observed],
    ),
    section(
      'Orders and read-backs',
      orders.map(
        ({ at, physician, order, readBackAt }) =>
          `${words(at)}: ${physician} ordered ${orderInWords(order)}; ${readBackAt === null ? 'not read back' : `read back ${words(readBackAt)}`}`,
      ),
      [],
    ),
    section(
      'Calls for help',
      record.escalations.map(({ escalation, end }) => {
        const what = escalation.kind === 'reaction' ? 'Suspected reaction' : 'Question'
        const ended = end === null ? 'still open' : `${end.kind} ${words(end.at)}: ${end.words}`
        return `${escalation.drill ? 'DRILL. ' : ''}${what}, ${words(escalation.pressedAt)}; ${ended}`
      }),
      clinical.adverseEvents,
    ),
    section(
      'Overrides and losses of supervision',
      [
        ...overrides.map(
          ({ at, finding, reason }) => `${words(at)} overridden: ${finding}. Reason: ${reason}`,
        ),
        ...gaps.map(({ at, words: what }) => `${words(at)}: ${what}`),
      ],
      [],
    ),
    section(
      'How to check this record',
      [
        `Made from ${chain.count} entries of the log of workstation ${record.deviceId}, session ${record.sessionId}; last entry ${chain.last.seq}, SHA-256 ${chain.last.hash}. The excerpt of that log, sealed by the workstation, proves it.`,
      ],
      [],
    ),
  ]
}

const asWhat = ({ resource }: Entry): string => {
  const [first] = resource.code as readonly { readonly text: string }[]
  return first?.text ?? ''
}

function section(title: string, lines: readonly string[], about: readonly Entry[]): Draft {
  const said = lines.length === 0 ? ['None.'] : lines
  const paragraphs: readonly Html[] = said.map((line) => html`<p>${line}</p>`)
  return {
    title,
    text: {
      status: 'generated',
      div: html`<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs}</div>`.markup,
    },
    entry: about.map((one) => referTo(one)),
  }
}
