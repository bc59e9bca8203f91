import type { PageTaken } from '../contract/room-view.ts'
import type { Statement } from '../domain/statement/statement.ts'
import { msBetween } from '../domain/time.ts'
import type { Receipts } from '../domain/workstation/state.ts'
import type { StoredPage } from './store.ts'

const none: Receipts = {
  paged: null,
  delivered: null,
  seen: null,
  accepted: null,
  declined: null,
  onScreen: null,
}

type Progress = Pick<StoredPage, 'receipts' | 'takenBy'>

const isOnScreen = ({ receipts }: Progress): boolean =>
  Object.values(receipts).some(({ onScreen }) => onScreen !== null)

/** Whether everyone who was paged must hear of it: another has it now, or having it has become being on screen. */
export const isNews = (before: Progress, after: Progress): boolean =>
  before.takenBy?.physicianId !== after.takenBy?.physicianId || (isOnScreen(after) && !isOnScreen(before))

export function takenOf(page: StoredPage, nameOf: (physicianId: string) => string): PageTaken | null {
  const { escalationId, takenBy, startedAt } = page
  if (takenBy === null) return null
  const { physicianId, at } = takenBy
  const afterMs = Math.max(0, msBetween(startedAt, at))
  return { escalationId, physicianId, name: nameOf(physicianId), afterMs, onScreen: isOnScreen(page) }
}

/** The first time counts. */
export function receive<P extends Progress>(
  page: P,
  physicianId: string,
  step: keyof Receipts,
  at: string,
): P {
  const before = page.receipts[physicianId] ?? none
  if (before[step] !== null) return page
  return { ...page, receipts: { ...page.receipts, [physicianId]: { ...before, [step]: at } } }
}

/** What a physician's statement means for a call: the same as the room's own fold makes of it. */
export function hear<P extends Progress>(page: P, statement: Statement, at: string): P {
  const { physicianId } = statement
  switch (statement.kind) {
    case 'delivered':
    case 'seen':
      return receive(page, physicianId, statement.kind, at)
    case 'on-screen':
      return receive(page, physicianId, 'onScreen', at)
    case 'accepted': {
      const taken = amend(receive(page, physicianId, 'accepted', at), physicianId, { declined: null })
      return { ...taken, takenBy: page.takenBy ?? { physicianId, at } }
    }
    case 'declined': {
      const before = page.receipts[physicianId]?.declined ?? at
      const given = amend(page, physicianId, { declined: before, accepted: null, onScreen: null })
      return page.takenBy?.physicianId === physicianId ? { ...given, takenBy: firstAccepted(given) } : given
    }
    default:
      return page
  }
}

const amend = <P extends Progress>(page: P, physicianId: string, change: Partial<Receipts>): P => ({
  ...page,
  receipts: { ...page.receipts, [physicianId]: { ...(page.receipts[physicianId] ?? none), ...change } },
})

function firstAccepted({ receipts }: Progress): StoredPage['takenBy'] {
  const all = Object.entries(receipts).flatMap(([physicianId, { accepted }]) =>
    accepted === null ? [] : [{ physicianId, at: accepted }],
  )
  return all.sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null
}
