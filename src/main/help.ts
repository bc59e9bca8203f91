import type { MessageOf, workstationToHub } from '../contract/hub.ts'
import type { Page, PageTaken, PeerMessage } from '../contract/room-view.ts'
import { type Holder, holderOf, ladderMs, pagesDue, quietUntilMs } from '../domain/escalation/ladder.ts'
import { hasPage, isAnyOnScreen, type ReceiptsById } from '../domain/escalation/receipts.ts'
import { timingOf } from '../domain/escalation/timing.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { roomOf } from '../domain/policy/policy.ts'
import type { Problem, Result } from '../domain/result.ts'
import { roundMember } from '../domain/statement/statement.ts'
import {
  callsAt,
  elapsedSincePress,
  elapsedSinceRound,
  openEscalations,
} from '../domain/workstation/queries.ts'
import type { Command, Escalation } from '../domain/workstation/state.ts'
import type { Core } from './core.ts'

type Paged = Extract<Command, { kind: 'report-paged' }>

export type HelpOptions = {
  readonly core: Pick<Core, 'state' | 'history' | 'context' | 'execute' | 'record'>
  readonly hub: {
    readonly connectedTimes: () => number
    readonly isOnline: () => boolean
    readonly isTrying: () => boolean
    /** Whom the hub, while it is there, says to be on call. */
    readonly onCall: () => readonly string[]
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
  const takenByHub = new Set<string>()
  const toldPeer = new Map<string, string>()
  const pagedAtMono = new Map<string, number>()
  const unrecorded: Omit<Paged, 'kind'>[] = []
  let connection = -1
  /** By call: since when nobody who may still help can be reached. */
  const cutOffSinceMono = new Map<string, number>()

  const tellHub = (key: string, send: () => Promise<Result<null, Problem>>) => {
    if (connection !== hub.connectedTimes()) {
      connection = hub.connectedTimes()
      toldHub.clear()
      takenByHub.clear()
    }
    if (!hub.isOnline() || toldHub.has(key)) return
    toldHub.add(key)
    void send().then((told) => {
      if (told.ok) takenByHub.add(key)
      else toldHub.delete(key)
    })
  }
  /** Each console hears how it stands about this topic once, and again when it stands otherwise. */
  const tellPeers = (topic: string, message: PeerMessage) => {
    const words = JSON.stringify(message)
    for (const physicianId of peers.up()) {
      const to = `${topic} ${physicianId} ${peers.incarnation(physicianId)}`
      if (toldPeer.get(to) === words) continue
      toldPeer.set(to, words)
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
      ...roundMember(open.round),
    }
  }

  /** The primary, unless nothing that leaves this room now would reach them: then the first of the bench it would. */
  const firstToCall = (open: Escalation, bench: readonly string[]): string | null => {
    const up = peers.up()
    const isFresh = elapsedSinceRound(open, core.context()) < pathWithinMs
    const isHubTaking = hub.isOnline() && (isFresh || takenByHub.has(pageKey(open)))
    const byHub = isHubTaking ? hub.onCall() : []
    const { primary } = core.state().supervisor
    const isReachable = (id: string) => up.includes(id) || byHub.includes(id)
    return primary !== null && isReachable(primary) ? primary : (bench.find(isReachable) ?? null)
  }

  const pagePeers = (open: Escalation, page: Page) => {
    const { policy, roomId, mono } = core.context()
    const bench = (policy && roomId !== null && roomOf(policy, roomId)?.bench) || []
    const round = { round: open.round, receipts: unpaged(open.roundReceipts) }
    const due = pagesDue(round, bench, firstToCall(open, bench), page.elapsedMs, timingOf(open, policy))
    const up = peers.up()
    for (const { physicianId } of due) {
      const key = `${pageKey(open)} ${physicianId} ${peers.incarnation(physicianId)}`
      const isWaiting = mono - (pagedAtMono.get(key) ?? Number.NEGATIVE_INFINITY) < repeatPageEveryMs
      if (!up.includes(physicianId) || isWaiting || hasPage(open.roundReceipts[physicianId])) continue
      pagedAtMono.set(key, mono)
      peers.send(physicianId, { kind: 'page', page })
      const level = physicianId === core.state().supervisor.primary ? 'primary' : 'bench'
      unrecorded.push({ escalationId: open.id, physicianId, path: 'peer', level, round: open.round })
    }
  }

  const recordPaged = () => {
    for (const paged of unrecorded.splice(0)) core.execute({ kind: 'report-paged', ...paged })
  }

  /** Why nothing that leaves this room now reaches anybody who may still help; null while something does. */
  const whyCutOff = ({ roundReceipts }: Escalation): string | null => {
    const connected = [...peers.up(), ...(hub.isOnline() ? hub.onCall() : [])]
    if (connected.some((id) => roundReceipts[id]?.declined == null)) return null
    if (connected.length > 0) return 'whoever is connected has declined'
    if (hub.isOnline()) return 'no physician of this room is on call'
    return core.context().roomId === null
      ? 'this workstation is not enrolled at a hub'
      : 'neither the hub nor a physician is connected'
  }

  /** Why nobody can be expected by way of this program; null while somebody can. */
  const whyUnreachable = (open: Escalation): string | null => {
    const { mono, policy } = core.context()
    const sinceMs = elapsedSinceRound(open, core.context())
    const answers = Object.values(open.roundReceipts)
    const isReached = answers.some((of) => hasPage(of) && of.declined === null)
    const cutOff = whyCutOff(open)
    if (cutOff === null) cutOffSinceMono.delete(open.id)
    else {
      const since = cutOffSinceMono.get(open.id) ?? mono
      cutOffSinceMono.set(open.id, since)
      // What was there, or may be about to be, has a moment to come back; what never was has not.
      const isWaiting = isReached || hub.isOnline() || hub.isTrying()
      const forMs = isReached ? mono - since : sinceMs
      return isWaiting && forMs < pathWithinMs ? null : cutOff
    }
    if (isReached || sinceMs < ladderMs(timingOf(open, policy))) return null
    return answers.some(({ declined }) => declined !== null)
      ? 'whoever was reached has declined'
      : 'no console has taken the alarm'
  }

  const sayUnreachable = (open: Escalation) => {
    if (open.unreachable !== null || isAnyOnScreen(open.receipts)) return
    const reason = whyUnreachable(open)
    if (reason === null) return
    const body = { escalationId: open.id, reason }
    core.record({ type: 'help-unreachable', session: open.sessionId, body })
  }

  const sendPages = (open: Escalation) => {
    const page = pageOf(open)
    if (page === undefined) return
    tellHub(pageKey(open), () => hub.send('page', { page }))
    pagePeers(open, page)
  }

  /** Who has the call, to all consoles; and that nobody has it any more, so that none stays silent for it. */
  const sayWhoHasIt = (open: Escalation) => {
    const { policy } = core.context()
    const timing = timingOf(open, policy)
    const elapsedMs = elapsedSincePress(open, core.context())
    const holder = holderOf(open.roundReceipts, open.pressedAt, elapsedMs, timing)
    if (holder !== null) {
      tellPeers(`has ${open.id}`, { kind: 'page-taken', taken: takenOf(open, holder, policy) })
    } else if (Object.values(open.roundReceipts).some(({ declined }) => declined !== null)) {
      tellPeers(`has ${open.id}`, { kind: 'page-free', free: { escalationId: open.id } })
    }
  }

  const callFor = (open: Escalation) => {
    sendPages(open)
    sayUnreachable(open)
    sayWhoHasIt(open)
  }

  const openNow = () => openEscalations(callsAt(core.state(), core.context().now))

  return {
    call: () => openNow().forEach(sendPages),
    reconcile: () => {
      for (const open of openNow()) callFor(open)
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

const pageKey = ({ id, round }: Escalation): string => `page ${id} ${round}`

function takenOf(open: Escalation, holder: Holder, policy: Policy | null): PageTaken {
  return {
    escalationId: open.id,
    physicianId: holder.physicianId,
    name: nameOf(policy, holder.physicianId),
    afterMs: holder.afterMs,
    onScreen: holder.kind === 'on-screen',
    quietUntilMs: quietUntilMs(holder, timingOf(open, policy)),
    ...roundMember(open.round),
  }
}

/** The hub may have paged them; the peer channel is a path of its own. */
const unpaged = (receipts: ReceiptsById): ReceiptsById =>
  Object.fromEntries(Object.entries(receipts).map(([id, of]) => [id, { ...of, paged: null }]))
