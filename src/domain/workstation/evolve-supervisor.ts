import type { EventOf } from '../log/events.ts'
import { sessionIdOf } from './evolve-session.ts'
import type { Handover, Supervisor, WorkstationState } from './state.ts'

export function supervisorAfter(
  before: Supervisor,
  { body: { primary, standby, instead } }: EventOf<'supervisor-chosen'>,
  at: string,
): Supervisor {
  if (primary === before.primary) return { ...before, primary, standby }
  if (instead === undefined) {
    // While nobody is there it stays open who has to confirm; whoever supervised before has nothing to.
    return { primary, standby, takeover: primary === null ? before.takeover : null, handover: null }
  }
  if (instead.why === 'handed-over') {
    const handover = before.handover && { ...before.handover, stage: 'done' as const, at }
    return { primary, standby, takeover: null, handover }
  }
  const takeover = { from: instead.physicianId, why: instead.why, at }
  return { primary, standby, takeover, handover: null }
}

/** Nothing is left to confirm or to hand over once the session is over. */
export const betweenSessions = (supervisor: Supervisor, { kind }: WorkstationState['session']): Supervisor =>
  kind === 'none' && (supervisor.takeover !== null || supervisor.handover !== null)
    ? { ...supervisor, takeover: null, handover: null }
    : supervisor

/** What a physician's word changes in who supervises; one that comes too late, or from another, changes nothing. */
export function supervisorHearing(
  { supervisor, session }: Pick<WorkstationState, 'supervisor' | 'session'>,
  { body }: EventOf<'statement-received'>,
  at: string,
): Supervisor {
  const { statement } = body.signed
  const { primary, takeover, handover } = supervisor
  const { physicianId } = statement
  if (!('sessionId' in statement) || statement.sessionId !== sessionIdOf(session)) return supervisor
  switch (statement.kind) {
    case 'took-over':
      return physicianId === primary && statement.from === takeover?.from
        ? { ...supervisor, takeover: null }
        : supervisor
    case 'handover-offered': {
      // Whoever has not confirmed yet that they supervise has nothing to hand over.
      if (physicianId !== primary || statement.to === primary || takeover !== null) return supervisor
      const { id: offer, to } = statement
      return { ...supervisor, handover: { offer, from: physicianId, to, stage: 'offered', at } }
    }
    case 'handover-accepted':
      return isOpenOffer(handover, statement.offer) && physicianId === handover.to
        ? { ...supervisor, handover: { ...handover, stage: 'accepted', at } }
        : supervisor
    case 'handover-declined':
      return isOpenOffer(handover, statement.offer) && [handover.from, handover.to].includes(physicianId)
        ? { ...supervisor, handover: null }
        : supervisor
    default:
      return supervisor
  }
}

const isOpenOffer = (handover: Handover | null, offer: string): handover is Handover =>
  handover !== null && handover.offer === offer && handover.stage !== 'done'
