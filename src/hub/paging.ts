import type { Page, PageEnd } from '../contract/room-view.ts'
import { pagesDue } from '../domain/escalation/ladder.ts'
import type { LogEntry } from '../domain/log/entry.ts'
import { eventSchema } from '../domain/log/events.ts'
import type { Statement } from '../domain/statement/statement.ts'
import { isoOf, nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import type { Presence } from './presence.ts'
import { hear, isNews, receive, takenOf } from './receipts.ts'
import { problem } from './refusal.ts'
import { type Answer, accepted } from './signalling.ts'
import type { WorkstationPeer } from './sockets/peers.ts'
import type { StoredPage } from './store.ts'

/** A call whose room has said nothing more for so long has been forgotten by it: nobody is paged for ever. */
const forgottenAfterMs = 12 * 60 * 60 * 1000
const tickMs = 250

/**
 * Calls for help on their way to physicians. The ladder says whom to page by now; everything is judged from
 * stored facts against absolute time, so a restart, a late tick or a repeated message changes nothing.
 */
export type Paging = {
  readonly resume: () => Promise<void>
  readonly page: (from: WorkstationPeer, page: Page) => Promise<Answer>
  readonly end: (deviceId: string, end: PageEnd) => Promise<Answer>
  readonly heard: (statement: Statement) => void
  /** What the room's own log says: it arrives also when the message got lost. */
  readonly logged: (deviceId: string, entries: readonly LogEntry[]) => void
  /** A page of this physician's console has just gone on call. */
  readonly cameOnCall: (physicianId: string) => void
  readonly step: () => void
  readonly endAllOf: (deviceId: string, words: string) => void
  readonly stop: () => Promise<void>
}

type OpenPage = { readonly stored: StoredPage; readonly page: Page }
type EndedPage = { readonly end: PageEnd; readonly atMs: number; readonly untold: Set<string> }

export function createPaging(ctx: HubContext, presence: Presence): Paging {
  const open = new Map<string, OpenPage>()
  const ended = new Map<string, EndedPage>()
  let saving: Promise<void> = Promise.resolve()
  const stopTicking = ctx.clock.every(tickMs, step)

  /** One write after the other, so that an older state never lands on a newer one. */
  function save(write: () => Promise<void>): Promise<boolean> {
    const done = saving.then(write).then(
      () => true,
      (error: unknown) => {
        ctx.log.error({ err: error }, 'a page could not be stored: it goes on, but not through a restart')
        return false
      },
    )
    saving = done.then(() => undefined)
    return done
  }

  /** Pages whom the ladder names and who is there; everyone else stays due. */
  function climb({ stored, page }: OpenPage): StoredPage {
    const roomId = ctx.directory.roomOf(stored.deviceId) ?? page.roomId
    const bench = ctx.site.room(roomId)?.bench ?? []
    const primary = presence.statusOf(stored.deviceId)?.primary ?? stored.primary
    const elapsedMs = elapsedOf(stored)
    const { escalation } = ctx.site.policy()
    const reachable =
      primary !== null && bench.includes(primary) && (isThere(primary) || stored.receipts[primary] != null)
    let next: StoredPage = primary === stored.primary ? stored : { ...stored, primary }
    for (const { physicianId } of pagesDue(
      stored,
      bench,
      reachable ? primary : null,
      elapsedMs,
      escalation,
    )) {
      if (!bench.includes(physicianId) || !putOn(physicianId, { stored: next, page })) continue
      next = receive(next, physicianId, 'paged', nowIso(ctx.clock))
      ctx.log.info({ escalationId: page.escalationId, deviceId: stored.deviceId, physicianId }, 'paged')
    }
    return next
  }

  const isThere = (physicianId: string) => presence.onCall(physicianId) !== undefined
  const elapsedOf = ({ startedAt }: StoredPage) => Math.max(0, ctx.clock.nowMs() - Date.parse(startedAt))

  /** Onto the physician's console, and word of it to the room. False if they are not there. */
  function putOn(physicianId: string, { stored, page }: OpenPage): boolean {
    const there = presence.onCall(physicianId)
    if (there === undefined) return false
    const level = physicianId === stored.primary ? 'primary' : 'bench'
    there.peer.send('page', { page: { ...page, elapsedMs: elapsedOf(stored) }, level })
    tellTaken(stored, [physicianId])
    const { escalationId, deviceId } = stored
    presence.workstation(deviceId)?.send('paged', { escalationId, physicianId, level })
    return true
  }

  function tellTaken(stored: StoredPage, physicianIds: readonly string[]): void {
    const message = takenOf(stored, (id) => ctx.site.physician(id)?.name ?? id)
    if (message === null) return
    for (const told of physicianIds)
      for (const peer of presence.consolesOf(told)) peer.send('page-taken', message)
  }

  function change(before: OpenPage, stored: StoredPage): Promise<boolean> {
    const next = climb({ stored, page: before.page })
    open.set(next.escalationId, { stored: next, page: before.page })
    if (isNews(before.stored, next)) {
      tellTaken(next, pagedOf(next))
      ctx.log.info(
        { escalationId: next.escalationId, physicianId: next.takenBy?.physicianId ?? null },
        'page taken',
      )
    }
    return next === before.stored ? Promise.resolve(true) : save(() => ctx.store.pages.save(next))
  }

  async function keep(escalationId: string): Promise<Answer> {
    const stored = open.get(escalationId)?.stored
    if (stored === undefined || (await save(() => ctx.store.pages.save(stored)))) return accepted
    return problem('not-stored', 'Paged, but the hub could not store it: send it again.')
  }

  function finish({ stored }: OpenPage, end: PageEnd): Promise<boolean> {
    open.delete(end.escalationId)
    const paged = pagedOf(stored)
    const untold = new Set(paged.filter((id) => presence.consolesOf(id).length === 0))
    ended.set(end.escalationId, { end, atMs: ctx.clock.nowMs(), untold })
    for (const physicianId of paged)
      for (const peer of presence.consolesOf(physicianId)) peer.send('page-end', end)
    ctx.log.info(
      { escalationId: end.escalationId, deviceId: stored.deviceId, outcome: end.outcome },
      'page ended',
    )
    return save(() => ctx.store.pages.remove(end.escalationId))
  }

  function step(): void {
    for (const entry of open.values()) {
      if (elapsedOf(entry.stored) < forgottenAfterMs) void change(entry, entry.stored)
      else void finish(entry, endOf(entry, 'The room has said nothing more about this call for 12 hours.'))
    }
    for (const [id, { atMs }] of ended) if (ctx.clock.nowMs() - atMs > forgottenAfterMs) ended.delete(id)
  }

  function heard(statement: Statement): void {
    if (!('escalationId' in statement) || statement.escalationId === null) return
    const entry = open.get(statement.escalationId)
    if (entry?.stored.deviceId !== statement.deviceId) return
    void change(entry, hear(entry.stored, statement, nowIso(ctx.clock)))
  }

  async function end(deviceId: string, message: PageEnd): Promise<Answer> {
    const entry = open.get(message.escalationId)
    if (entry === undefined) return accepted
    if (entry.stored.deviceId !== deviceId) return anotherRooms
    await finish(entry, message)
    return accepted
  }

  return {
    async resume() {
      for (const stored of await ctx.store.pages.open()) {
        // Written by this program, from a page that had been validated.
        open.set(stored.escalationId, { stored, page: JSON.parse(stored.page) as Page })
      }
      if (open.size > 0) ctx.log.info({ pages: open.size }, 'open pages resumed')
    },
    async page(from, page) {
      const { deviceId, escalationId } = page
      if (deviceId !== from.deviceId || page.roomId !== from.roomId)
        return problem('foreign-device', 'A page speaks for the room that sends it, and for no other.')
      const before = open.get(escalationId)
      if (before && before.stored.deviceId !== deviceId) return anotherRooms
      // It ended here, and this copy was under way: the room has no reason to call anew under the same name.
      if (ended.has(escalationId)) return accepted
      if (before) {
        for (const physicianId of pagedOf(before.stored)) {
          const level = physicianId === before.stored.primary ? 'primary' : 'bench'
          from.send('paged', { escalationId, physicianId, level })
        }
        await change(before, before.stored)
        return keep(escalationId)
      }
      const stored: StoredPage = {
        escalationId,
        deviceId,
        page: JSON.stringify(page),
        startedAt: isoOf(ctx.clock.nowMs() - page.elapsedMs),
        primary: presence.statusOf(deviceId)?.primary ?? null,
        receipts: {},
        takenBy: null,
      }
      ctx.log.info({ escalationId, deviceId, kind: page.kind, drill: page.drill }, 'page received')
      // Paged first, stored second: the disk keeps nobody waiting.
      open.set(escalationId, { stored: climb({ stored, page }), page })
      return keep(escalationId)
    },
    end,
    heard,
    logged(deviceId, entries) {
      if (open.size === 0) return
      for (const entry of entries) {
        const event = eventSchema.safeParse({ type: entry.type, session: entry.session, body: entry.body })
        if (!event.success) continue
        const { type, body } = event.data
        if (type === 'statement-received') heard(body.signed.statement)
        if (type === 'help-cancelled')
          void end(deviceId, { escalationId: body.escalationId, outcome: 'cancelled', words: body.reason })
        if (type === 'help-ended')
          void end(deviceId, { escalationId: body.escalationId, outcome: 'ended', words: body.outcome })
      }
    },
    cameOnCall(physicianId) {
      const peer = presence.onCall(physicianId)?.peer
      for (const { end: message, untold } of ended.values())
        if (peer && untold.delete(physicianId)) peer.send('page-end', message)
      for (const entry of open.values()) {
        const receipts = entry.stored.receipts[physicianId]
        if (receipts == null || receipts.paged === null) void change(entry, entry.stored)
        else if (receipts.declined === null) putOn(physicianId, entry)
      }
    },
    step,
    endAllOf(deviceId, words) {
      for (const entry of open.values())
        if (entry.stored.deviceId === deviceId) void finish(entry, endOf(entry, words))
    },
    async stop() {
      stopTicking()
      await saving
    },
  }
}

const pagedOf = ({ receipts }: StoredPage): string[] =>
  Object.entries(receipts).flatMap(([physicianId, { paged }]) => (paged === null ? [] : [physicianId]))

const endOf = ({ stored }: OpenPage, words: string): PageEnd => ({
  escalationId: stored.escalationId,
  outcome: 'ended',
  words,
})

const anotherRooms = problem('foreign-escalation', 'This call for help is another room’s.')
