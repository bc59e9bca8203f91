import { randomBytes } from 'node:crypto'
import type { HubClock } from './clock.ts'

/** Secrets that may be presented once and soon: challenges. In memory; a restart forgets them and people try again. */
export type Once<V> = {
  /** A new secret that leads to `value`. */
  readonly issue: (value: V) => string
  /** The value, the first time and in time only. */
  readonly take: (secret: string) => V | undefined
}

export function createOnce<V>(clock: HubClock, ttlMs: number, maxWaiting = 20_000): Once<V> {
  const waiting = new Map<string, { readonly value: V; readonly expiresAtMs: number }>()
  return {
    issue(value) {
      const now = clock.nowMs()
      // The oldest come first: drop what is over, and what is too much.
      for (const [secret, { expiresAtMs }] of waiting) {
        if (expiresAtMs > now && waiting.size < maxWaiting) break
        waiting.delete(secret)
      }
      const secret = randomBytes(32).toString('base64url')
      waiting.set(secret, { value, expiresAtMs: now + ttlMs })
      return secret
    },
    take(secret) {
      const found = waiting.get(secret)
      waiting.delete(secret)
      return found && found.expiresAtMs > clock.nowMs() ? found.value : undefined
    },
  }
}
