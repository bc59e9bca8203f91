import type { Policy, ScreeningQuestion } from '../policy/policy.ts'
import { fail, ok, type Problem, type Result } from '../result.ts'
import { msBetween } from '../time.ts'
import type { Escalation, OrderReceived, SessionFacts, SessionState, WorkstationState } from './state.ts'

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

/**
 * Milliseconds since the press. Within the same start of the process by the clock that never jumps; after a
 * restart the wall clock is all there is.
 */
export const elapsedSincePress = (
  escalation: Pick<Escalation, 'pressedAt' | 'pressedMono' | 'pressedBoot'>,
  clock: { readonly now: string; readonly mono: number; readonly boot: string },
): number =>
  Math.max(
    0,
    clock.boot === escalation.pressedBoot
      ? clock.mono - escalation.pressedMono
      : msBetween(escalation.pressedAt, clock.now),
  )

/** The open session for somebody who is signed in, or why patient work cannot go on here. */
export function workingSession(
  state: WorkstationState,
): Result<Exclude<SessionState, { kind: 'none' }>, Problem> {
  if (state.operator.kind === 'locked') {
    return fail('locked', 'The screen is locked. Enter your PIN first; the session has gone on meanwhile.')
  }
  if (state.operator.kind === 'signed-out') return fail('signed-out', 'Nobody is signed in. Sign in first.')
  if (state.session.kind === 'none') return fail('no-session', 'No session is open. Choose an exam first.')
  return ok(state.session)
}
