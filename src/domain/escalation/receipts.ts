import { type LinkLack, type LinkState, linkThresholds } from '../link/link.ts'
import { msBetween } from '../time.ts'
import type { Receipts } from '../workstation/state.ts'

export type ReceiptsById = Readonly<Record<string, Receipts>>

/** The steps that a physician's answer to a call goes through; `left` undoes the last, `falters` doubts it. */
export type Step = Exclude<keyof Receipts, 'left' | 'falters' | 'came'>

export const noReceipts: Receipts = {
  paged: null,
  delivered: null,
  seen: null,
  accepted: null,
  declined: null,
  onScreen: null,
  came: null,
  left: null,
  falters: null,
}

const amend = (all: ReceiptsById, physicianId: string, change: Partial<Receipts>): ReceiptsById => ({
  ...all,
  [physicianId]: { ...noReceipts, ...all[physicianId], ...change },
})

/** The first time counts: a repeated receipt is the same fact once more. */
export function withReceipt(
  all: ReceiptsById,
  physicianId: string,
  step: Exclude<Step, 'onScreen'>,
  at: string,
): ReceiptsById {
  return all[physicianId]?.[step] == null ? amend(all, physicianId, { [step]: at }) : all
}

/** Who had declined may accept after all. */
export const withAcceptance = (all: ReceiptsById, physicianId: string, at: string): ReceiptsById =>
  amend(all, physicianId, { accepted: all[physicianId]?.accepted ?? at, declined: null })

/** Receipts say how it stands: who declines has neither the call nor the room on screen. */
export const withDecline = (all: ReceiptsById, physicianId: string, at: string): ReceiptsById =>
  amend(all, physicianId, {
    declined: all[physicianId]?.declined ?? at,
    accepted: null,
    onScreen: null,
    left: null,
    falters: null,
  })

export const offScreen = (all: ReceiptsById, physicianId: string, at: string): ReceiptsById =>
  all[physicianId]?.onScreen == null
    ? all
    : amend(all, physicianId, { onScreen: null, left: at, falters: null })

/** What was on a screen before a restart says nothing about now. */
export const allOffScreen = (all: ReceiptsById, at: string): ReceiptsById =>
  Object.keys(all).reduce((left, physicianId) => offScreen(left, physicianId, at), all)

/** The physician is not at this room: no picture is judged, they said so themselves. */
const isElsewhere: ReadonlySet<LinkLack> = new Set([
  'physician-is-in-another-room',
  'physician-has-opened-no-room',
  'physician-attention-unknown',
])

/**
 * What a link says of somebody who has the call. A microphone that was muted by hand takes nobody away: they see and
 * hear the room and are seen, and the words say that they are muted. A picture or a sound that is missing is doubted
 * first, because a new connection needs seconds until both ends have measured it; so is a page that is hidden, because
 * they still hear and speak, and a glance at another window is no absence.
 */
function standingBy(link: LinkState): 'there' | 'doubted' | 'gone' {
  if (link.kind === 'live') return 'there'
  if (link.kind !== 'partial' || link.lacks.some((lack) => isElsewhere.has(lack))) return 'gone'
  // Whoever is on screen has accepted the call: that says more than the confirmation that is missing.
  const isThere = (lack: LinkLack) => lack === 'physician-is-muted' || lack === 'physician-has-not-confirmed'
  return link.lacks.every(isThere) ? 'there' : 'doubted'
}

/** Twice the silence after which a link is lost: a frozen second must not ring the bench. */
const doubtedForMs = 2 * linkThresholds.staleAfterMs

/**
 * Whoever has the call is on screen for as long as their link says so: one that is down, or a physician who turns to
 * another room, takes it back at once, so that the ladder and the alarms go on; a picture or sound that is missing
 * takes it back after `doubtedForMs` (`receiptsAt`). A link that is whole again restores it.
 */
export function followingLink(
  all: ReceiptsById,
  physicianId: string,
  link: LinkState,
  at: string,
): ReceiptsById {
  const of = all[physicianId]
  switch (standingBy(link)) {
    case 'gone':
      return offScreen(all, physicianId, at)
    case 'there':
      if (of?.accepted == null || (of.onScreen !== null && of.falters == null)) return all
      return amend(all, physicianId, {
        onScreen: of.onScreen ?? at,
        came: of.came ?? at,
        left: null,
        falters: null,
      })
    case 'doubted':
      return of?.onScreen == null || of.falters != null ? all : amend(all, physicianId, { falters: at })
  }
}

/**
 * The console says that it has the room on screen. The word may be late: it does not beat a link that is down, nor
 * one that has taken it back since, and what the link does not bear out yet is doubted. Where no link was measured,
 * nothing speaks against it.
 */
export function saidOnScreen(
  all: ReceiptsById,
  physicianId: string,
  link: LinkState | undefined,
  at: string,
): ReceiptsById {
  const of = all[physicianId]
  if (link?.kind === 'lost' || link?.kind === 'none' || of?.left != null || of?.onScreen != null) return all
  const falters = link === undefined || standingBy(link) === 'there' ? null : at
  return amend(all, physicianId, { onScreen: at, came: of?.came ?? at, falters })
}

/** How they stand at this time: whoever has been doubted for too long is not on screen. A clock set back ends it too. */
export function receiptsAt(all: ReceiptsById, now: string): ReceiptsById {
  return Object.entries(all).reduce((sofar, [physicianId, { falters }]) => {
    if (falters == null) return sofar
    const forMs = msBetween(falters, now)
    const isDoubted = forMs > -doubtedForMs && forMs < doubtedForMs
    return isDoubted ? sofar : offScreen(sofar, physicianId, falters)
  }, all)
}

export const isAnyOnScreen = (all: ReceiptsById): boolean =>
  Object.values(all).some(({ onScreen }) => onScreen !== null)

/** That console has the page, or its physician has answered it. */
export const hasPage = (receipts: Receipts | undefined): boolean =>
  receipts !== undefined &&
  [receipts.delivered, receipts.seen, receipts.accepted, receipts.declined].some((at) => at !== null)

/** The first, in time, of those who have come this far and have not declined. */
export function firstWith(all: ReceiptsById, step: Step): string | undefined {
  return Object.entries(all)
    .flatMap(([physicianId, of]) => {
      const at = of[step]
      return at === null || of.declined !== null ? [] : [{ physicianId, at }]
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .at(0)?.physicianId
}
