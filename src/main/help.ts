import type { MessageOf, workstationToHub } from '../contract/hub.ts'
import type { Page, PageTaken, PeerMessage } from '../contract/room-view.ts'
import { pagesDue } from '../domain/escalation/ladder.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { roomOf } from '../domain/policy/policy.ts'
import type { Problem, Result } from '../domain/result.ts'
import { msBetween } from '../domain/time.ts'
import { elapsedSincePress, openEscalations } from '../domain/workstation/queries.ts'
import type { Command, Escalation, Receipts } from '../domain/workstation/state.ts'
import type { Core } from './core.ts'

/** What the ladder goes by while there is no policy: calling is never left to one. */
export const defaultTiming: Policy['escalation'] = {
  benchAfterMs: 10_000,
  onScreenWithinMs: 20_000,
  cancelWithinMs: 5000,
}

export const timingOf = (policy: Policy | null): Policy['escalation'] => policy?.escalation ?? defaultTiming

type Paged = Extract<Command, { kind: 'report-paged' }>

export type HelpOptions = {
  readonly core: Core
  readonly hub: {
    readonly connectedTimes: () => number
    readonly isOnline: () => boolean
    readonly isTrying: () => boolean
    readonly send: <K extends 'page' | 'page-end'>(
      event: K,
      message: MessageOf<typeof workstationToHub, K>,
    ) => Promise<Result<null, Problem>>
  }
  readonly peers: {
    readonly up: () => readonly string[]
    readonly incarnation: (physicianId: string) => string | null
    readonly send: (physicianId: string, message: PeerMessage) => void
  }
}

/** Carries calls for help out of the room on every path that is alive, until somebody has them. */
export type Help = {
  /** At the press: sends the pages that are due on every path, and leaves their recording to `reconcile`. */
  readonly call: () => void
  /** Brings pages, endings and "taken" to where they are due and not yet known. Duplicates are harmless. */
  readonly reconcile: () => void
}

/** A page is repeated on a peer channel until that console says it has it, ms. */
const repeatPageEveryMs = 1000
/** How long a hub that is being tried may still turn out to be a path, ms. */
const pathWithinMs = 2000
/** An ending older than this rings nowhere any more, ms. */
const endingCountsForMs = 12 * 60 * 60_000

