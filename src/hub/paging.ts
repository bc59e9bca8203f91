import type { Page, PageEnd } from '../contract/room-view.ts'
import { ladderOf, type Paging as PagerState, progressed } from '../domain/escalation/out-of-band.ts'
import type { LogEntry } from '../domain/log/entry.ts'
import { roundMember, roundOf, type SignedStatement, type Statement } from '../domain/statement/statement.ts'
import { isoOf, nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import { createPageClimbing } from './page-climbing.ts'
import { createPageEndings, type EndedBy } from './page-endings.ts'
import { createPageKeeping, type PageKeepingContext } from './page-keeping.ts'
import { isForgotten, saidAt, tooMany } from './page-limits.ts'
import { createPageTelling, nobody, type OpenPage, type PageTellingContext } from './page-telling.ts'
import type { CreateOutOfBand } from './pagers/out-of-band.ts'
import type { Presence } from './presence.ts'
import { askedAnew, followLog, hear, toldOf, unasked } from './receipts.ts'
import { problem } from './refusal.ts'
import { createRoomLinks, endIn, followed, type LinksOfRoom, linksAfter, statementIn } from './room-log.ts'
import type { PagingWord, Publish } from './sharing/words.ts'
import { type Answer, accepted } from './signalling.ts'
import type { WorkstationPeer } from './sockets/peers.ts'
import type { StoredPage } from './store.ts'

const tickMs = 250
const freshMs = 1000
const claimWithinMs = 500

/**
 * Calls for help on their way to physicians. The ladder says whom to page by now; everything is judged from
 * stored facts against absolute time, so a restart, a late tick or a repeated message changes nothing.
 */
export type Paging = {
  /** Takes over the calls that no hub looks after: at a start, and when another hub has died. */
  readonly takeOver: () => Promise<void>
  /** Lets go of the calls that another hub has taken over. */
  readonly compare: () => Promise<void>
  readonly hearFellow: (word: PagingWord) => void
  readonly page: (from: WorkstationPeer, page: Page) => Promise<Answer>
  readonly end: (deviceId: string, end: PageEnd) => Promise<Answer>
  readonly heard: (statement: Statement) => void
  /** What the room's own log says: it arrives also when the message got lost. */
  readonly logged: (deviceId: string, entries: readonly LogEntry[]) => void
  /** A page of this physician's console has just gone on call. */
  readonly cameOnCall: (physicianId: string) => void
  readonly step: () => void
  /** Ends at other services what could not be ended there at once. */
  readonly sweep: () => Promise<void>
  readonly endAllOf: (deviceId: string, words: string) => void
  readonly stop: () => Promise<void>
}

/** What of the hub is needed to call somebody. */
export type PagingContext = PageKeepingContext &
  PageTellingContext & {
    readonly log: Pick<HubContext['log'], 'warn'>
    readonly site: Pick<HubContext['site'], 'room'>
    readonly directory: Pick<HubContext['directory'], 'roomOf'>
    readonly store: Pick<HubContext['store'], 'exchange'> & {
      readonly mailbox: Pick<HubContext['store']['mailbox'], 'undelivered'>
    }
  }

export function createPaging(
  ctx: PagingContext,
  presence: Pick<Presence, 'onCall' | 'statusOf' | 'workstation' | 'consolesOf'>,
  publish: Publish,
  createOutOfBand: CreateOutOfBand,
): Paging {
  const isShared = ctx.store.exchange !== null
  const open = new Map<string, OpenPage>()
  const endings = createPageEndings(ctx.clock)
  const telling = createPageTelling(ctx, presence)
  const { elapsedOf, putOn, takenNow, tellHolder } = telling
  const { climb, cameOnCall } = createPageClimbing(ctx, presence, telling)
  const outOfBand = createOutOfBand({ has: (escalationId) => open.has(escalationId), progress })
  const keeping = createPageKeeping(ctx, letGo)
  const links = createRoomLinks()
  const stopTicking = ctx.clock.every(tickMs, step)

  function change(before: OpenPage, stored: StoredPage): Promise<boolean> {
    const { page } = before
    const next = outOfBand.climb({ stored: climb(stored, page), page }, elapsedOf(stored))
    const told = tellHolder({ stored: next, page, told: before.told })
    open.set(next.escalationId, { ...before, stored: next, told })
    const saved = next === before.stored ? Promise.resolve(true) : keeping.save(next)
    if (next.pagings !== before.stored.pagings) {
      outOfBand.tell({ stored: next, page })
      outOfBand.follow({ stored: next, page }, saved)
    }
    return saved
  }

  function progress(escalationId: string, pager: string, paging: PagerState): void {
    const entry = open.get(escalationId)
    if (entry !== undefined) void change(entry, progressed(entry.stored, pager, paging))
  }

  /** Another hub looks after it by now. */
  function letGo(escalationId: string): void {
    open.delete(escalationId)
    outOfBand.letGo(escalationId)
  }

  /** Pressed again: the same call from the same press on, and everybody of the bench is asked anew. */
  function askAgain(before: OpenPage, again: Page): void {
    const page = saidAt(again, elapsedOf(before.stored))
    const stored = { ...askedAnew(before.stored), page: JSON.stringify(page) }
    ctx.log.info({ escalationId: page.escalationId, round: roundOf(page) }, 'page repeated by the room')
    // Behind the others: it is the newest now.
    open.delete(page.escalationId)
    open.set(page.escalationId, {
      ...before,
      stored: climb(stored, page),
      page,
      saidOnScreen: new Set(),
      told: nobody,
    })
  }

  async function keep(escalationId: string): Promise<Answer> {
    const stored = open.get(escalationId)?.stored
    if (stored === undefined || (await keeping.save(stored))) return accepted
    return problem('not-stored', 'Paged, but the hub could not store it: send it again.')
  }

  function finish({ stored, page }: OpenPage, end: PageEnd, by: EndedBy['by']): Promise<boolean> {
    open.delete(end.escalationId)
    const told = toldOf(stored)
    const untold = told.filter((id) => presence.consolesOf(id).length === 0)
    void outOfBand.ended({ stored, page })
    endings.remember(stored.deviceId, end, { by, round: roundOf(page) }, untold)
    for (const physicianId of told)
      for (const peer of presence.consolesOf(physicianId)) peer.send('page-end', end)
    const { escalationId, outcome, words } = end
    const line = { escalationId, deviceId: stored.deviceId, outcome, by, ...(by === 'hub' && { words }) }
    ctx.log.info(line, 'page ended')
    return keeping.remove(end.escalationId)
  }

  /** The room has not said that it is over, and may call anew under the same name. */
  function endHere(entry: OpenPage, words: string): void {
    const { escalationId } = entry.stored
    void finish(entry, { escalationId, outcome: 'ended', words }, 'hub')
  }

  function step(): void {
    for (const entry of open.values()) {
      if (!isForgotten(entry, elapsedOf(entry.stored))) void change(entry, entry.stored)
      else endHere(entry, 'The room has said nothing more about this call for 12 hours.')
    }
    endings.sweep()
  }

  function heardIn(entry: OpenPage, stored: StoredPage, said: Statement, known: LinksOfRoom): StoredPage {
    if (entry.heard.has(said.id)) return stored
    entry.heard.add(said.id)
    if (said.kind === 'on-screen' && roundOf(said) === roundOf(entry.page))
      entry.saidOnScreen.add(said.physicianId)
    return hear(stored, roundOf(entry.page), said, known, nowIso(ctx.clock))
  }

  function heard(statement: Statement): void {
    if (!('escalationId' in statement) || statement.escalationId === null) return
    const entry = open.get(statement.escalationId)
    if (entry?.stored.deviceId !== statement.deviceId) return
    void change(entry, heardIn(entry, entry.stored, statement, links.of(statement.deviceId)))
  }

  /** The whole batch first: what it says in between is over. */
  function follow(entry: OpenPage, entries: readonly LogEntry[]): void {
    let known = links.of(entry.stored.deviceId)
    const stored = entries.reduce((before, line) => {
      known = linksAfter(known, line)
      const statement = statementIn(line, before.escalationId)
      if (statement !== null) return heardIn(entry, before, statement, known)
      return followLog(before, line, (id) => entry.saidOnScreen.has(id), nowIso(ctx.clock))
    }, entry.stored)
    if (stored !== entry.stored) void change(entry, stored)
  }

  function endTooMany(deviceId: string): void {
    const calls = [...open.values()].filter(({ stored }) => stored.deviceId === deviceId)
    for (const entry of tooMany(calls, ({ stored, page }) => takenNow(stored, page) !== null))
      endHere(entry, 'This room has called again, and again, since.')
  }

  async function end(deviceId: string, message: PageEnd): Promise<Answer> {
    const entry = open.get(message.escalationId)
    if (entry === undefined) {
      // Kept in mind also for a call that this hub may take over later.
      endings.hear(deviceId, message, isShared)
      return accepted
    }
    if (entry.stored.deviceId !== deviceId) return anotherRooms
    await finish(entry, message, 'room')
    return accepted
  }

  function logged(deviceId: string, entries: readonly LogEntry[]): void {
    for (const entry of open.values()) if (entry.stored.deviceId === deviceId) follow(entry, entries)
    links.take(deviceId, entries)
    if (open.size === 0) return
    for (const line of entries) {
      const message = endIn(line)
      if (message !== null && open.has(message.escalationId)) void end(deviceId, message)
    }
  }

  /** From the store, with what physicians have said since it was stored. */
  async function takeOn(kept: StoredPage): Promise<void> {
    // Written by this program, from a page that had been validated.
    const page = JSON.parse(kept.page) as Page
    const stored = { ...kept, ladder: kept.ladder ?? ladderOf(ctx.site.policy(), page.roomId) }
    const entry = {
      stored,
      page,
      heard: new Set<string>(),
      saidOnScreen: new Set<string>(),
      told: JSON.stringify(takenNow(stored, page)),
    }
    open.set(stored.escalationId, entry)
    keeping.taken(stored.escalationId)
    publish({ kind: 'page-moved', escalationId: stored.escalationId })
    const over = endings.of(stored.deviceId, stored.escalationId, roundOf(page))
    if (over !== undefined) return void finish(entry, over, 'room')
    endings.reopen(stored.escalationId)
    for (const { signed } of await ctx.store.mailbox.undelivered(stored.deviceId))
      if (signed !== null) heard((JSON.parse(signed) as SignedStatement).statement)
    const now = open.get(stored.escalationId)
    if (now !== undefined) outOfBand.follow(now, Promise.resolve(true))
  }

  /** A room that calls here goes on with the call that another hub has, or had. */
  async function claim(escalationId: string): Promise<void> {
    const claiming = ctx.store.pages.claim(escalationId).catch(() => null)
    const tooLate = new Promise<null>((resolve) => setTimeout(resolve, claimWithinMs, null))
    const stored = await Promise.race([claiming, tooLate])
    if (stored !== null && !open.has(escalationId)) await takeOn(stored).catch(() => undefined)
  }

  async function tellLogged(deviceId: string, entries: readonly LogEntry[]): Promise<void> {
    const told = entries.filter(({ type }) => followed.has(type))
    if (told.length > 0 && (await ctx.store.pages.anyOf(deviceId)))
      publish({ kind: 'logged', deviceId, entries: told })
  }

  return {
    async takeOver() {
      const found = await ctx.store.pages.takeOver()
      for (const stored of found) if (!open.has(stored.escalationId)) await takeOn(stored)
      if (found.length > 0) ctx.log.info({ pages: found.length }, 'open pages resumed')
    },
    compare: keeping.compare,
    hearFellow(word) {
      if (word.kind === 'heard') heard(word.statement)
      if (word.kind === 'logged') logged(word.deviceId, word.entries)
      if (word.kind === 'page-end') void end(word.deviceId, word.end)
      if (word.kind !== 'page-moved' || !open.has(word.escalationId)) return
      letGo(word.escalationId)
      keeping.forget(word.escalationId)
    },
    async page(from, page) {
      const { deviceId, escalationId } = page
      if (deviceId !== from.deviceId || page.roomId !== from.roomId)
        return problem('foreign-device', 'A page speaks for the room that sends it, and for no other.')
      // One that has just been pressed is nowhere else: it waits for nothing.
      if (isShared && !open.has(escalationId) && page.elapsedMs > freshMs) await claim(escalationId)
      const before = open.get(escalationId)
      if (before && before.stored.deviceId !== deviceId) return anotherRooms
      // The room has ended it, and this copy was under way.
      if (endings.of(deviceId, escalationId, roundOf(page)) !== undefined) return accepted
      if (before && roundOf(page) > roundOf(before.page)) {
        askAgain(before, page)
        return keep(escalationId)
      }
      if (before) {
        const round = roundMember(roundOf(before.page))
        for (const [physicianId, receipts] of Object.entries(before.stored.receipts)) {
          if (receipts.paged === null) continue
          const level = physicianId === before.stored.primary ? 'primary' : 'bench'
          from.send('paged', { escalationId, physicianId, level, ...round })
        }
        outOfBand.tell(before)
        const still = saidAt(before.page, elapsedOf(before.stored))
        await change({ ...before, page: still }, { ...before.stored, page: JSON.stringify(still) })
        return keep(escalationId)
      }
      const stored: StoredPage = {
        escalationId,
        deviceId,
        page: JSON.stringify(page),
        startedAt: isoOf(ctx.clock.nowMs() - page.elapsedMs),
        primary: presence.statusOf(deviceId)?.primary ?? null,
        // Whoever has not heard that the hub had ended it hears how it ends in the end.
        receipts: unasked(endings.reopen(escalationId)),
        ladder: ladderOf(ctx.site.policy(), page.roomId),
        pagings: {},
      }
      ctx.log.info({ escalationId, deviceId, kind: page.kind, drill: page.drill }, 'page received')
      // Paged first, stored second: the disk keeps nobody waiting.
      open.set(escalationId, {
        stored: climb(stored, page),
        page,
        heard: new Set(),
        saidOnScreen: new Set(),
        told: nobody,
      })
      publish({ kind: 'page-moved', escalationId })
      endTooMany(deviceId)
      return keep(escalationId)
    },
    end(deviceId, message) {
      if (!open.has(message.escalationId)) publish({ kind: 'page-end', deviceId, end: message })
      return end(deviceId, message)
    },
    heard(statement) {
      if (!('escalationId' in statement) || statement.escalationId === null) return
      if (open.has(statement.escalationId)) heard(statement)
      else publish({ kind: 'heard', statement })
    },
    logged(deviceId, entries) {
      logged(deviceId, entries)
      if (isShared)
        tellLogged(deviceId, entries).catch((error: unknown) => ctx.log.warn({ err: error }, 'untold'))
    },
    cameOnCall(physicianId) {
      cameOnCall(physicianId)
      const peer = presence.onCall(physicianId)?.peer
      if (peer) endings.tell(physicianId, peer)
      for (const entry of open.values()) {
        const receipts = entry.stored.receipts[physicianId]
        if (receipts == null || receipts.paged === null) void change(entry, entry.stored)
        else if (receipts.declined === null) putOn(physicianId, entry)
      }
    },
    step,
    sweep: outOfBand.sweep,
    endAllOf(deviceId, words) {
      for (const entry of open.values()) if (entry.stored.deviceId === deviceId) endHere(entry, words)
    },
    async stop() {
      stopTicking()
      await outOfBand.stop()
      await keeping.settled()
    },
  }
}

const anotherRooms = problem('foreign-escalation', 'This call for help is another room’s.')
