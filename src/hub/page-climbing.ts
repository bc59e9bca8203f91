import type { Page } from '../contract/room-view.ts'
import { pagesDue } from '../domain/escalation/ladder.ts'
import { receiptsAt } from '../domain/escalation/receipts.ts'
import { roundOf } from '../domain/statement/statement.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import type { createPageTelling } from './page-telling.ts'
import { timingIn } from './page-telling.ts'
import type { Presence } from './presence.ts'
import { paged } from './receipts.ts'
import type { StoredPage } from './store.ts'

/** A primary who was paged and is gone may take so long to be back before the bench is called in their place. */
const backWithinMs = 2000

type ClimbingContext = {
  readonly clock: HubContext['clock']
  readonly log: Pick<HubContext['log'], 'info'>
  readonly site: Pick<HubContext['site'], 'policy' | 'room'>
  readonly directory: Pick<HubContext['directory'], 'roomOf'>
}

/** Puts a call on the consoles of whoever the ladder names by now. */
export function createPageClimbing(
  ctx: ClimbingContext,
  presence: Pick<Presence, 'onCall' | 'statusOf'>,
  { elapsedOf, putOn }: Pick<ReturnType<typeof createPageTelling>, 'elapsedOf' | 'putOn'>,
) {
  const awaySinceMs = new Map<string, number>()

  /** Paged, and away only now: a page that is loaded anew, or this hub has just started. */
  function isBackSoon(primary: string, { receipts }: StoredPage): boolean {
    if (receipts[primary]?.paged == null) return false
    const sinceMs = awaySinceMs.get(primary) ?? ctx.clock.nowMs()
    awaySinceMs.set(primary, sinceMs)
    return ctx.clock.nowMs() - sinceMs < backWithinMs
  }
  const isThere = (physicianId: string) => presence.onCall(physicianId) !== undefined

  return {
    /** Pages whom the ladder names and who is there; everyone else stays due. */
    climb(stored: StoredPage, page: Page): StoredPage {
      const roomId = ctx.directory.roomOf(stored.deviceId) ?? page.roomId
      const bench = ctx.site.room(roomId)?.bench ?? []
      const primary = presence.statusOf(stored.deviceId)?.primary ?? stored.primary
      const timing = timingIn(stored, ctx.site.policy())
      const reachable =
        primary !== null && bench.includes(primary) && (isThere(primary) || isBackSoon(primary, stored))
      let next: StoredPage = primary === stored.primary ? stored : { ...stored, primary }
      const round = { round: roundOf(page), receipts: receiptsAt(stored.receipts, nowIso(ctx.clock)) }
      const due = pagesDue(round, bench, reachable ? primary : null, elapsedOf(stored), timing)
      for (const { physicianId } of due) {
        if (!bench.includes(physicianId) || !putOn(physicianId, { stored: next, page })) continue
        next = paged(next, physicianId, nowIso(ctx.clock))
        const { escalationId } = page
        ctx.log.info({ escalationId, deviceId: stored.deviceId, physicianId }, 'paged')
      }
      return next
    },
    cameOnCall: (physicianId: string) => void awaySinceMs.delete(physicianId),
  }
}
