import type { Actor } from '../log/entry.ts'
import type { Event } from '../log/events.ts'
import type { JudgedCards } from '../policy/cards-approval.ts'
import type { Policy } from '../policy/policy.ts'
import { assertNever, type Problem, type Result } from '../result.ts'
import {
  cancelHelp,
  chooseCard,
  endHelp,
  markPhoneCalled,
  pressHelp,
  readBackOrder,
} from './decide-escalation.ts'
import { confirmHandover } from './decide-handover.ts'
import {
  closeSession,
  endObservation,
  prepareInjection,
  startInjection,
  stopInjection,
} from './decide-injection.ts'
import { lock, signIn, signOut } from './decide-operator.ts'
import { reportLink, reportOutOfBand, reportPaged, reportSupervisor } from './decide-report.ts'
import {
  abandonSession,
  answerScreening,
  checkInResponder,
  completeScreening,
  openSession,
  overrideCheck,
} from './decide-session.ts'
import { receiveStatement } from './decide-statement.ts'
import type { Command, WorkstationState } from './state.ts'

/** Everything that a decision may know besides the state: time, identifiers and policy come in here. */
export type DecideContext = {
  /** Wall clock. */
  readonly now: string
  /** Milliseconds since the start of this process, from a clock that never jumps; comparable within `boot`. */
  readonly mono: number
  readonly boot: string
  readonly policy: Policy | null
  readonly policyStale: boolean
  /** The policy's reaction cards and what their approval is worth; null without a policy. */
  readonly cards: JudgedCards | null
  readonly deviceId: string
  /** Null until enrolled. */
  readonly roomId: string | null
  readonly newId: () => string
}

export type Decision = Result<readonly Event[], Problem>

/**
 * What a command leads to. Events are facts to append, in this order and together; a rejection says in words
 * what stands in the way and what to do. No events means that nothing changed: the command was already true.
 *
 * A refused sign-in is itself a fact, so it comes back as an event; `refusalIn` gives the words for the person.
 */
export function decide(state: WorkstationState, command: Command, context: DecideContext): Decision {
  switch (command.kind) {
    case 'sign-in':
      return signIn(state, command, context)
    case 'lock':
      return lock(state, command)
    case 'sign-out':
      return signOut(state)
    case 'open-session':
      return openSession(state, command, context)
    case 'answer-screening':
      return answerScreening(state, command, context)
    case 'complete-screening':
      return completeScreening(state, context)
    case 'check-in-responder':
      return checkInResponder(state, command, context)
    case 'override-check':
      return overrideCheck(state, command, context)
    case 'start-injection':
      return startInjection(state, command, context)
    case 'stop-injection':
      return stopInjection(state, context)
    case 'prepare-injection':
      return prepareInjection(state)
    case 'end-observation':
      return endObservation(state, command, context)
    case 'close-session':
      return closeSession(state, command)
    case 'abandon-session':
      return abandonSession(state, command)
    case 'press-help':
      return pressHelp(state, command, context)
    case 'cancel-help':
      return cancelHelp(state, command, context)
    case 'end-help':
      return endHelp(state, command)
    case 'choose-card':
      return chooseCard(state, command, context)
    case 'mark-phone-called':
      return markPhoneCalled(state, command, context)
    case 'read-back-order':
      return readBackOrder(state, command)
    case 'confirm-handover':
      return confirmHandover(state, command, context)
    case 'report-link':
      return reportLink(state, command)
    case 'report-supervisor':
      return reportSupervisor(state, command)
    case 'report-paged':
      return reportPaged(state, command)
    case 'report-out-of-band':
      return reportOutOfBand(state, command)
    case 'receive-statement':
      return receiveStatement(state, command, context)
    default:
      return assertNever(command, 'decide')
  }
}

/** Who makes the events of a command true. At a locked or signed-out screen nobody can say who pressed. */
export function actorFor(state: WorkstationState, command: Command): Actor {
  switch (command.kind) {
    case 'report-link':
    case 'report-supervisor':
    case 'report-paged':
    case 'report-out-of-band':
      return { kind: 'system' }
    case 'lock':
      if (command.reason !== 'by-hand') return { kind: 'system' }
      break
    case 'receive-statement':
      return { kind: 'physician', id: command.statement.physicianId }
    case 'sign-in':
      return command.pinMatches
        ? { kind: 'technologist', id: command.technologistId }
        : { kind: 'unidentified' }
    default:
      break
  }
  return state.operator.kind === 'signed-in'
    ? { kind: 'technologist', id: state.operator.technologistId }
    : { kind: 'unidentified' }
}
