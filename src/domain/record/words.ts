import { insteadInWords } from '../coverage/instead-words.ts'
import { outOfBandName, outOfBandWords } from '../escalation/out-of-band-words.ts'
import { linkInWords } from '../link/words.ts'
import type { Actor, LogEntry } from '../log/entry.ts'
import type { Event, EventOf } from '../log/events.ts'
import { orderInWords, type Statement } from '../statement/statement.ts'
import { durationInWords, inWords } from '../time.ts'
import { skewInWords } from '../workstation/clock-skew.ts'
import { eventOf } from '../workstation/evolve.ts'

/** Resolves the identifier of a person to a name. */
export type NameOf = (id: string) => string

/**
 * One entry as a sentence for the timeline. It names staff and what was done; of the patient it says no more
 * than the accession number.
 */
export function wordsFor(entry: LogEntry, nameOf: NameOf): string {
  const event = eventOf(entry)
  return event === undefined
    ? `${entry.type}: written by another version of Scanside, kept as it is`
    : eventInWords(event, nameOf)
}

export function actorInWords(actor: Actor, nameOf: NameOf): string {
  switch (actor.kind) {
    case 'system':
      return 'workstation'
    case 'unidentified':
      return 'somebody not signed in'
    case 'technologist':
    case 'physician':
      return nameOf(actor.id)
  }
}

/** The whole timeline as text, one line an entry: sequence, time, who, what. */
export const timelineText = (entries: Iterable<LogEntry>, nameOf: NameOf): string =>
  Array.from(
    entries,
    (entry) => `${String(entry.seq).padStart(6)}  ${inWords(entry.at)}  ${lineInWords(entry, nameOf)}\n`,
  ).join('')

function lineInWords(entry: LogEntry, nameOf: NameOf): string {
  const who = actorInWords(entry.actor, nameOf)
  const words = wordsFor(entry, nameOf)
  return words.startsWith(who) ? words : `${who}: ${words}`
}

const deviceWords = {
  lost: 'is gone',
  fallback: 'was replaced by another one',
  returned: 'is back',
  ready: 'is ready',
} as const

const lockWords = {
  'by-hand': 'Screen locked',
  inactivity: 'Screen locked, nobody was at it',
  restart: 'Screen locked after a restart',
} as const

const refusalWords = {
  'wrong-pin': 'wrong PIN',
  'unknown-name': 'unknown name',
  throttled: 'too many attempts',
} as const

const originWords = {
  button: 'button',
  'lock-screen': 'button on the lock screen',
  hotkey: 'global key',
  tray: 'tray',
} as const

const skewNote = (skewMs: number): string => {
  const skew = skewInWords(skewMs)
  return skew === undefined ? '' : `: this workstation’s clock is ${skew}`
}

const note = (text: string): string => (text === '' ? '' : `: ${text}`)

