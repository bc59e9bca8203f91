import { orderInWords } from '../statement/statement.ts'
import { clockOf, durationInWords, msBetween } from '../time.ts'
import { facts, type Html, html, section, table } from './html.ts'
import { cardsLine, helpSection } from './record-help.ts'
import { recordStyle } from './record-style.ts'
import { summary } from './record-summary.ts'
import type { SessionRecord } from './session-record.ts'
import { timeOf } from './site-time.ts'
import { linkKindInWords, timelineBar } from './timeline-bar.ts'

/** The record as one self-contained page to read and to print: no script, nothing from elsewhere. */
export function recordHtml(record: SessionRecord): string {
  const { exam } = record
  const time = timeOf(record)
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Supervision record ${exam.accession}</title><style>${recordStyle(exam.accession)}</style></head><body>
<header><h1>Supervision record</h1>
<p class="method">Direct supervision through real-time audio and visual telecommunications, 42 CFR 410.32(b)(3)(ii)</p>
<p class="where">${record.site?.name ?? 'Site not known'}${record.site === null ? '' : `, ${record.site.state}`} · ${record.roomName} · exam ${exam.accession} · ${time.words(record.openedAt)}</p>
<p class="where">Times are the site's: ${time.heading}</p>
</header><main>
${summary(record)}${examSection(record)}${supervisorSection(record)}${linkSection(record)}${screeningSection(record)}
${injectionSection(record)}${orderSection(record)}${helpSection(record)}${overrideSection(record)}${signatureSection(record)}
${basisSection(record)}${verifySection(record)}${timelineSection(record)}
</main></body></html>`
  return page.markup
}

function examSection(record: SessionRecord): Html {
  const { exam, ending } = record
  const { words } = timeOf(record)
  const end =
    ending.kind === 'open'
      ? 'still open'
      : ending.kind === 'abandoned'
        ? `abandoned ${words(ending.at)}: ${ending.reason}`
        : `${words(ending.at)}, patient ${ending.disposition}${ending.note === '' ? '' : `: ${ending.note}`}`
  return section(
    'Exam',
    facts([
      ['Patient', `${exam.patientName} (${exam.patientId})`],
      ['Born, sex', `${exam.birthDate}, ${exam.sex}`],
      ['Weight', exam.weightKg === null ? 'not entered' : `${exam.weightKg} kg`],
      ['Accession', exam.accession],
      ['Procedure', `${exam.procedure} (${exam.modality})`],
      ['Contrast', record.contrastClass],
      ['Opened', words(record.openedAt)],
      ['Closed', end],
      ['Technologist', record.technologists.join(', ') || 'not known'],
    ]),
  )
}

function supervisorSection(record: SessionRecord): Html {
  const { supervisors, responders, supervision } = record
  const { clock } = timeOf(record)
  const course = table(
    'Course of the supervision',
    ['Supervising physician', 'From', 'To', 'How it came to them'],
    supervision.map(({ name, from, to, how }) => [name, clock(from), clock(to), how]),
  )
  return section(
    'Who supervised, who was on site',
    table(
      'Supervising physicians and on-site responders',
      ['Person', 'As', 'Credentials on file'],
      [
        ...supervisors.map(({ name, known }) => [
          name,
          `Supervising physician${known === null ? '' : `, ${known.role}`}, through audio and video`,
          known === null
            ? 'not in the policy at hand'
            : known.licenses.map((license) => `${license.state} until ${license.validUntil}`).join('; ') ||
              'no license on file',
        ]),
        ...responders.map((responder) => [
          responder.name,
          `On-site responder, ${responder.role}`,
          `BLS until ${responder.blsValidUntil}`,
        ]),
      ],
    ),
    ...(supervision.length > 1 ? [course] : []),
    ...(supervisors.length === 0 ? [html`<p class="warn">No supervising physician is on record.</p>`] : []),
    ...(responders.length === 0 ? [html`<p class="warn">No on-site responder checked in.</p>`] : []),
  )
}

function linkSection(record: SessionRecord): Html {
  const { clock } = timeOf(record)
  return section(
    'When the physician saw and heard the room',
    timelineBar(record),
    html`<p class="note">"Live both ways" means that both ends decoded pictures and heard audio at that moment, by measurement, never by the state of a connection.</p>`,
    table(
      'Course of each link',
      ['Physician', 'From', 'To', 'For', 'State', 'What was missing, and why'],
      record.links.map((span) => [
        record.names[span.physicianId] ?? span.physicianId,
        clock(span.from),
        clock(span.to),
        html`<span class="whole">${durationInWords(msBetween(span.from, span.to))}</span>`,
        linkKindInWords(span.kind),
        span.kind === 'live' || span.kind === 'warm' ? '' : span.cause,
      ]),
    ),
  )
}

const leads = {
  'go-on': 'goes on',
  'tell-physician': 'physician is told',
  'physician-decides': 'physician decides',
} as const

function screeningSection(record: SessionRecord): Html {
  const { answers, decisions } = record
  const time = timeOf(record)
  return section(
    'Screening and decisions',
    answers.length === 0
      ? html`<p>No question was answered.</p>`
      : table(
          'Screening answers',
          ['Question', 'Answer', 'Leads to', 'Note'],
          answers.map(({ answer, decision }) => [
            answer.text,
            answer.answer.toUpperCase(),
            decision === null
              ? leads[answer.leadsTo]
              : decision === 'go-on'
                ? 'physician: go on'
                : 'physician: DO NOT INJECT',
            answer.note,
          ]),
        ),
    ...decisions.map(({ at, words }) => html`<p>${time.words(at)}: ${words}.</p>`),
  )
}

function injectionSection(record: SessionRecord): Html {
  const { injections, observation } = record
  const { clock, words } = timeOf(record)
  const observed =
    observation === null
      ? 'No observation.'
      : observation.endedAt === null
        ? `Observed from ${words(observation.startedAt)}, due until ${clock(observation.dueAt)}.`
        : `Observed for ${durationInWords(msBetween(observation.startedAt, observation.endedAt))}, from ${words(observation.startedAt)}${observation.early === null ? '.' : `; ended early: ${observation.early}.`}`
  if (injections.length === 0) return section('Contrast', html`<p>None was injected.</p>`)
  return section(
    'Contrast',
    table(
      'Injections',
      ['Agent', 'Concentration', 'Volume set, route', 'Lot', 'Started', 'Stopped', 'Link while it flowed'],
      injections.map((injection) => [
        injection.agent,
        injection.concentration,
        `${injection.volumeMl} mL ${injection.route}`,
        injection.lot ?? '–',
        clock(injection.startedAt),
        injection.stoppedAt === null ? 'running' : clock(injection.stoppedAt),
        injection.notLive.length === 0
          ? 'live throughout'
          : injection.notLive
              .map((part) => `not live ${clock(part.from)} to ${clock(part.to)}: ${part.cause}`)
              .join('; '),
      ]),
    ),
    html`<p>${observed}</p>`,
  )
}

const orderSection = (record: SessionRecord): Html => {
  const { orders } = record
  const { clock } = timeOf(record)
  return section(
    'Orders and read-backs',
    orders.length === 0
      ? html`<p>None.</p>`
      : table(
          'Orders',
          ['Received', 'Physician', 'Order', 'Read back'],
          orders.map((order) => [
            clock(order.at),
            order.physician,
            orderInWords(order.order),
            order.readBackAt === null
              ? html`<span class="warn">not read back</span>`
              : clock(order.readBackAt),
          ]),
        ),
  )
}

function overrideSection(record: SessionRecord): Html {
  const { overrides, gaps, injections, rules } = record
  const { words } = timeOf(record)
  return section(
    'Checks and overrides',
    ...injections.map((injection, index) =>
      table(
        `Checks before injection ${index + 1}`,
        [`Before injection ${index + 1}`, 'Outcome', 'Demanded by'],
        injection.gate.map((finding) => [
          finding.detail,
          finding.outcome === 'overridden' ? html`<span class="stamp">OVERRIDDEN</span>` : 'met',
          rules.sources[finding.check] ?? '–',
        ]),
      ),
    ),
    ...overrides.map(
      (override) =>
        html`<p><span class="warn">${words(override.at)} overridden:</span> ${override.finding}. Reason: ${override.reason}</p>`,
    ),
    ...gaps.map(
      (gap) =>
        html`<p><span class="warn">${words(gap.at)}:</span> ${gap.words}. ${
          gap.closedAt === null
            ? 'Not reviewed.'
            : `${gap.closedBy === 'override' ? 'Overridden' : 'Reviewed by the physician'} ${words(gap.closedAt)}.`
        }</p>`,
    ),
    ...(overrides.length + gaps.length === 0
      ? [html`<p>Nothing was overridden; no loss of supervision.</p>`]
      : []),
  )
}

function signatureSection(record: SessionRecord): Html {
  const { signature, ending } = record
  if (signature === null) {
    const words =
      ending.kind === 'abandoned' ? 'Abandoned before any injection: nothing to sign.' : 'Not signed yet.'
    return section('Signature', html`<p class="warn">${words}</p>`)
  }
  return section(
    'Signature',
    html`<p>${signature.physician}, ${timeOf(record).words(signature.at)}: supervised as recorded here, by an electronic signature over the closing entry.</p>
<p class="note">Closing entry signed: <code>${signature.closingHash}</code></p>`,
    ...(signature.fits
      ? []
      : [html`<p class="warn">This signature does not fit the closing entry of this session.</p>`]),
  )
}

function basisSection({ rules }: SessionRecord): Html {
  return section(
    'Rules and clinical content',
    facts([
      ['Policy', `version ${rules.policyVersion}`],
      ['Rule pack', rules.pack],
      [
        'Reaction cards',
        rules.cards === null
          ? `${rules.cardsEdition}: the log does not say whether approved`
          : cardsLine(rules.cards),
      ],
    ]),
  )
}

function verifySection({ chain, deviceId, ending, sessionId }: SessionRecord): Html {
  return section(
    'How to check this record',
    html`<p>This page is drawn from ${chain.count} entries of the log of workstation ${deviceId}, session ${sessionId}. Each entry carries the SHA-256 hash of the one before it, and the workstation, the hub and the physician sign what it came to: a change after a signature shows. Check the exported file that belongs to this page, an excerpt of that log which the workstation has sealed, with <code>npm run verify -- FILE.jsonl</code>, or with a program of your own after docs/log-format.md; it must hold the entries below.</p>`,
    html`<p>First entry ${chain.first.seq}: <code>${chain.first.hash}</code></p>
${ending.kind === 'closed' ? html`<p>Closing entry ${ending.seq}: <code>${ending.hash}</code></p>` : null}
<p>Last entry ${chain.last.seq}: <code>${chain.last.hash}</code></p>`,
    html`<p class="note">Times are the workstation's wall clock, shown in the site's time zone; the log itself keeps UTC. The order is that of the log.</p>`,
  )
}

const timelineSection = (record: SessionRecord): Html => {
  const { timeline, openedAt } = record
  const { clock } = timeOf(record)
  const utc = clockOf(openedAt)
  return html`<section class="timeline"><h2>Timeline</h2>${table(
    'Every entry',
    ['Entry', 'Site time', 'UTC', 'Who', 'What'],
    timeline.map((line) => [String(line.seq), clock(line.at), utc(line.at), line.who, line.words]),
  )}</section>`
}
