import { maxPeerMessageBytes, type RoomView } from '../contract/room-view.ts'
import { type Policy, type Room, roomOf } from '../domain/policy/policy.ts'
import { licenceFinding } from '../domain/session/findings.ts'
import {
  type Clocks,
  currentStep,
  elapsedSincePress,
  leftToObserveMs,
  openEscalations,
  ordersOf,
} from '../domain/workstation/queries.ts'
import type { Supervisor, WorkstationState } from '../domain/workstation/state.ts'
import type { Core } from './core.ts'
import { nameOf } from './help.ts'

export type TimelineLine = RoomView['timeline'][number]

/**
 * What a physician sees of this room, whole. Null until the room is known: then there is nobody to see it.
 * @param timeline oldest first; older lines are left out where the whole would not fit one peer message
 */
export function roomViewOf(core: Core, timeline: readonly TimelineLine[]): RoomView | null {
  const state = core.state()
  const context = core.context()
  const { policy, cards, deviceId, roomId } = context
  const room = policy && roomId !== null ? roomOf(policy, roomId) : undefined
  if (policy === null || room === undefined) return null

  const technologistId = state.operator.kind === 'signed-out' ? null : state.operator.technologistId
  const responderId = state.session.kind === 'none' ? null : state.session.facts.responderId
  const named = (people: readonly { id: string; name: string }[], id: string | null) =>
    id === null ? null : (people.find((known) => known.id === id)?.name ?? id)

  const view: RoomView = {
    roomId: room.id,
    deviceId,
    roomName: room.name,
    siteName: policy.site.name,
    modality: room.modality,
    technologist: named(policy.technologists, technologistId),
    responder: named(policy.responders, responderId),
    step: currentStep(state.session),
    session: sessionIn(state, context),
    escalations: openEscalations(state).map((open) => ({
      escalationId: open.id,
      kind: open.kind,
      drill: open.drill,
      elapsedMs: elapsedSincePress(open, context),
      card: policy.cards.items.find((card) => card.id === open.cardId)?.title ?? open.cardId,
    })),
    orders: ordersOf(state).map(({ statementId, physicianId, order, at, readBackAt }) => ({
      statementId,
      physicianId,
      order,
      at,
      readBackAt,
    })),
    ...(cards === null ? {} : { cards }),
    gapOpen: state.gap !== null,
    ...(state.gap === null ? {} : { gap: state.gap }),
    unsigned: state.unsigned.map(({ sessionId, accession, closedAt, closingHash, physicianId }) => ({
      sessionId,
      accession,
      closedAt,
      closingHash,
      physicianId,
    })),
    supervisor: supervisorIn(state.supervisor, policy, room, context.now),
    timeline: [],
  }
  return { ...view, timeline: fitting(timeline, maxPeerMessageBytes - 1024 - bytesOf(view)) }
}

function supervisorIn(
  { primary, standby, takeover, handover }: Supervisor,
  policy: Policy,
  room: Room,
  now: string,
): NonNullable<RoomView['supervisor']> | null {
  if (primary === null) return null
  const named = (id: string) => nameOf(policy, id)
  const next = policy.physicians.find(({ id }) => id === standby)
  const mayFollow = next !== undefined && licenceFinding(next, policy.site.state, room.modality, now).met
  return {
    physicianId: primary,
    name: named(primary),
    takeover: takeover && { ...takeover, fromName: named(takeover.from) },
    next: mayFollow ? { physicianId: next.id, name: next.name } : null,
    handover: handover && {
      offer: handover.offer,
      from: handover.from,
      fromName: named(handover.from),
      to: handover.to,
      toName: named(handover.to),
      stage: handover.stage,
    },
  }
}

function sessionIn(
  { session, supervisor }: Pick<WorkstationState, 'session' | 'supervisor'>,
  clocks: Clocks,
): RoomView['session'] {
  if (session.kind === 'none') return null
  const { facts } = session
  return {
    sessionId: facts.id,
    exam: facts.exam,
    openedAt: facts.openedAt,
    answers: Object.values(facts.answers).map(({ questionId, text, answer, leadsTo, note }) => ({
      questionId,
      ...seqOf(facts.answeredIn[questionId]),
      text,
      answer,
      leadsTo,
      note,
      decision: facts.decisions[questionId] ?? null,
    })),
    // What another physician has seen of them, whoever supervises now has not.
    recordsConfirmed:
      facts.recordsConfirmedBy !== null &&
      (supervisor.primary === null || facts.recordsConfirmedBy === supervisor.primary),
    injections: facts.injections.map(({ agent, volumeMl, route, startedAt, stoppedAt }) => ({
      agent,
      volumeMl,
      route,
      startedAt,
      stoppedAt,
    })),
    observationLeftMs: session.kind === 'observing' ? leftToObserveMs(session.observation, clocks) : null,
  }
}

const seqOf = (entry: { readonly seq: number } | undefined) => (entry === undefined ? {} : { seq: entry.seq })

/** The newest lines that fit. */
function fitting(timeline: readonly TimelineLine[], bytes: number): TimelineLine[] {
  let left = bytes
  const kept: TimelineLine[] = []
  for (const line of timeline.toReversed()) {
    left -= bytesOf(line) + 1
    if (left < 0) break
    kept.unshift(line)
  }
  return kept
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** Two views that differ only in how time passes say the same. */
export const viewKey = ({ escalations, session, ...view }: RoomView): string =>
  JSON.stringify({
    ...view,
    session: session && { ...session, observationLeftMs: session.observationLeftMs !== null },
    escalations: escalations.map(({ elapsedMs: _, ...open }) => open),
  })
