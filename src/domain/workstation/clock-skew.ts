import type { Problem } from '../result.ts'
import { durationInWords } from '../time.ts'

/** Less may be what the question took on its way, ms. */
const measurableMs = 1000
/** From here on a person is told: the times that they read and record are wrong by it, ms. */
const toldFromMs = 60_000
const dayMs = 24 * 3_600_000

/**
 * `3 s behind the hub’s`, of this computer's clock; undefined where nothing can be said.
 * @param skewMs the hub's wall clock minus this computer's
 */
export function skewInWords(skewMs: number): string | undefined {
  const ms = Math.abs(skewMs)
  if (!(ms >= measurableMs)) return undefined
  const span = ms >= 2 * dayMs ? `${Math.round(ms / dayMs)} days` : durationInWords(ms)
  return `${span} ${skewMs < 0 ? 'ahead of' : 'behind'} the hub’s`
}

/** Any clock is accepted, and none is set from here; what it falsifies is said. */
export function clockProblem(skewMs: number): Problem | null {
  const words = Math.abs(skewMs) >= toldFromMs ? skewInWords(skewMs) : undefined
  if (words === undefined) return null
  return {
    kind: 'clock-off',
    message: `The clock of this computer is ${words}. Nothing is lost or refused for it, and the order of the record is right; but the times on this screen and in records are this computer’s, and what is valid until a day is judged by them. Have your IT set the clock.`,
  }
}
