import type { PageTaken } from '../contract/room-view.ts'
import { type Holder, holderOf, quietUntilMs } from '../domain/escalation/ladder.ts'
import {
  allOffScreen,
  followingLink,
  noReceipts,
  type ReceiptsById,
  receiptsAt,
  saidOnScreen,
  withAcceptance,
  withDecline,
  withReceipt,
} from '../domain/escalation/receipts.ts'
import type { LogEntry } from '../domain/log/entry.ts'
import type { Policy } from '../domain/policy/policy.ts'
import { roundMember, roundOf, type Statement } from '../domain/statement/statement.ts'
import { eventOf } from '../domain/workstation/evolve.ts'
import type { LinksOfRoom } from './room-log.ts'
import type { StoredPage } from './store.ts'

type Timing = Policy['escalation']
type Answer = Pick<StoredPage, 'receipts'>

/** Everyone who was ever put on for this call: they hear who has it and how it ends. */
export const toldOf = ({ receipts }: Answer): string[] => Object.keys(receipts)

/** Who was told of a call before: not paged in this round, and not forgotten. */
export const unasked = (physicianIds: readonly string[]): ReceiptsById =>
  Object.fromEntries(physicianIds.map((physicianId) => [physicianId, noReceipts]))

/** The call again: nobody has been paged or has answered, and nobody is forgotten. */
export const askedAnew = <A extends Answer>(page: A): A => ({ ...page, receipts: unasked(toldOf(page)) })

/** Who has the call as it stands now: what was doubted for too long does not count. */
export const holderIn = (page: StoredPage, elapsedMs: number, timing: Timing, now: string): Holder | null =>
  holderOf(receiptsAt(page.receipts, now), page.startedAt, elapsedMs, timing)

export function takenOf(
  page: StoredPage,
  round: number,
  holder: Holder,
  name: string,
  timing: Timing,
): PageTaken {
  return {
    escalationId: page.escalationId,
    physicianId: holder.physicianId,
    name,
    afterMs: holder.afterMs,
    onScreen: holder.kind === 'on-screen',
    quietUntilMs: quietUntilMs(holder, timing),
    ...roundMember(round),
  }
}

const withReceipts = <A extends Answer>(page: A, receipts: ReceiptsById): A =>
  receipts === page.receipts ? page : { ...page, receipts }

export const paged = <A extends Answer>(page: A, physicianId: string, at: string): A =>
  withReceipts(page, withReceipt(page.receipts, physicianId, 'paged', at))

/** What a physician's statement means for this round of a call: the same as the room's own fold makes of it. */
export function hear<A extends Answer>(
  page: A,
  round: number,
  statement: Statement,
  links: LinksOfRoom,
  at: string,
): A {
  const { physicianId } = statement
  const { receipts } = page
  switch (statement.kind) {
    case 'delivered':
    case 'seen':
    case 'accepted':
    case 'declined':
    case 'on-screen':
      if (roundOf(statement) !== round) return page
      break
    default:
      return page
  }
  switch (statement.kind) {
    case 'on-screen':
      return withReceipts(page, saidOnScreen(receipts, physicianId, links[physicianId], at))
    case 'accepted':
      return withReceipts(page, withAcceptance(receipts, physicianId, at))
    case 'declined':
      return withReceipts(page, withDecline(receipts, physicianId, at))
    default:
      return withReceipts(page, withReceipt(receipts, physicianId, statement.kind, at))
  }
}

/** What the room's log says about who is on its screen; statements are heard by themselves. */
export function followLog<A extends Answer>(
  page: A,
  entry: LogEntry,
  hasSaidOnScreen: (physicianId: string) => boolean,
  at: string,
): A {
  const event = eventOf(entry)
  switch (event?.type) {
    case 'app-started':
      return withReceipts(page, allOffScreen(page.receipts, at))
    case 'link-changed': {
      const { physicianId, link } = event.body
      const of = page.receipts[physicianId]
      // A line may be older than an acceptance that came straight: it brings nobody on screen who never was.
      const mayBeBack = of?.onScreen != null || of?.left != null || hasSaidOnScreen(physicianId)
      if (!mayBeBack) return page
      return withReceipts(page, followingLink(page.receipts, physicianId, link, at))
    }
    default:
      return page
  }
}
