import { epochMs, instantAt } from '../time.ts'
import { type Html, html, raw } from './html.ts'
import type { LinkSpan } from './link-spans.ts'
import type { SessionRecord } from './session-record.ts'
import { type SiteTime, timeOf } from './site-time.ts'

const width = 680
const labelWidth = 118
const rowHeight = 22
const barHeight = 13
const topHeight = 24

const fills: Readonly<Record<LinkSpan['kind'], string>> = {
  live: '#1f6f54',
  warm: '#b9cfc5',
  connecting: 'url(#hatch-light)',
  none: '#ffffff',
  unknown: '#ffffff',
  partial: 'url(#hatch-dark)',
  lost: '#16191d',
}

const kindWords: Readonly<Record<LinkSpan['kind'], string>> = {
  live: 'live both ways',
  warm: 'ready, media held',
  connecting: 'connecting',
  none: 'no connection',
  unknown: 'not measured',
  partial: 'something missing',
  lost: 'lost',
}

export const linkKindInWords = (kind: LinkSpan['kind']): string => kindWords[kind]

const patterns = raw(`<defs>
<pattern id="hatch-dark" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><rect width="2.6" height="5" fill="#16191d"/></pattern>
<pattern id="hatch-light" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><rect width="1.4" height="5" fill="#8a9299"/></pattern>
</defs>`)

/** Steps that people read easily, in seconds. */
const niceSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]

/** The session as bars: who was linked how, when contrast flowed, when help was called. */
export function timelineBar(record: SessionRecord): Html {
  const time = timeOf(record)
  const fromMs = epochMs(record.openedAt)
  const end =
    record.ending.kind === 'open' ? (record.timeline.at(-1)?.at ?? record.openedAt) : record.ending.at
  const toMs = Math.max(epochMs(end), fromMs + 1000)
  const x = (instant: string): number => {
    const share = (epochMs(instant) - fromMs) / (toMs - fromMs)
    return round(labelWidth + Math.min(1, Math.max(0, share)) * (width - labelWidth - 4))
  }
  const physicians = [...new Set(record.links.map((span) => span.physicianId))]
  const rows: readonly Html[] = [
    ...physicians.map((id, index) =>
      row(
        index,
        record.names[id] ?? id,
        record.links
          .filter((span) => span.physicianId === id)
          .map((span) => bar(index, x(span.from), x(span.to), fills[span.kind], tooltip(span, time))),
      ),
    ),
    row(
      physicians.length,
      'Contrast',
      record.injections.map((injection) =>
        bar(
          physicians.length,
          x(injection.startedAt),
          x(injection.stoppedAt ?? end),
          '#2b4a8b',
          `${injection.agent}, ${time.clock(injection.startedAt)}`,
        ),
      ),
    ),
    row(
      physicians.length + 1,
      'Calls for help',
      record.escalations.map(({ escalation, end: ended }) =>
        bar(
          physicians.length + 1,
          x(escalation.pressedAt),
          x(ended?.at ?? end),
          '#8f1d14',
          `${escalation.kind}, ${time.clock(escalation.pressedAt)}`,
        ),
      ),
    ),
  ]
  const height = topHeight + rows.length * rowHeight + 22
  const used = [...new Set(record.links.map((span) => span.kind))]
  return html`<figure>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Course of the session: links, contrast and calls for help" font-family="Segoe UI, Helvetica Neue, Arial, sans-serif" font-size="9.5">
${patterns}${ticks(fromMs, toMs, x, height - 22, time)}${rows}${legend(used, height - 10)}
</svg></figure>`
}

const round = (value: number): number => Math.round(value * 100) / 100

const tooltip = (span: LinkSpan, { clock }: SiteTime): string =>
  `${clock(span.from)} to ${clock(span.to)}: ${kindWords[span.kind]}`

const row = (index: number, label: string, bars: readonly Html[]): Html => {
  const y = topHeight + index * rowHeight
  return html`<text x="0" y="${y + barHeight - 2}" fill="#16191d">${label.slice(0, 22)}</text>
<line x1="${labelWidth}" x2="${width - 4}" y1="${y + barHeight}" y2="${y + barHeight}" stroke="#8a9299" stroke-width=".6"/>${bars}`
}

/** Never thinner than one can see: a loss of a second in an hour is what the reader looks for. */
const bar = (index: number, from: number, to: number, fill: string, title: string): Html =>
  html`<rect x="${from}" y="${topHeight + index * rowHeight}" width="${round(Math.max(1.4, to - from))}" height="${barHeight}" fill="${fill}" stroke="#16191d" stroke-width=".4"><title>${title}</title></rect>`

function ticks(
  fromMs: number,
  toMs: number,
  x: (instant: string) => number,
  bottom: number,
  { words }: SiteTime,
): readonly Html[] {
  const spanS = (toMs - fromMs) / 1000
  const stepMs = (niceSteps.find((step) => spanS / step <= 7) ?? 86_400) * 1000
  const first = Math.ceil(fromMs / stepMs) * stepMs
  const count = Math.min(40, Math.floor((toMs - first) / stepMs) + 1)
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const instant = instantAt(first + index * stepMs)
    const at = x(instant)
    const shown = words(instant).slice(11, 19)
    const label = stepMs % 60_000 === 0 ? shown.slice(0, 5) : shown
    return html`<line x1="${at}" x2="${at}" y1="14" y2="${bottom}" stroke="#d5d9dd" stroke-width=".6"/><text x="${at}" y="10" text-anchor="middle" fill="#4a5158" font-size="8.5">${label}</text>`
  })
}

function legend(kinds: readonly LinkSpan['kind'][], y: number): readonly Html[] {
  const step = 94
  return kinds.map((kind, index) => {
    const left = labelWidth + index * step
    return html`<rect x="${left}" y="${y - 7}" width="12" height="8" fill="${fills[kind]}" stroke="#16191d" stroke-width=".4"/><text x="${left + 16}" y="${y}" fill="#4a5158" font-size="8.5">${kindWords[kind]}</text>`
  })
}
