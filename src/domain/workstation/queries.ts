import { receiptsAt } from '../escalation/receipts.ts'
import type { Policy, ScreeningQuestion } from '../policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../result.ts'
import { msBetween } from '../time.ts'
import type {
  Escalation,
  Moment,
  Observation,
  OrderReceived,
  SessionFacts,
  SessionState,
  WorkstationState,
} from './state.ts'

/** The step as the hub, the physician and the screen name it; `idle` while there is no session. */
export type Step = 'idle' | 'screening' | 'ready' | 'injecting' | 'observing' | 'closing'

export const currentStep = (session: SessionState): Step => (session.kind === 'none' ? 'idle' : session.kind)

/** The questions that the site asks before an agent of this class. */
export const questionsFor = (
  policy: Policy,
  contrastClass: SessionFacts['contrastClass'],
): readonly ScreeningQuestion[] =>
  policy.screening.filter((question) => question.classes.includes(contrastClass))

export const unansweredQuestions = (policy: Policy, facts: SessionFacts): readonly ScreeningQuestion[] =>
  questionsFor(policy, facts.contrastClass).filter((question) => facts.answers[question.id] === undefined)

/** Every order that somebody may still have to read back: those of the open session, then those of open calls. */
export const ordersOf = (
  state: Pick<WorkstationState, 'session' | 'reaction' | 'question'>,
): readonly OrderReceived[] => [
  ...(state.session.kind === 'none' ? [] : state.session.facts.orders),
  ...(state.reaction?.orders ?? []),
  ...(state.question?.orders ?? []),
]

export const openEscalations = (
  state: Pick<WorkstationState, 'reaction' | 'question'>,
): readonly Escalation[] => [state.reaction, state.question].filter((open) => open !== null)

/** How the open calls stand at this time: what was doubted for too long does not count. */
export const callsAt = (
  { reaction, question }: Pick<WorkstationState, 'reaction' | 'question'>,
  now: string,
): Pick<WorkstationState, 'reaction' | 'question'> => ({
  reaction: reaction && callAt(reaction, now),
  question: question && callAt(question, now),
})

const callAt = (open: Escalation, now: string): Escalation => ({
  ...open,
  receipts: receiptsAt(open.receipts, now),
  roundReceipts: receiptsAt(open.roundReceipts, now),
})

export type Clocks = { readonly now: string; readonly mono: number; readonly boot: string }

/**
 * Milliseconds since a moment. Within the same start of the process by the clock that never jumps; after a restart
 * the wall clock is all there is.
 */
export const elapsedSince = ({ at, mono, boot }: Moment, clock: Clocks): number =>
  Math.max(0, clock.boot === boot ? clock.mono - mono : msBetween(at, clock.now))

/** How long the patient is still to be observed, in milliseconds, whatever was done to the wall clock; 0 once it is over. */
export const leftToObserveMs = ({ since, durationMs }: Observation, clock: Clocks): number =>
  Math.max(0, durationMs - elapsedSince(since, clock))

export const elapsedSincePress = (
  {
    pressedAt: at,
    pressedMono: mono,
    pressedBoot: boot,
  }: Pick<Escalation, 'pressedAt' | 'pressedMono' | 'pressedBoot'>,
  clock: Clocks,
): number => elapsedSince({ at, mono, boot }, clock)

/** Milliseconds since help was last called for here: since the press, until it is called again. */
export const elapsedSinceRound = (
  { roundAt: at, roundMono: mono, roundBoot: boot }: Pick<Escalation, 'roundAt' | 'roundMono' | 'roundBoot'>,
  clock: Clocks,
): number => elapsedSince({ at, mono, boot }, clock)

/** Milliseconds since the help button was last pressed for this call. */
export const elapsedSinceLastPress = ({ lastPress }: Pick<Escalation, 'lastPress'>, clock: Clocks): number =>
  elapsedSince(lastPress, clock)

type OpenSession = Exclude<SessionState, { kind: 'none' }>

/** The open session for somebody who is signed in, or why patient work cannot go on here. */
export function workingSession(state: WorkstationState): Result<OpenSession, Problem> {
  if (state.operator.kind === 'locked') {
    return fail('locked', 'The screen is locked. Enter your PIN first; the session has gone on meanwhile.')
  }
  if (state.operator.kind === 'signed-out') return fail('signed-out', 'Nobody is signed in. Sign in first.')
  if (state.session.kind === 'none') return fail('no-session', 'No session is open. Choose an exam first.')
  return ok(state.session)
}

export function requirePolicy(policy: Policy | null): Result<Policy, Problem> {
  return policy === null
    ? fail(
        'no-policy',
        'This workstation has no policy yet, so patient work cannot start. Enrol it at the hub, or wait until the hub has answered.',
      )
    : ok(policy)
}

/** The open session, and the policy that says how its work is done; or what is missing of the two. */
export function patientWork(
  state: WorkstationState,
  { policy }: { readonly policy: Policy | null },
): Result<OpenSession & { readonly policy: Policy }, Problem> {
  const session = workingSession(state)
  if (!session.ok) return session
  const known = requirePolicy(policy)
  return known.ok ? ok({ ...session.value, policy: known.value }) : known
}
