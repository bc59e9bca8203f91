import type { Event } from '../log/events.ts'
import { fail, ok } from '../result.ts'
import type { Statement } from '../statement/statement.ts'
import type { DecideContext, Decision } from './decide.ts'
import { findEscalation } from './evolve-escalation.ts'
import { sessionIdOf } from './evolve-session.ts'
import { ordersOf } from './queries.ts'
import type { Command, WorkstationState } from './state.ts'

/**
 * Appends a physician's word. Its signature has been checked by the caller, who also keeps each identifier once.
 * A word that comes too late for what it is about is logged all the same; only its effect is void.
 */
export function receiveStatement(
  state: WorkstationState,
  { statement, event }: Extract<Command, { kind: 'receive-statement' }>,
  { deviceId }: DecideContext,
): Decision {
  if (statement.deviceId !== deviceId) {
    return fail(
      'other-room',
      `This statement concerns the workstation ${statement.deviceId}, not this one (${deviceId}); it was not logged here.`,
    )
  }
  if (ordersOf(state).some((order) => order.statementId === statement.id)) return ok([])
  const received: Event = { ...event, session: sessionConcerned(state, statement) }
  if (statement.kind !== 'gap-reviewed' || !isAboutGap(statement, state.gap) || gapGoesOn(state)) {
    return ok([received])
  }
  return ok([
    received,
    {
      type: 'supervision-gap-closed',
      session: sessionIdOf(state.session),
      body: { by: 'physician-review' },
    },
  ])
}

/** A review is of the loss that it names, and of none that began since. */
function isAboutGap(
  { gap: named, at }: Extract<Statement, { kind: 'gap-reviewed' }>,
  open: WorkstationState['gap'],
): boolean {
  if (open === null) return false
  return named === undefined
    ? at >= open.openedAt
    : named.openedAt === open.openedAt && named.physicianId === open.physicianId
}

/** A loss that has not ended cannot have been reviewed. */
function gapGoesOn(state: WorkstationState): boolean {
  if (state.session.kind !== 'injecting') return false
  const { primary } = state.supervisor
  return primary === null || state.links[primary]?.kind !== 'live'
}

function sessionConcerned(state: WorkstationState, statement: Statement): string | null {
  switch (statement.kind) {
    case 'decided':
    case 'records-confirmed':
    case 'took-over':
    case 'handover-offered':
    case 'handover-accepted':
    case 'handover-declined':
    case 'signed':
      return statement.sessionId
    case 'gap-reviewed':
      return sessionIdOf(state.session)
    case 'ordered':
      return statement.sessionId ?? findEscalation(state, statement.escalationId)?.sessionId ?? null
    case 'delivered':
    case 'seen':
    case 'accepted':
    case 'declined':
    case 'on-screen':
      return findEscalation(state, statement.escalationId)?.sessionId ?? null
  }
}
