import type { ZodError } from 'zod'
import type { HubProblem } from '../contract/hub.ts'

/** Ends a request or a socket handshake with a problem in words; the transport turns it into its own form. */
export class Refusal extends Error {
  readonly status: number
  readonly kind: string
  constructor(status: number, kind: string, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.kind = kind
  }
}

/** Words for a store that does not answer now: whoever asked keeps what they have and asks again. */
export const unavailable = (): Refusal =>
  new Refusal(
    503,
    'unavailable',
    'The hub’s database does not answer now. Nothing is lost: try again in a moment.',
  )
export const retryAfterS = 2

export const problem = (kind: string, message: string): HubProblem => ({
  ok: false,
  error: { kind, message },
})

/** Names what is wrong where; never repeats a value, which could be a patient's. */
export function issuesInWords(error: ZodError): string {
  const shown = error.issues.slice(0, 5).map(({ path, message }) => `${pathInWords(path)}: ${message}`)
  const more = error.issues.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

export const pathInWords = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'the message' : path.map(String).join('.')
