import type { Page, PageTaken } from '../contract/room-view.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { roundMember, roundOf } from '../domain/statement/statement.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import type { Presence } from './presence.ts'
import { holderIn, takenOf, toldOf } from './receipts.ts'
import type { StoredPage } from './store.ts'

export type OpenPage = {
  readonly stored: StoredPage
  readonly page: Page
  /** Statements come straight and by the log; each is heard once, so that a late copy undoes nothing. */
  readonly heard: Set<string>
  /** Whose console has said in this round that it has the room on screen, whether or not it counted then. */
  readonly saidOnScreen: Set<string>
  /** What everybody paged was last told of who has it. */
  readonly told: string
}

export type PageTellingContext = {
  readonly clock: HubContext['clock']
  readonly log: Pick<HubContext['log'], 'info'>
  readonly site: Pick<HubContext['site'], 'policy' | 'physician'>
}

/** What the site had decided when the call began: a policy that changes meanwhile is for the next call. */
export const timingIn = ({ ladder }: StoredPage, policy: Pick<Policy, 'escalation'>): Policy['escalation'] =>
  ladder?.timing ?? policy.escalation

/** What everybody has been told while nobody has taken a page. */
export const nobody = JSON.stringify(null)

/** Puts a call on consoles, and says who has it: to consoles, and to the room whom it has reached. */
export function createPageTelling(
  ctx: PageTellingContext,
  presence: Pick<Presence, 'onCall' | 'workstation' | 'consolesOf'>,
) {
  const elapsedOf = ({ startedAt }: StoredPage) => Math.max(0, ctx.clock.nowMs() - Date.parse(startedAt))

  /** Onto the physician's console, and word of it to the room. False if they are not there. */
  function putOn(physicianId: string, { stored, page }: Pick<OpenPage, 'stored' | 'page'>): boolean {
    const there = presence.onCall(physicianId)
    if (there === undefined) return false
    const level = physicianId === stored.primary ? 'primary' : 'bench'
    there.peer.send('page', { page: { ...page, elapsedMs: elapsedOf(stored) }, level })
    const taken = takenNow(stored, page)
    if (taken !== null) there.peer.send('page-taken', taken)
    const { escalationId, deviceId } = stored
    presence
      .workstation(deviceId)
      ?.send('paged', { escalationId, physicianId, level, ...roundMember(roundOf(page)) })
    return true
  }

  function takenNow(stored: StoredPage, page: Page): PageTaken | null {
    const timing = timingIn(stored, ctx.site.policy())
    const holder = holderIn(stored, elapsedOf(stored), timing, nowIso(ctx.clock))
    if (holder === null) return null
    const name = ctx.site.physician(holder.physicianId)?.name ?? holder.physicianId
    return takenOf(stored, roundOf(page), holder, name, timing)
  }

  /** Everybody paged hears who has it, that this has become help, that it has ceased to be, and that nobody has it. */
  function tellHolder({ stored, page, told }: Pick<OpenPage, 'stored' | 'page' | 'told'>): string {
    const taken = takenNow(stored, page)
    const words = JSON.stringify(taken)
    if (words === told) return told
    const { escalationId } = stored
    for (const physicianId of toldOf(stored))
      for (const peer of presence.consolesOf(physicianId))
        if (taken !== null) peer.send('page-taken', taken)
        else peer.send('page-free', { escalationId })
    const { physicianId = null, onScreen = false } = taken ?? {}
    ctx.log.info({ escalationId, physicianId, onScreen }, 'who has the page')
    return words
  }

  return { elapsedOf, putOn, takenNow, tellHolder }
}
