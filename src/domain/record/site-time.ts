import { epochMs, instantAt, inWords } from '../time.ts'

import type { SessionRecord } from './session-record.ts'

/** How a document of one site says when something was. The log itself keeps UTC. */
export type SiteTime = {
  /** The zone's name and its offset from UTC while the session lasted. */
  readonly heading: string
  /** `2026-11-24 01:41:07 PST`. */
  readonly words: (instant: string) => string
  /** `01:41:07`; with month and day on another day, with the zone where the time alone could mean two moments. */
  readonly clock: (instant: string) => string
}

type Local = { readonly day: string; readonly time: string; readonly zone: string }

/** @param from and `to`: when the session began and ended, because the clocks may change meanwhile */
export function siteTime(timeZone: string, from: string, to: string): SiteTime {
  const local = localIn(timeZone)
  const offset = offsetIn(timeZone)
  const opening = local(from)
  const changes = offset(from) !== offset(to)
  const named = (at: string) => {
    const words = offset(at)
    const { zone } = local(at)
    return zone === 'UTC' ? words : `${words} (${zone})`
  }
  return {
    heading: [
      ...(timeZone === 'UTC' ? [] : [timeZone]),
      changes
        ? `${named(from)} until ${inWords(changeBetween(from, to, offset))}, then ${named(to)}`
        : named(from),
    ].join(', '),
    words: (instant) => {
      const { day, time, zone } = local(instant)
      return `${day} ${time} ${zone}`
    },
    clock: (instant) => {
      const { day, time, zone } = local(instant)
      const when = day === opening.day ? time : `${day.slice(5)} ${time}`
      return changes || zone !== opening.zone ? `${when} ${zone}` : when
    },
  }
}

/** The time of a record's site, while its session lasted. */
export function timeOf({ timeZone, openedAt, ending, timeline }: SessionRecord): SiteTime {
  const end = ending.kind === 'open' ? (timeline.at(-1)?.at ?? openedAt) : ending.at
  // The wall clock may have been set back meanwhile.
  return end < openedAt ? siteTime(timeZone, end, openedAt) : siteTime(timeZone, openedAt, end)
}

function localIn(timeZone: string): (instant: string) => Local {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  })
  return (instant) => {
    const parts = new Map(format.formatToParts(epochMs(instant)).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    return {
      day: [part('year').padStart(4, '0'), part('month'), part('day')].join('-'),
      time: [part('hour'), part('minute'), part('second')].join(':'),
      zone: part('timeZoneName'),
    }
  }
}

/** `UTC−08:00`. */
function offsetIn(timeZone: string): (instant: string) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  return (instant) => {
    const part = format.formatToParts(epochMs(instant)).find(({ type }) => type === 'timeZoneName')
    const offset = (part?.value ?? '').replace('GMT', '').replace('-', '−')
    return `UTC${offset === '' ? '+00:00' : offset}`
  }
}

/** The first second with the later offset; a session is too short for two changes. */
function changeBetween(from: string, to: string, offset: (instant: string) => string): string {
  let before = Math.floor(epochMs(from) / 1000)
  let after = Math.ceil(epochMs(to) / 1000)
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offset(instantAt(middle * 1000)) === offset(from)) before = middle
    else after = middle
  }
  return instantAt(after * 1000)
}
