/**
 * Calendar arithmetic on the two written forms of time that the log uses. The domain has no clock: every `now`
 * comes in as an argument, and these functions only reckon with it.
 */

const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March so that leap days end them. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** Milliseconds since 1970-01-01T00:00:00.000Z; NaN if the text is not an instant. */
export function epochMs(instant: string): number {
  const parts = instantPattern.exec(instant)
  if (!parts) return Number.NaN
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = parts.slice(1).map(Number)
  return (((daysFromCivil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms
}

/** The instant so many milliseconds after 1970-01-01T00:00:00.000Z, as the log writes it. */
export function instantAt(ms: number): string {
  const whole = Math.floor(ms)
  const days = Math.floor(whole / 86_400_000)
  const rest = whole - days * 86_400_000
  const { year, month, day } = civilFromDays(days)
  const time = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1000) % 60].map((n) => pad(Math.floor(n), 2))
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time.join(':')}.${pad(rest % 1000, 3)}Z`
}

export const addMs = (instant: string, ms: number): string => instantAt(epochMs(instant) + ms)

/** From `from` to `to` in milliseconds; negative if the wall clock went back. */
export const msBetween = (from: string, to: string): number => epochMs(to) - epochMs(from)

/** The calendar day in UTC. West of Greenwich it begins early, so an expiry is never noticed too late there. */
export const dayOf = (instant: string): string => instant.slice(0, 10)

/** Whether something valid through `validUntil` (that day included) is valid at `now`. */
export const isValidOn = (validUntil: string, now: string): boolean => dayOf(now) <= validUntil

/** `2026-11-24 09:41:07 UTC`: for people, to the second. */
export const inWords = (instant: string): string => `${dayOf(instant)} ${timeInWords(instant)} UTC`

/** `09:41:07`, in UTC. */
export const timeInWords = (instant: string): string => instant.slice(11, 19)

/** A clock for a document of one day: the time alone on that day, with month and day before it on another. */
export const clockOf =
  (day: string) =>
  (instant: string): string =>
    dayOf(instant) === dayOf(day) ? timeInWords(instant) : `${instant.slice(5, 10)} ${timeInWords(instant)}`

/** `1 h 2 min 3 s`, `2 min 3 s`, `3 s` or `0.4 s`. */
export function durationInWords(ms: number): string {
  const clamped = Math.max(0, ms)
  if (clamped < 1000) return `${(clamped / 1000).toFixed(1)} s`
  const seconds = Math.round(clamped / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const shown = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`)
  return shown.join(' ')
}
