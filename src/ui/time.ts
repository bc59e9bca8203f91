/** `0:42`, `12:07`, `1:03:09`: elapsed time as a person reads it. Negative counts as nothing. */
export function formatElapsed(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const seconds = String(total % 60).padStart(2, '0')
  const minutes = Math.floor(total / 60) % 60
  const hours = Math.floor(total / 3600)
  return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
}

/** What is left, rounded up: it reads 0:00 only when nothing is left. */
export const formatRemaining = (ms: number): string => formatElapsed(Math.ceil(Math.max(0, ms) / 1000) * 1000)

const two = (value: number): string => String(value).padStart(2, '0')

/** `09:41:07`, the site's wall clock in 24 hours. */
export function formatClock(at: number | string): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `09:41`. */
export const formatTime = (at: number | string): string => formatClock(at).slice(0, 5)

/** `2026-11-24`, where today would not be understood by itself. */
export function formatDay(at: number | string): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** `DOE^JANE^M` as DICOM writes it (PS3.5, PN) becomes `DOE, JANE M`; anything else stays as it is. */
export function formatPersonName(name: string): string {
  const [family = '', ...given] = name.split('^').map((part) => part.trim())
  const rest = given.filter((part) => part !== '').join(' ')
  return rest === '' ? family : `${family}, ${rest}`
}
