import { durationInWords, msBetween } from '../time.ts'
import { type Html, html } from './html.ts'
import type { SessionRecord } from './session-record.ts'
import { type SiteTime, timeOf } from './site-time.ts'

type Line = { readonly good: boolean; readonly words: string }

/** What a reader with two minutes has to know, good and bad alike. */
export function summaryLines(record: SessionRecord): readonly Line[] {
  const time = timeOf(record)
  return [
    ...supervisionLines(record),
    overrideLine(record),
    ...record.gaps.map((gap) => gapLine(gap, time)),
    helpLine(record),
    signatureLine(record, time),
  ]
}

export const summary = (record: SessionRecord): Html =>
  html`<section class="short"><h2>In short</h2><ul>${summaryLines(record).map(
    ({ good, words }) =>
      html`<li class="${good ? 'good' : 'warn'}"><span class="mark">${good ? '✓' : '!'}</span>${words}</li>`,
  )}</ul></section>`

function supervisionLines(record: SessionRecord): readonly Line[] {
  if (record.injections.length === 0) {
    return [{ good: record.ending.kind === 'abandoned', words: 'No contrast was injected in this session.' }]
  }
  return record.injections.map((injection, index) => {
    const number = record.injections.length > 1 ? `Injection ${index + 1}` : 'The injection'
    const who =
      injection.physicianId === null ? null : (record.names[injection.physicianId] ?? injection.physicianId)
    if (who === null)
      return { good: false, words: `${number} was given without a supervising physician on call.` }
    if (injection.stoppedAt === null) {
      return {
        good: false,
        words: `${number}, supervised by ${who}, had not been stopped when this record was made.`,
      }
    }
    const lostMs = injection.notLive.reduce((sum, part) => sum + msBetween(part.from, part.to), 0)
    return injection.notLive.length === 0
      ? {
          good: true,
          words: `${number} was supervised by ${who}: two-way audio and video, measured at both ends, was live from start to stop (${durationInWords(msBetween(injection.startedAt, injection.stoppedAt))}).`,
        }
      : {
          good: false,
          words: `${number} was supervised by ${who}, but two-way audio and video was not live for ${durationInWords(lostMs)} of it.`,
        }
  })
}

const overrideLine = ({ overrides }: SessionRecord): Line =>
  overrides.length === 0
    ? { good: true, words: 'No check was overridden.' }
    : {
        good: false,
        words: `${overrides.length} ${overrides.length === 1 ? 'check was' : 'checks were'} overridden, with the reason given below.`,
      }

function gapLine(gap: SessionRecord['gaps'][number], time: SiteTime): Line {
  const end =
    gap.closedBy === null
      ? 'It has not been reviewed.'
      : gap.closedBy === 'override'
        ? 'It was overridden with a reason.'
        : 'The physician has reviewed it.'
  return { good: false, words: `Supervision was lost at ${time.words(gap.at)}. ${end}` }
}

function helpLine({ escalations }: SessionRecord): Line {
  const real = escalations.filter(({ escalation, end }) => !escalation.drill && end?.kind !== 'cancelled')
  const reactions = real.filter(({ escalation }) => escalation.kind === 'reaction').length
  if (reactions > 0) {
    return {
      good: false,
      words: `Help was called for a suspected reaction (${reactions}); the course is below.`,
    }
  }
  const others = escalations.length
  return {
    good: true,
    words:
      others === 0
        ? 'Help was not called.'
        : `No reaction was called; ${others} other calls are listed below.`,
  }
}

function signatureLine({ signature, ending }: SessionRecord, time: SiteTime): Line {
  if (ending.kind === 'abandoned')
    return { good: true, words: 'Abandoned before any injection: nothing to sign.' }
  if (signature === null) return { good: false, words: 'Not signed yet by the supervising physician.' }
  return signature.fits
    ? { good: true, words: `Signed by ${signature.physician} on ${time.words(signature.at)}.` }
    : {
        good: false,
        words: `A signature by ${signature.physician} is there, but it does not fit the closing entry of this session.`,
      }
}
