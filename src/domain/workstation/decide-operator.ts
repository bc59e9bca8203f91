import type { Event } from '../log/events.ts'
import { fail, ok, type Problem } from '../result.ts'
import { durationInWords, msBetween } from '../time.ts'
import type { DecideContext, Decision } from './decide.ts'
import type { CommandOf, SignInGuard, WorkstationState } from './state.ts'

const freeFailures = 5
const firstWaitMs = 30_000
const longestWaitMs = 15 * 60_000

/** How long this name still has to wait before a PIN is looked at again; 0 if not at all. */
export function signInWaitMs(guard: SignInGuard | undefined, now: string): number {
  if (guard === undefined || guard.lastFailureAt === null || guard.failures < freeFailures) return 0
  const elapsedMs = msBetween(guard.lastFailureAt, now)
  // A failure in the future means that the clock was set back: waiting for it could lock a person out for years.
  if (elapsedMs < 0) return 0
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (guard.failures - freeFailures))
  return Math.max(0, waitMs - elapsedMs)
}

export function signIn(
  state: WorkstationState,
  command: CommandOf<'sign-in'>,
  { now, policy }: DecideContext,
): Decision {
  const { technologistId, pinMatches } = command
  if (policy === null) {
    return fail(
      'no-policy',
      'This workstation does not know its people yet. Enrol it at the hub, or wait until the hub has answered. The help button works meanwhile.',
    )
  }
  if (state.operator.kind === 'signed-in') {
    return fail('already-signed-in', 'Somebody is signed in here. Lock the screen or sign out first.')
  }
  const refused = (reason: 'wrong-pin' | 'unknown-name' | 'throttled'): Decision =>
    ok([{ type: 'sign-in-refused', session: null, body: { technologistId, reason } }])
  if (signInWaitMs(state.signIn[technologistId], now) > 0) return refused('throttled')
  if (!policy.technologists.some((known) => known.id === technologistId)) return refused('unknown-name')
  if (!pinMatches) return refused('wrong-pin')
  return ok([{ type: 'technologist-signed-in', session: null, body: { technologistId } }])
}

/**
 * The words for a sign-in that these events refuse, or undefined if they refuse none. An unknown name and a
 * wrong PIN read the same.
 * @param after the state with the events folded in
 */
export function refusalIn(
  events: readonly Event[],
  after: Pick<WorkstationState, 'signIn'>,
  now: string,
): Problem | undefined {
  const refused = events.find((event) => event.type === 'sign-in-refused')
  if (refused === undefined) return undefined
  const waitMs = signInWaitMs(after.signIn[refused.body.technologistId], now)
  if (refused.body.reason === 'throttled') {
    return {
      kind: 'sign-in-throttled',
      message: `Too many wrong PINs for this name. Try again in ${durationInWords(waitMs)}. The help button works meanwhile.`,
    }
  }
  const wait = waitMs > 0 ? `Wait ${durationInWords(waitMs)}, then try again` : 'Try again'
  return {
    kind: 'sign-in-refused',
    message: `Name and PIN do not match. ${wait}; if you have forgotten the PIN, ask your administrator for a new one.`,
  }
}

export function lock(state: WorkstationState, { reason }: CommandOf<'lock'>): Decision {
  switch (state.operator.kind) {
    case 'signed-in':
      return ok([{ type: 'workstation-locked', session: null, body: { reason } }])
    case 'locked':
      return ok([])
    case 'signed-out':
      return fail('nobody-signed-in', 'Nobody is signed in, so there is nothing to lock.')
  }
}

export function signOut(state: WorkstationState): Decision {
  if (state.operator.kind === 'signed-out') return fail('nobody-signed-in', 'Nobody is signed in.')
  if (state.session.kind !== 'none') {
    return fail(
      'session-open',
      `The session for exam ${state.session.facts.exam.accession} is still open. Close it first, or lock the screen instead: locking keeps the session and the physician.`,
    )
  }
  return ok([{ type: 'technologist-signed-out', session: null, body: {} }])
}
