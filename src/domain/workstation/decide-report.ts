import type { LinkState } from '../link/link.ts'
import type { Event } from '../log/events.ts'
import { ok } from '../result.ts'
import { roundMember } from '../statement/statement.ts'
import type { Decision } from './decide.ts'
import { findEscalation } from './evolve-escalation.ts'
import { sessionIdOf } from './evolve-session.ts'
import type { CommandOf, WorkstationState } from './state.ts'

const sameLink = (a: LinkState, b: LinkState): boolean => {
  if (a.kind === 'partial' && b.kind === 'partial') {
    return a.lacks.length === b.lacks.length && a.lacks.every((lack) => b.lacks.includes(lack))
  }
  if (a.kind === 'connecting' && b.kind === 'connecting') return a.obstacle === b.obstacle
  if (a.kind === 'lost' && b.kind === 'lost') return a.reason === b.reason
  return a.kind === b.kind
}

const nothing: LinkState = { kind: 'none' }

export function reportLink(
  state: WorkstationState,
  { physicianId, link }: CommandOf<'report-link'>,
): Decision {
  const before = state.links[physicianId]
  const events: Event[] = []
  const session = sessionIdOf(state.session)
  if (!sameLink(before ?? nothing, link)) {
    events.push({ type: 'link-changed', session, body: { physicianId, link } })
  }
  if (physicianId === state.supervisor.primary) {
    events.push(...gapOpenedBy(state, physicianId, before, link))
  }
  return ok(events)
}

export function reportSupervisor(
  state: WorkstationState,
  { primary, standby, why = 'console-gone' }: CommandOf<'report-supervisor'>,
): Decision {
  const { primary: replaced, standby: stoodBy, takeover } = state.supervisor
  if (primary === replaced && standby === stoodBy) return ok([])
  const session = sessionIdOf(state.session)
  // Who was brought in and has not confirmed it has not supervised: whoever did is the one to be followed, or comes back.
  const supervised = takeover?.from ?? replaced
  const isFollowed = supervised !== null && primary !== null && primary !== supervised
  const isTakeover = session !== null && isFollowed && primary !== replaced
  const instead = isTakeover ? { instead: { physicianId: supervised, why: takeover?.why ?? why } } : {}
  const chosen: Event = { type: 'supervisor-chosen', session, body: { primary, standby, ...instead } }
  if (primary === replaced) return ok([chosen])
  const before = replaced === null ? undefined : state.links[replaced]
  const link = primary === null ? nothing : (state.links[primary] ?? nothing)
  // What was lost is the link of whoever went: that of whoever comes is on its way up.
  const isLost = isTakeover && replaced !== null && link.kind !== 'live'
  const lost = isLost ? gapOpenedBy(state, replaced, before, goneFrom(before)) : []
  return ok([chosen, ...(isLost ? lost : gapOpenedBy(state, primary, before, link))])
}

/** A link is measured as live for a moment after its other end has gone. */
const goneFrom = (link: LinkState | undefined): LinkState =>
  link === undefined || link.kind === 'live'
    ? { kind: 'lost', reason: "the physician's console is gone" }
    : link

/**
 * Contrast flows and its physician no longer sees and hears: said once, until somebody has answered for it. An
 * injection that was knowingly started without the link has no supervision to lose until there was some.
 */
function gapOpenedBy(
  state: WorkstationState,
  physicianId: string | null,
  before: LinkState | undefined,
  link: LinkState,
): readonly Event[] {
  if (state.session.kind !== 'injecting' || state.gap !== null || link.kind === 'live') return []
  const { facts } = state.session
  const injection = facts.injections.at(-1)
  if (injection === undefined || injection.stoppedAt !== null) return []
  const startedWithout = injection.gate.some(
    (finding) => finding.check === 'two-way-audio-video' && finding.outcome === 'overridden',
  )
  if (startedWithout && before?.kind !== 'live') return []
  return [{ type: 'supervision-gap-opened', session: facts.id, body: { physicianId, link } }]
}

export function reportPaged(
  state: WorkstationState,
  { escalationId, physicianId, path, level, round = 1 }: CommandOf<'report-paged'>,
): Decision {
  const open = findEscalation(state, escalationId)
  // A page that went out just before the call ended, or was pressed again: nothing is left that it could change.
  if (open === undefined || round !== open.round) return ok([])
  if (open.roundReceipts[physicianId]?.paged != null) return ok([])
  return ok([
    {
      type: 'physician-paged',
      session: open.sessionId,
      body: { escalationId, physicianId, path, level, ...roundMember(round) },
    },
  ])
}

/** Told again after each connection: what is known already is no new fact. */
export function reportOutOfBand(
  state: WorkstationState,
  { page }: CommandOf<'report-out-of-band'>,
): Decision {
  const open = findEscalation(state, page.escalationId)
  if (open === undefined) return ok([])
  const known = open.outOfBand.find(({ pager }) => pager === page.pager)
  if (known?.state === page.state && known.detail === page.detail && known.at === page.at) return ok([])
  return ok([{ type: 'paged-out-of-band', session: open.sessionId, body: page }])
}