export function createHelp({ core, hub, peers }: HelpOptions): Help {
  /** What the hub has been told in its present connection, and each peer in its present incarnation. */
  const toldHub = new Set<string>()
  const toldPeer = new Set<string>()
  const pagedAtMono = new Map<string, number>()
  const unrecorded: Omit<Paged, 'kind'>[] = []
  let connection = -1

  const tellHub = (key: string, send: () => Promise<Result<null, Problem>>) => {
    if (connection !== hub.connectedTimes()) {
      connection = hub.connectedTimes()
      toldHub.clear()
    }
    if (!hub.isOnline() || toldHub.has(key)) return
    toldHub.add(key)
    void send().then((told) => {
      if (!told.ok) toldHub.delete(key)
    })
  }
  const tellPeers = (key: string, message: PeerMessage) => {
    for (const physicianId of peers.up()) {
      const named = `${key} ${physicianId} ${peers.incarnation(physicianId)}`
      if (toldPeer.has(named)) continue
      toldPeer.add(named)
      peers.send(physicianId, message)
    }
  }

  const pageOf = (open: Escalation): Page | undefined => {
    const { policy, deviceId, roomId } = core.context()
    if (roomId === null) return undefined
    return {
      escalationId: open.id,
      kind: open.kind,
      drill: open.drill,
      deviceId,
      roomId,
      roomName: (policy && roomOf(policy, roomId)?.name) ?? roomId,
      siteName: policy?.site.name ?? '',
      sessionId: open.sessionId,
      pressedAt: open.pressedAt,
      elapsedMs: elapsedSincePress(open, core.context()),
    }
  }

  const pagePeers = (open: Escalation, page: Page) => {
    const { policy, roomId, mono } = core.context()
    const bench = (policy && roomId !== null && roomOf(policy, roomId)?.bench) || []
    const { primary } = core.state().supervisor
    const due = pagesDue(unpaged(open), bench, primary, page.elapsedMs, timingOf(policy))
    const up = peers.up()
    for (const { physicianId, level } of due) {
      const receipts = open.receipts[physicianId]
      const key = `${open.id} ${physicianId} ${peers.incarnation(physicianId)}`
      const isWaiting = mono - (pagedAtMono.get(key) ?? Number.NEGATIVE_INFINITY) < repeatPageEveryMs
      if (!up.includes(physicianId) || isWaiting || hasIt(receipts)) continue
      pagedAtMono.set(key, mono)
      peers.send(physicianId, { kind: 'page', page })
      unrecorded.push({ escalationId: open.id, physicianId, path: 'peer', level })
    }
  }

  const recordPaged = () => {
    for (const paged of unrecorded.splice(0)) core.execute({ kind: 'report-paged', ...paged })
  }

  const sayUnreachable = (open: Escalation, elapsedMs: number) => {
    const isReached = Object.values(open.receipts).some(hasIt)
    if (open.unreachable !== null || isReached || hub.isOnline() || peers.up().length > 0) return
    if (hub.isTrying() && elapsedMs < pathWithinMs) return
    const reason =
      core.context().roomId === null
        ? 'this workstation is not enrolled at a hub'
        : 'neither the hub nor a physician is connected'
    core.record(
      { type: 'help-unreachable', session: open.sessionId, body: { escalationId: open.id, reason } },
      { once: `unreachable:${open.id}` },
    )
  }

  const sendPages = (open: Escalation) => {
    const page = pageOf(open)
    if (page === undefined) return
    tellHub(`page ${open.id}`, () => hub.send('page', { page }))
    pagePeers(open, page)
  }

  const callFor = (open: Escalation) => {
    sendPages(open)
    sayUnreachable(open, elapsedSincePress(open, core.context()))
    if (open.takenBy !== null) {
      const taken = takenOf(open, open.takenBy, core.context().policy)
      tellPeers(`taken ${open.id} ${open.takenBy} ${taken.onScreen}`, { kind: 'page-taken', taken })
    }
  }

  return {
    call: () => openEscalations(core.state()).forEach(sendPages),
    reconcile: () => {
      for (const open of openEscalations(core.state())) callFor(open)
      recordPaged()
      const nowMs = Date.parse(core.context().now)
      for (const { at, ...end } of core.history().endings) {
        if (nowMs - Date.parse(at) > endingCountsForMs) continue
        tellHub(`end ${end.escalationId}`, () => hub.send('page-end', end))
        tellPeers(`end ${end.escalationId}`, { kind: 'page-end', end })
      }
    },
  }
}

export const nameOf = (policy: Policy | null, physicianId: string): string =>
  policy?.physicians.find((known) => known.id === physicianId)?.name ?? physicianId

/** That console has the page, or its physician has answered it. */
const hasIt = (receipts: Receipts | undefined): boolean =>
  receipts !== undefined &&
  [receipts.delivered, receipts.seen, receipts.accepted, receipts.declined].some((at) => at !== null)

const isOnScreen = ({ receipts }: Escalation): boolean =>
  Object.values(receipts).some(({ onScreen }) => onScreen !== null)

function takenOf(open: Escalation, physicianId: string, policy: Policy | null): PageTaken {
  const acceptedAt = open.receipts[physicianId]?.accepted ?? open.pressedAt
  return {
    escalationId: open.id,
    physicianId,
    name: nameOf(policy, physicianId),
    afterMs: Math.max(0, msBetween(open.pressedAt, acceptedAt)),
    onScreen: isOnScreen(open),
  }
}

/** The hub may have paged them; the peer channel is a path of its own. */
function unpaged(open: Escalation): Pick<Escalation, 'receipts'> {
  const receipts = Object.entries(open.receipts).map(([id, of]) => [id, { ...of, paged: null }])
  return { receipts: Object.fromEntries(receipts) }
}

/**
 * Whether the local alarm sounds: until a physician has the call, and again when "I have it" did not become a
 * picture in time. A question is the quiet kind.
 */
export function alarmSounds(reaction: Escalation | null, elapsedMs: number, policy: Policy | null): boolean {
  if (reaction === null) return false
  if (isOnScreen(reaction)) return false
  const acceptedAt = reaction.takenBy === null ? null : reaction.receipts[reaction.takenBy]?.accepted
  if (acceptedAt === null || acceptedAt === undefined) return true
  const sinceAcceptedMs = elapsedMs - (Date.parse(acceptedAt) - Date.parse(reaction.pressedAt))
  return sinceAcceptedMs >= timingOf(policy).onScreenWithinMs
}