function eventInWords(event: Event, nameOf: NameOf): string {
  switch (event.type) {
    case 'app-started':
      return `Scanside ${event.body.version} started (${event.body.runtime})`
    case 'device-enrolled':
      return `Workstation enrolled for room ${event.body.roomId}`
    case 'policy-adopted':
      return `Policy version ${event.body.version} adopted`
    case 'technologist-signed-in':
      return `${nameOf(event.body.technologistId)} signed in`
    case 'sign-in-refused':
      return `Sign-in refused for ${nameOf(event.body.technologistId)}: ${refusalWords[event.body.reason]}`
    case 'workstation-locked':
      return lockWords[event.body.reason]
    case 'technologist-signed-out':
      return 'Signed out'
    case 'session-opened':
    case 'screening-answered':
    case 'screening-completed':
    case 'responder-checked-in':
    case 'check-overridden':
    case 'injection-started':
    case 'injection-stopped':
    case 'observation-started':
    case 'observation-ended':
    case 'injection-prepared':
    case 'session-closed':
    case 'session-abandoned':
      return sessionEventInWords(event)
    case 'supervisor-chosen':
      return supervisorInWords(event, nameOf)
    case 'handover-confirmed':
      return `Heard from both and confirmed: ${event.body.words}`
    case 'link-changed':
      return linkInWords(event.body.link, nameOf(event.body.physicianId))
    case 'supervision-gap-opened':
      return `SUPERVISION LOST during the injection: ${
        event.body.physicianId === null
          ? 'no physician'
          : linkInWords(event.body.link, nameOf(event.body.physicianId))
      }`
    case 'supervision-gap-closed':
      return event.body.by === 'override'
        ? 'Loss of supervision overridden'
        : 'Loss of supervision reviewed by the physician'
    case 'device-changed':
      return `The ${event.body.device} ${deviceWords[event.body.state]}${note(event.body.label)}`
    case 'log-checkpointed':
      return `The workstation signed its log up to entry ${event.body.checkpoint.seq}`
    case 'segment-begun':
      return `The log of this workstation could not be used (${event.body.detail}): it was set aside in ${event.body.setAside}, and a new segment began`
    case 'log-salvaged':
      return salvagedInWords(event.body)
    case 'hub-receipt-kept':
      return `The hub confirmed that it holds the log up to entry ${event.body.receipt.seq}`
    case 'hub-lost-entries':
      return `The hub has the log up to entry ${event.body.has.receipt.seq}, and had confirmed entry ${event.body.had.receipt.seq}: it was sent again`
    case 'entries-quarantined':
      return quarantinedInWords(event.body)
    case 'hub-connected':
      return `Hub connected${skewNote(event.body.skewMs)}`
    case 'hub-lost':
      return `Hub lost${note(event.body.reason)}`
    case 'renderer-lost':
      return `A window failed (${event.body.window})${note(event.body.reason)}`
    case 'renderer-restored':
      return `The window is back (${event.body.window}) after ${durationInWords(event.body.afterMs)}`
    case 'help-pressed':
    case 'help-pressed-again':
    case 'help-shown':
    case 'physician-paged':
    case 'paged-out-of-band':
    case 'help-unreachable':
    case 'help-cancelled':
    case 'help-ended':
    case 'card-chosen':
    case 'phone-called':
      return helpEventInWords(event, nameOf)
    case 'statement-received':
      return statementInWords(event.body.signed.statement, nameOf)
    case 'order-read-back':
      return `Order read back: ${event.body.words}`
    case 'record-exported':
      return `Record exported (${event.body.format})`
  }
}

function sessionEventInWords(
  event: EventOf<
    | 'session-opened'
    | 'screening-answered'
    | 'screening-completed'
    | 'responder-checked-in'
    | 'check-overridden'
    | 'injection-started'
    | 'injection-stopped'
    | 'observation-started'
    | 'observation-ended'
    | 'injection-prepared'
    | 'session-closed'
    | 'session-abandoned'
  >,
): string {
  switch (event.type) {
    case 'session-opened': {
      const { exam, contrastClass } = event.body
      return `Session opened for exam ${exam.accession} (${exam.modality}, ${contrastClass} contrast)`
    }
    case 'screening-answered':
      return `Screening: "${event.body.text}" ${event.body.answer.toUpperCase()}${note(event.body.note)}`
    case 'screening-completed':
      return 'Screening complete'
    case 'responder-checked-in':
      return `On-site responder: ${event.body.name}, ${event.body.role}, BLS until ${event.body.blsValidUntil}`
    case 'check-overridden':
      return `OVERRIDDEN: ${event.body.finding}. Reason: ${event.body.reason}`
    case 'injection-started': {
      const { agent, concentration, volumeMl, route, lot } = event.body
      const batch = lot === null ? '' : `, lot ${lot}`
      return `Injection started: ${agent}, ${concentration}, ${volumeMl} mL ${route}${batch}`
    }
    case 'injection-stopped':
      return 'Injection stopped'
    case 'observation-started':
      return `Observation started, for ${durationInWords(event.body.durationMs)}`
    case 'observation-ended':
      return event.body.early === null
        ? 'Observation ended'
        : `Observation ended EARLY. Reason: ${event.body.early}`
    case 'injection-prepared':
      return 'Another injection is being prepared'
    case 'session-closed':
      return `Session closed, patient ${event.body.disposition}${note(event.body.note)}`
    case 'session-abandoned':
      return `Session abandoned before any injection. Reason: ${event.body.reason}`
  }
}

function supervisorInWords({ body }: EventOf<'supervisor-chosen'>, nameOf: NameOf): string {
  const standby = body.standby === null ? 'nobody on standby' : `${nameOf(body.standby)} on standby`
  if (body.primary === null) return 'No physician on call'
  const { instead } = body
  const whose =
    instead === undefined ? '' : ` INSTEAD OF ${insteadInWords(instead.why, nameOf(instead.physicianId))}`
  return `Supervising physician: ${nameOf(body.primary)}${whose}; ${standby}`
}

