import type { Page } from '../contract/room-view.ts'
import type { OpenPage } from './page-telling.ts'

/** A call whose room has said nothing more for so long has been forgotten by it: nobody is paged for ever. */
const forgottenAfterMs = 12 * 60 * 60 * 1000
/** A room has one call at a time, and those whose end got lost. */
const maxOpenOfRoom = 8

/** The page as its room says it now: from here on it counts how long the room is silent. */
export const saidAt = (page: Page, elapsedMs: number): Page => ({ ...page, elapsedMs })

export const isForgotten = ({ page }: Pick<OpenPage, 'page'>, elapsedMs: number): boolean =>
  elapsedMs - page.elapsedMs >= forgottenAfterMs

/**
 * Which of a room's calls are too many, of all in the order of their last press. The newest never is: it may be the
 * one that counts. Nor is anybody sent away from theirs while another will do.
 */
export function tooMany(
  calls: readonly OpenPage[],
  isTaken: (call: OpenPage) => boolean,
): readonly OpenPage[] {
  const older = calls.slice(0, -1)
  const inTurn = [...older.filter((call) => !isTaken(call)), ...older.filter(isTaken)]
  return inTurn.slice(0, Math.max(0, calls.length - maxOpenOfRoom))
}
