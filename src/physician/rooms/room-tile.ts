import type { CoveredRoom } from '../../contract/hub.ts'
import type { RoomView } from '../../contract/room-view.ts'
import { type LinkState, lacksAttentionOnly } from '../../domain/link/link.ts'
import { type AlarmsState, alarmName } from '../alarms/alarms.ts'

/** Everything that this page knows of one room, from the hub and from the room itself. */
export type RoomKnown = {
  readonly deviceId: string
  /** Null until the hub has listed it: a room's own page can be faster. */
  readonly covered: CoveredRoom | null
  readonly view: RoomView | null
  /** When the view came, on this page's clock that never jumps. */
  readonly viewAtMonoMs: number
  readonly link: LinkState
  readonly roundTripMs: number | null
  /** What the room asked of this console's camera and microphone. */
  readonly media: 'held' | 'flowing'
}

export type Need = {
  readonly kind:
    | 'reaction'
    | 'unsupervised'
    | 'question'
    | 'decision'
    | 'records'
    | 'gap'
    | 'link'
    | 'signature'
    | 'none'
  readonly words: string
}

/** The most pressing thing that this room waits for from this physician. */
export function needOf(room: RoomKnown, alarms: AlarmsState, selfId: string): Need {
  const open = alarms.alarms.filter(
    ({ page, phase }) => page.deviceId === room.deviceId && phase.kind !== 'over',
  )
  const reaction = open.find(({ page }) => page.kind === 'reaction')
  if (reaction) {
    const { page, phase, holder } = reaction
    const who = phase.kind === 'mine' ? ': you have it' : holder ? `: ${holder.name} has it` : ''
    return { kind: 'reaction', words: `${alarmName(page)}${who}` }
  }
  const escalation = room.view?.escalations.find(({ kind }) => kind === 'reaction')
  if (escalation) return { kind: 'reaction', words: escalation.drill ? 'Reaction (drill)' : 'Reaction' }
  const link = linkNeed(room, selfId)
  if (link !== null && stepOf(room) === 'injecting' && isPrimary(room, selfId))
    return { kind: 'unsupervised', words: link }
  if (open.length > 0 || room.view?.escalations.some(({ kind }) => kind === 'question'))
    return { kind: 'question', words: 'Has a question' }
  const session = room.view?.session
  if (
    session?.answers.some(
      ({ answer, leadsTo, decision }) => asksPhysician(answer, leadsTo) && decision === null,
    )
  )
    return { kind: 'decision', words: 'Waits for your decision' }
  if (session && !session.recordsConfirmed && isPrimary(room, selfId))
    return { kind: 'records', words: 'Imaging records to review' }
  if (room.view?.gapOpen) return { kind: 'gap', words: 'Supervision gap to review' }
  if (link !== null) return { kind: 'link', words: link }
  if (signable(room.view, selfId).length > 0) return { kind: 'signature', words: 'To sign' }
  return { kind: 'none', words: '' }
}

/** Rooms that are open but not in front are as they should be until contrast is about to flow there. */
function linkNeed(room: RoomKnown, selfId: string): string | null {
  const { link, media } = room
  const step = stepOf(room)
  const muted = link.kind === 'partial' && link.lacks.includes('physician-is-muted')
  const attend = muted ? 'you are muted' : 'open this room'
  if (step === 'injecting' && isPrimary(room, selfId) && link.kind !== 'live')
    return lacksAttentionOnly(link)
      ? `Injecting without your attention: ${attend}`
      : 'Injecting without a live link to you'
  if (lacksAttentionOnly(link))
    return step === 'ready' && isPrimary(room, selfId) ? `The injection waits for you: ${attend}` : null
  return media === 'flowing' && (link.kind === 'lost' || link.kind === 'partial') ? 'Link in trouble' : null
}

const order: readonly Need['kind'][] = [
  'reaction',
  'unsupervised',
  'question',
  'decision',
  'records',
  'gap',
  'link',
  'signature',
  'none',
]

/** Rooms in the order in which a physician should look at them; rooms of equal need keep their place by name. */
export function sortRooms(
  rooms: readonly RoomKnown[],
  alarms: AlarmsState,
  selfId: string,
): readonly RoomKnown[] {
  const rank = new Map(rooms.map((room) => [room.deviceId, order.indexOf(needOf(room, alarms, selfId).kind)]))
  const inSession = (room: RoomKnown) => stepOf(room) !== 'idle' && stepOf(room) !== null
  return rooms.toSorted(
    (a, b) =>
      (rank.get(a.deviceId) ?? 0) - (rank.get(b.deviceId) ?? 0) ||
      Number(inSession(b)) - Number(inSession(a)) ||
      nameOf(a).localeCompare(nameOf(b)),
  )
}

export const asksPhysician = (answer: 'yes' | 'no', leadsTo: string): boolean =>
  answer === 'yes' && leadsTo === 'physician-decides'

export const nameOf = (room: RoomKnown): string =>
  room.view?.roomName ?? room.covered?.roomName ?? room.deviceId

export const siteOf = (room: RoomKnown): string => room.view?.siteName ?? room.covered?.siteName ?? ''

/** Whether what the room last said of itself is how it stands now: only while the peer channel is up. */
export const viewIsCurrent = ({ link }: RoomKnown): boolean =>
  link.kind === 'warm' || link.kind === 'live' || link.kind === 'partial'

/** The room's own word while it is current, else the hub's, else the last known. */
export const stepOf = (room: RoomKnown) =>
  (viewIsCurrent(room) ? room.view?.step : undefined) ?? room.covered?.status?.step ?? room.view?.step ?? null

export const isPrimary = (room: RoomKnown, selfId: string): boolean =>
  room.covered?.status?.primary === selfId

/** What this physician supervised and has not signed; a session without a named physician can be signed by its bench. */
export const signable = (view: RoomView | null, selfId: string) =>
  (view?.unsigned ?? []).filter(({ physicianId }) => physicianId === null || physicianId === selfId)

export const stepWords: Readonly<Record<RoomView['step'], string>> = {
  idle: 'No session',
  screening: 'Screening',
  ready: 'Checks before injection',
  injecting: 'Injecting',
  observing: 'Observing',
  closing: 'Closing',
}

/** Names of the rooms that a session now keeps this physician's camera and microphone flowing to. */
export const roomsRelyingOn = (rooms: readonly RoomKnown[]): readonly string[] =>
  rooms.filter(({ media }) => media === 'flowing').map(nameOf)
