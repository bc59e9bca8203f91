import type { LinkState } from '../link/link.ts'
import type {
  CallTerms,
  EscalationKind,
  Event,
  EventOf,
  Instead,
  OutOfBandPage,
  PressOrigin,
} from '../log/events.ts'
import type { ContrastClass, Exam, GateCheckId } from '../policy/policy.ts'
import type { Gap, Order, Statement } from '../statement/statement.ts'

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
  /** The entry that holds each answer: a decision settles that one and no later one. */
  readonly answeredIn: Readonly<Record<string, { readonly seq: number; readonly at: string }>>
  readonly decisions: Readonly<Record<string, 'go-on' | 'do-not-inject'>>
  readonly screeningCompleted: boolean
  readonly responderId: string | null
  readonly recordsConfirmedBy: string | null
  /** Each stands only while its check finds the very thing that the person read. */
  readonly overrides: Readonly<Partial<Record<GateCheckId, Override>>>
  readonly injections: readonly Injection[]
  readonly orders: readonly OrderReceived[]
  /** Calls for help in this session that are over. */
  readonly calls: readonly CallOver[]
}

export type CallOver = {
  readonly id: string
  readonly kind: EscalationKind
  readonly drill: boolean
  readonly pressedAt: string
  readonly cancelled: boolean
  /** How it ended, or why it was cancelled, in the words of whoever did. */
  readonly outcome: string
}

export type Override = { readonly finding: string; readonly reason: string }

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

/** A moment on both clocks of the workstation: `mono` never jumps, and counts within one `boot` only. */
export type Moment = { readonly at: string; readonly mono: number; readonly boot: string }

/** The observation of a patient after an injection. */
export type Observation = {
  readonly since: Moment
  /** How long it is to last. */
  readonly durationMs: number
}

/** The six steps of the screen are these; `exam` is shown while there is no session. */
export type SessionState =
  | { readonly kind: 'none' }
  | { readonly kind: 'screening'; readonly facts: SessionFacts }
  /** With an observation where another injection is prepared: if none is given, it goes on. */
  | { readonly kind: 'ready'; readonly facts: SessionFacts; readonly observation: Observation | null }
  | { readonly kind: 'injecting'; readonly facts: SessionFacts }
  | { readonly kind: 'observing'; readonly facts: SessionFacts; readonly observation: Observation }
  | { readonly kind: 'closing'; readonly facts: SessionFacts }

/** How far one physician has come with one call for help; each a different fact, each with its time. */
export type Receipts = {
  readonly paged: string | null
  readonly delivered: string | null
  readonly seen: string | null
  readonly accepted: string | null
  readonly declined: string | null
  readonly onScreen: string | null
  /** When they were first on screen: that stays, whatever comes after. */
  readonly came: string | null
  /** When they were on screen no more, because the link was lost or they turned away; null while they are, or never were. */
  readonly left: string | null
  /** Since when something of picture and sound is missing while they are on screen: for seconds, it is not held against them. */
  readonly falters: string | null
}

export type Escalation = {
  readonly id: string
  readonly kind: EscalationKind
  readonly origin: PressOrigin
  readonly drill: boolean
  readonly sessionId: string | null
  readonly roomId: string | null
  /** Null where an older version logged the press. */
  readonly terms: CallTerms | null
  readonly pressedAt: string
  /** With `boot`, tells elapsed time without trusting the wall clock. */
  readonly pressedMono: number
  readonly pressedBoot: string
  /** Of the whole call. */
  readonly receipts: Readonly<Record<string, Receipts>>
  /** 1 at the press, one more each time help is called again: it is the same call, and everybody is asked anew. */
  readonly round: number
  readonly roundAt: string
  readonly roundMono: number
  readonly roundBoot: string
  /** Of the last press, whether or not it asked anew. */
  readonly lastPress: Moment
  /** Of this round alone: an answer to an earlier press does not answer this one. */
  readonly roundReceipts: Readonly<Record<string, Receipts>>
  /** Orders given in this call while no session was open; those of a session are in its facts. */
  readonly orders: readonly OrderReceived[]
  /** Whom the hub pages apart from their console, and how far that has come: each pager once, in order. */
  readonly outOfBand: readonly OutOfBandPaged[]
  readonly unreachable: string | null
  readonly cardId: string | null
  readonly phonesCalled: readonly string[]
}

/** `since` is the room's own time of the entry. */
export type OutOfBandPaged = Omit<OutOfBandPage, 'escalationId' | 'round'> & { readonly since: string }

/** A closed session that its supervising physician has not signed yet. */
export type UnsignedSession = {
  readonly sessionId: string
  readonly accession: string
  readonly closedAt: string
  readonly closingHash: string
  readonly physicianId: string | null
}

export type Supervisor = {
  readonly primary: string | null
  readonly standby: string | null
  /** The primary was brought into the open session in somebody's place, and has not confirmed it yet. */
  readonly takeover: Takeover | null
  readonly handover: Handover | null
}
/** `done`: it is theirs, and the technologist has not confirmed yet that they heard it. */
export type Handover = {
  readonly offer: string
  readonly from: string
  readonly to: string
  readonly stage: 'offered' | 'accepted' | 'done'
  /** Of this stage. */
  readonly at: string
}
export type Takeover = { readonly from: string; readonly why: Instead['why']; readonly at: string }

export type SignInGuard = { readonly failures: number; readonly lastFailureAt: string | null }

/** The fold of the log: everything that must survive a crash. What only lives now (links measured, sockets) is not here. */
export type WorkstationState = {
  readonly operator: Operator
  readonly signIn: Readonly<Record<string, SignInGuard>>
  readonly session: SessionState
  readonly supervisor: Supervisor
  readonly links: Readonly<Record<string, LinkState>>
  readonly gap: Gap | null
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
  | {
      readonly kind: 'override-check'
      readonly check: GateCheckId
      /** The words that the person read: nothing else is overridden. */
      readonly finding: string
      readonly reason: string
    }
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
  /** The technologist has heard both physicians say who supervises now. */
  | { readonly kind: 'confirm-handover'; readonly offer: string }
  /** Facts. */
  | { readonly kind: 'report-link'; readonly physicianId: string; readonly link: LinkState }
  | {
      readonly kind: 'report-supervisor'
      readonly primary: string | null
      readonly standby: string | null
      /** Why the primary so far is not it any more. */
      readonly why?: Instead['why']
    }
  | {
      readonly kind: 'report-paged'
      readonly escalationId: string
      readonly physicianId: string
      readonly path: 'hub' | 'peer'
      readonly level: 'primary' | 'bench'
      readonly round?: number
    }
  | { readonly kind: 'report-out-of-band'; readonly page: OutOfBandPage }
  | {
      readonly kind: 'receive-statement'
      readonly statement: Statement
      readonly event: EventOf<'statement-received'>
    }

export type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>

export type { Event }
