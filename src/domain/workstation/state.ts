import type { LinkState } from '../link/link.ts'
import type { EscalationKind, Event, EventOf, PressOrigin } from '../log/events.ts'
import type { ContrastClass, Exam, GateCheckId } from '../policy/policy.ts'
import type { Order, Statement } from '../statement/statement.ts'

/** Who is at the workstation. Locked keeps the name: unlocking needs only the PIN. */
export type Operator =
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'signed-in'; readonly technologistId: string }
  | { readonly kind: 'locked'; readonly technologistId: string }

export type ScreeningAnswer = EventOf<'screening-answered'>['body']

/** What every open session carries, whatever its step. */
export type SessionFacts = {
  readonly id: string
  readonly exam: Exam
  readonly contrastClass: ContrastClass
  readonly roomId: string
  readonly openedAt: string
  readonly openedBy: string | null
  readonly answers: Readonly<Record<string, ScreeningAnswer>>
  readonly decisions: Readonly<Record<string, 'go-on' | 'do-not-inject'>>
  readonly screeningCompleted: boolean
  readonly responderId: string | null
  readonly recordsConfirmedBy: string | null
  readonly overrides: Readonly<Partial<Record<GateCheckId, string>>>
  readonly injections: readonly Injection[]
  readonly orders: readonly OrderReceived[]
}

export type Injection = EventOf<'injection-started'>['body'] & {
  readonly startedAt: string
  readonly stoppedAt: string | null
}

export type OrderReceived = {
  readonly statementId: string
  readonly physicianId: string
  readonly at: string
  readonly order: Order
  readonly readBackAt: string | null
}

/** The six steps of the screen are these; `exam` is shown while there is no session. */
export type SessionState =
  | { readonly kind: 'none' }
  | { readonly kind: 'screening'; readonly facts: SessionFacts }
  | { readonly kind: 'ready'; readonly facts: SessionFacts }
  | { readonly kind: 'injecting'; readonly facts: SessionFacts }
  | { readonly kind: 'observing'; readonly facts: SessionFacts; readonly dueAt: string }
  | { readonly kind: 'closing'; readonly facts: SessionFacts }

/** How far one physician has come with one call for help; each a different fact, each with its time. */
export type Receipts = {
  readonly paged: string | null
  readonly delivered: string | null
  readonly seen: string | null
  readonly accepted: string | null
  readonly declined: string | null
  readonly onScreen: string | null
}

export type Escalation = {
  readonly id: string
  readonly kind: EscalationKind
  readonly origin: PressOrigin
  readonly drill: boolean
  readonly sessionId: string | null
  readonly roomId: string | null
  readonly pressedAt: string
  /** With `boot`, tells elapsed time without trusting the wall clock. */
  readonly pressedMono: number
  readonly pressedBoot: string
  readonly receipts: Readonly<Record<string, Receipts>>
  /** Whose acceptance came first and still stands. Later ones stay in `receipts`. */
  readonly takenBy: string | null
  /** Orders given in this call while no session was open; those of a session are in its facts. */
  readonly orders: readonly OrderReceived[]
  readonly unreachable: string | null
  readonly cardId: string | null
  readonly phonesCalled: readonly string[]
}

/** A closed session that its supervising physician has not signed yet. */
export type UnsignedSession = {
  readonly sessionId: string
  readonly accession: string
  readonly closedAt: string
  readonly closingHash: string
  readonly physicianId: string | null
}

export type SignInGuard = { readonly failures: number; readonly lastFailureAt: string | null }

/** The fold of the log: everything that must survive a crash. What only lives now (links measured, sockets) is not here. */
export type WorkstationState = {
  readonly operator: Operator
  readonly signIn: Readonly<Record<string, SignInGuard>>
  readonly session: SessionState
  readonly supervisor: { readonly primary: string | null; readonly standby: string | null }
  readonly links: Readonly<Record<string, LinkState>>
  readonly gap: { readonly openedAt: string; readonly physicianId: string | null } | null
  readonly reaction: Escalation | null
  readonly question: Escalation | null
  readonly unsigned: readonly UnsignedSession[]
}

/** Intents of people and facts of machines. Each is decided on; none is silently ignored. */
export type Command =
  | { readonly kind: 'sign-in'; readonly technologistId: string; readonly pinMatches: boolean }
  | { readonly kind: 'lock'; readonly reason: 'by-hand' | 'inactivity' | 'restart' }
  | { readonly kind: 'sign-out' }
  | { readonly kind: 'open-session'; readonly exam: Exam; readonly contrastClass: ContrastClass }
  | {
      readonly kind: 'answer-screening'
      readonly questionId: string
      readonly answer: 'yes' | 'no'
      readonly note: string
    }
  | { readonly kind: 'complete-screening' }
  | { readonly kind: 'check-in-responder'; readonly responderId: string }
  | { readonly kind: 'override-check'; readonly check: GateCheckId; readonly reason: string }
  | {
      readonly kind: 'start-injection'
      readonly agentId: string
      readonly volumeMl: number
      readonly route: Injection['route']
      readonly lot: string | null
    }
  | { readonly kind: 'stop-injection' }
  /** Another injection in the same session: back to the gate. */
  | { readonly kind: 'prepare-injection' }
  | { readonly kind: 'end-observation'; readonly earlyReason: string | null }
  | {
      readonly kind: 'close-session'
      readonly disposition: 'released' | 'transferred' | 'other'
      readonly note: string
    }
  | { readonly kind: 'abandon-session'; readonly reason: string }
  | {
      readonly kind: 'press-help'
      readonly escalation: EscalationKind
      readonly origin: PressOrigin
      readonly drill: boolean
    }
  | { readonly kind: 'cancel-help'; readonly escalationId: string; readonly reason: string }
  | { readonly kind: 'end-help'; readonly escalationId: string; readonly outcome: string }
  | { readonly kind: 'choose-card'; readonly escalationId: string; readonly cardId: string }
  | { readonly kind: 'mark-phone-called'; readonly escalationId: string; readonly number: string }
  | { readonly kind: 'read-back-order'; readonly statementId: string }
  /** Facts. */
  | { readonly kind: 'report-link'; readonly physicianId: string; readonly link: LinkState }
  | { readonly kind: 'report-supervisor'; readonly primary: string | null; readonly standby: string | null }
  | {
      readonly kind: 'report-paged'
      readonly escalationId: string
      readonly physicianId: string
      readonly path: 'hub' | 'peer'
      readonly level: 'primary' | 'bench'
    }
  | {
      readonly kind: 'receive-statement'
      readonly statement: Statement
      readonly event: EventOf<'statement-received'>
    }

export type { Event }