function helpEventInWords(
  event: EventOf<
    | 'help-pressed'
    | 'help-pressed-again'
    | 'help-shown'
    | 'physician-paged'
    | 'paged-out-of-band'
    | 'help-unreachable'
    | 'help-cancelled'
    | 'help-ended'
    | 'card-chosen'
    | 'phone-called'
  >,
  nameOf: NameOf,
): string {
  switch (event.type) {
    case 'help-pressed': {
      const what = event.body.kind === 'reaction' ? 'REACTION: help called' : 'Question to the physician'
      return `${event.body.drill ? 'DRILL. ' : ''}${what} (${originWords[event.body.origin]})`
    }
    case 'help-pressed-again':
      return event.body.round === undefined
        ? `Help pressed again (${originWords[event.body.origin]})`
        : `Help called AGAIN, the whole bench is asked (${originWords[event.body.origin]})`
    case 'help-shown':
      return `Alarm heard and seen at the workstation ${exactOrInWords(event.body.afterMs)} after the press`
    case 'physician-paged':
      return `${nameOf(event.body.physicianId)} paged (${event.body.path === 'hub' ? 'hub' : 'direct connection'}, ${event.body.level})`
    case 'paged-out-of-band':
      return `${outOfBandName(event.body, nameOf)}: ${outOfBandWords(event.body)}`
    case 'help-unreachable':
      return `Nobody reached${note(event.body.reason)}`
    case 'help-cancelled':
      return `Call cancelled. Reason: ${event.body.reason}`
    case 'help-ended':
      return `Call ended: ${event.body.outcome}`
    case 'card-chosen':
      return `Card "${event.body.title}" (${event.body.edition}, ${event.body.approved ? 'approved' : 'NOT APPROVED'})`
    case 'phone-called':
      return `Telephoned ${event.body.label} (${event.body.number})`
  }
}

/** What came of the salvage of a damaged log. */
export function salvagedInWords({ lost, setAside }: EventOf<'log-salvaged'>['body']): string {
  const missing = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  if (missing === 0) return `The log that was set aside in ${setAside} was recovered whole`
  const atHub = lost.reduce((sum, { from, to, atHubUpTo }) => {
    return sum + (atHubUpTo === null ? 0 : Math.min(to, atHubUpTo) - from + 1)
  }, 0)
  return `The log that was set aside in ${setAside} was recovered but for ${missing === 1 ? 'one entry' : `${missing} entries`}${atHub === 0 ? '' : atHub === missing ? ', which the hub has' : `, of which the hub has ${atHub}`}`
}

function quarantinedInWords({ why, seqs }: EventOf<'entries-quarantined'>['body']): string {
  switch (why) {
    case 'fork':
      return `Another log of this workstation is at the hub: entries from ${seqs[0]} on are kept apart there`
    case 'damaged':
      return `Entries damaged on this computer are kept apart at the hub: ${seqs.join(', ')}`
    case 'stranded':
      return `Entries that could still be read behind the damage are kept apart at the hub, from ${seqs[0]} to ${seqs.at(-1)}`
  }
}

/** A physician's word as a sentence. */
export function statementInWords(statement: Statement, nameOf: NameOf): string {
  const name = nameOf(statement.physicianId)
  switch (statement.kind) {
    case 'delivered':
      return `The alarm reached the console of ${name}`
    case 'seen':
      return `${name} sees the alarm`
    case 'accepted':
      return `${name} accepted the call`
    case 'declined':
      return `${name} declined the call${note(statement.reason)}`
    case 'on-screen':
      return `${name} is on screen: sees and hears the room`
    case 'ordered':
      return `${name} ordered: ${orderInWords(statement.order)}`
    case 'decided':
      return `${name} decided: ${statement.decision === 'go-on' ? 'go on' : 'DO NOT INJECT'}${note(statement.note)}`
    case 'records-confirmed':
      return `${name} confirmed access to the patient's imaging records`
    case 'took-over':
      return `${name} confirmed: has taken over the supervision from ${nameOf(statement.from)}`
    case 'handover-offered':
      return `${name} asked ${nameOf(statement.to)} to take over the supervision`
    case 'handover-accepted':
      return `${name} accepted to take over the supervision`
    case 'handover-declined':
      return `${name} called the handover of the supervision off`
    case 'gap-reviewed':
      return `${name} reviewed the loss of supervision${note(statement.note)}`
    case 'signed':
      return `${name} signed what they supervised`
  }
}

/** A delay that matters by the millisecond, unless it is so long that it does not. */
function exactOrInWords(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : durationInWords(ms)
}
