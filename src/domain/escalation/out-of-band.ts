import type { CallTerms } from '../log/events.ts'
import type { PagerChannel, Policy } from '../policy/policy.ts'
import { msBetween } from '../time.ts'
import { type Holder, holderOf, type Round } from './ladder.ts'
import { outOfBandOf, pagesAtAll, timingNow } from './timing.ts'

/** Somebody to be paged apart from the console, over one of their channels. `key` names this pager within a call. */
export type Pager = {
  readonly key: string
  readonly to: PagedPerson
  readonly channel: PagerChannel
}
export type PagedPerson =
  | { readonly kind: 'physician'; readonly physicianId: string }
  | { readonly kind: 'supervisor'; readonly name: string }

/** What a call goes by from its beginning to its end, whatever the site decides meanwhile. */
export type Ladder = {
  readonly timing: Policy['escalation']
  /** Of the room's bench, in its order. */
  readonly physicians: readonly Pager[]
  readonly supervisor: readonly Pager[]
}

export function ladderOf(
  policy: Pick<Policy, 'escalation' | 'rooms' | 'physicians' | 'site'>,
  roomId: string,
): Ladder {
  const bench = policy.rooms.find(({ id }) => id === roomId)?.bench ?? []
  const { supervisor } = policy.site
  return {
    timing: policy.escalation,
    physicians: bench.flatMap((physicianId) => {
      const channels = policy.physicians.find(({ id }) => id === physicianId)?.pagers ?? []
      return pagersOf({ kind: 'physician', physicianId }, channels)
    }),
    supervisor:
      supervisor === undefined
        ? []
        : pagersOf({ kind: 'supervisor', name: supervisor.name }, supervisor.pagers),
  }
}

/**
 * What the room keeps of the ladder at the press. Addresses are not in it: the hub alone pages by them, and says whom
 * it has paged how.
 */
export function callTerms(
  policy: Policy | null,
  call: {
    readonly kind: 'reaction' | 'question'
    readonly drill: boolean
    readonly roomId: string | null
  },
): CallTerms {
  const timing = timingNow(policy)
  if (policy === null || call.roomId === null || !pagesAtAll(call, outOfBandOf(timing)))
    return { timing, pagers: [] }
  const { physicians, supervisor } = ladderOf(policy, call.roomId)
  const pagers = [...physicians, ...supervisor].map(({ to, channel }) => ({
    physicianId: to.kind === 'physician' ? to.physicianId : null,
    channel: channel.kind,
  }))
  return { timing, pagers }
}

export const pagersOf = (to: PagedPerson, channels: readonly PagerChannel[]): readonly Pager[] =>
  channels.map((channel) => ({ key: `${personKey(to)} ${channelKey(channel)}`, to, channel }))

const personKey = (to: PagedPerson): string =>
  to.kind === 'physician' ? `physician ${to.physicianId}` : 'supervisor'

function channelKey(channel: PagerChannel): string {
  switch (channel.kind) {
    case 'email':
      return `email ${channel.to}`
    case 'webhook':
      return `webhook ${channel.target}`
    case 'pagerduty':
      return `pagerduty ${channel.service}`
    case 'web-push':
      return 'web-push'
  }
}

/** What is asked of a call: how it stands in its present round. */
export type Call = Round & {
  readonly kind: 'reaction' | 'question'
  readonly drill: boolean
  readonly pressedAt: string
}

/**
 * Who is to be paged apart from the console by now: the bench's pagers, then the site's supervisor over everything.
 * Nobody while somebody is on screen or has just accepted and may still come; whoever has declined this press is left
 * in peace.
 */
export function outOfBandDue(
  call: Call,
  { timing, physicians, supervisor }: Ladder,
  elapsedMs: number,
): readonly Pager[] {
  const outOfBand = outOfBandOf(timing)
  if (!pagesAtAll(call, outOfBand) || isHeld(holderOf(call.receipts, call.pressedAt, elapsedMs, timing)))
    return []
  const wanted = physicians.filter(
    ({ to }) => to.kind === 'supervisor' || call.receipts[to.physicianId]?.declined == null,
  )
  return [
    ...(elapsedMs >= outOfBand.pagersAfterMs ? wanted : []),
    ...(elapsedMs >= outOfBand.supervisorAfterMs ? supervisor : []),
  ]
}

/** Silence is lent to whoever has just accepted, here as at the consoles. */
const isHeld = (holder: Holder | null): boolean => holder !== null && holder.kind !== 'overdue'

/** A person who presses again and again must not fill anybody's telephone. */
const againAfterMs = 60_000

/** How far one pager has come. `failed` is final; one that is `stopped` goes on when it is due again. */
export type Paging = {
  readonly state: 'trying' | 'delivered' | 'failed' | 'stopped'
  readonly round: number
  /** When this state began. */
  readonly at: string
  /** What the other side said, or why it failed; empty while nothing is known. */
  readonly detail: string
}

/** Whether a pager that is due is to be set off (again): once, and anew when help was called again since. */
export function isToBegin(paging: Paging | undefined, round: number, now: string): boolean {
  if (paging === undefined || paging.state === 'stopped') return true
  if (paging.state === 'trying' || paging.round >= round) return false
  return msBetween(paging.at, now) >= againAfterMs
}

/**
 * The call after one pager has come further. What was stopped is told only how its last attempt went, and what belongs
 * to an earlier press not at all.
 */
export function progressed<C extends { readonly pagings: Readonly<Record<string, Paging>> }>(
  call: C,
  pager: string,
  paging: Paging,
): C {
  const before = call.pagings[pager]
  const isLate =
    before === undefined ||
    before.round > paging.round ||
    (before.state === 'stopped' && paging.state === 'trying')
  return isLate ? call : { ...call, pagings: { ...call.pagings, [pager]: paging } }
}
