import type { OutOfBandPage } from '../log/events.ts'
import type { Escalation, OutOfBandPaged } from '../workstation/state.ts'

export const channelWords: Readonly<Record<OutOfBandPage['channel'], string>> = {
  email: 'e-mail',
  webhook: 'webhook',
  pagerduty: 'PagerDuty',
  'web-push': 'push message',
}

const detailOf = (detail: string): string => (detail === '' ? '' : `: ${detail}`)

/**
 * How one pager stands, for the record and for the screen. That a mail server took a message is not that anybody reads
 * it: the words say who took it, and no more.
 */
export function outOfBandWords(
  { channel, state, detail }: Pick<OutOfBandPage, 'channel' | 'state' | 'detail'>,
  at: string | null = null,
): string {
  const by = channelWords[channel]
  const when = at === null ? '' : ` ${at}`
  switch (state) {
    case 'trying':
      return `paging by ${by}…`
    case 'failing':
      return `paging by ${by}, not delivered so far${detailOf(detail)}. Trying again…`
    case 'delivered':
      return `paged by ${by}, delivered${when}${detailOf(detail)}`
    case 'failed':
      return `NOT paged by ${by}, failed${when}${detailOf(detail)}`
    case 'stopped':
      return `paging by ${by} stopped${when}${detailOf(detail)}`
  }
}

/** The same for a table, once the call is over: what was under way then has not been heard of since. */
export const outcomeWords: Readonly<Record<OutOfBandPage['state'], string>> = {
  trying: 'tried, not known whether it arrived',
  failing: 'NOT DELIVERED so far',
  delivered: 'delivered',
  failed: 'FAILED',
  stopped: 'stopped',
}

export const outOfBandName = (
  { physicianId, name }: Pick<OutOfBandPage, 'physicianId' | 'name'>,
  nameOf: (physicianId: string) => string,
): string => (physicianId === null ? `${name} (site supervisor)` : nameOf(physicianId))

type Tone = 'done' | 'under-way' | 'bad' | 'over'

/** One person, and how each way to page them stands, in as few words as are true. */
export type PagedPersonShown = {
  readonly key: string
  readonly who: string
  readonly ways: readonly { readonly key: string; readonly tone: Tone; readonly words: string }[]
}

/** `unpaged`: why nobody is paged so at all; null while the hub can. */
export type OutOfBandShown = {
  readonly people: readonly PagedPersonShown[]
  readonly unpaged: string | null
}

/**
 * What a screen says of pagers during a call. The hub alone can page by these ways: without it, what was under way is
 * not known, and nothing is promised. Why one failed is in the record: now it only matters that it has.
 */
export function outOfBandShown(
  { outOfBand, terms }: Pick<Escalation, 'outOfBand' | 'terms'>,
  isHubThere: boolean,
  words: { readonly nameOf: (physicianId: string) => string; readonly clockOf: (at: string) => string },
): OutOfBandShown {
  const people = new Map<string, PagedPersonShown>()
  for (const page of outOfBand) {
    const who = outOfBandName(page, words.nameOf)
    const before = people.get(who) ?? { key: who, who, ways: [] }
    const way = { key: page.pager, ...wayShown(page, isHubThere, words.clockOf) }
    people.set(who, { ...before, ways: [...before.ways, way] })
  }
  const isPromised = isHubThere || terms === null || terms.pagers.length === 0
  return {
    people: [...people.values()],
    unpaged: isPromised
      ? null
      : 'Nobody is paged by e-mail, push message or pager: the hub is not connected. Telephone.',
  }
}

function wayShown(
  { channel, state, since }: OutOfBandPaged,
  isHubThere: boolean,
  clockOf: (at: string) => string,
): { readonly tone: Tone; readonly words: string } {
  const by = channelWords[channel]
  const isUnderWay = state === 'trying' || state === 'failing'
  if (isUnderWay && !isHubThere) return { tone: 'bad', words: `${by} not known, the hub is lost` }
  switch (state) {
    case 'trying':
      return { tone: 'under-way', words: `${by} on its way…` }
    case 'failing':
      return { tone: 'bad', words: `${by} not delivered, trying again…` }
    case 'delivered':
      return { tone: 'done', words: `${by} delivered ${clockOf(since)}` }
    case 'failed':
      return { tone: 'bad', words: `${by} failed` }
    case 'stopped':
      return { tone: 'over', words: `${by} stopped` }
  }
}
