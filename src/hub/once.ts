import { randomBytes } from 'node:crypto'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { type HubClock, isoOf, nowIso } from './clock.ts'
import type { OnceStore } from './store.ts'

/** Secrets that may be presented once and soon: challenges. */
export type Once<V> = {
  /** A new secret that leads to `value`. */
  readonly issue: (value: V) => Promise<string>
  /** The value, the first time and in time only. */
  readonly take: (secret: string) => Promise<V | undefined>
}

/** At every hub of the store alike where it has several; else in memory, where a restart forgets them. */
export function createOnce<V>(
  store: OnceStore | null,
  clock: HubClock,
  purpose: string,
  ttlMs: number,
): Once<V> {
  if (store === null) return onceInMemory(clock, ttlMs)
  return {
    async issue(value) {
      const secret = randomBytes(32).toString('base64url')
      const expiresAt = isoOf(clock.nowMs() + ttlMs)
      await store.put(hashOf(purpose, secret), JSON.stringify(value), expiresAt, nowIso(clock))
      return secret
    },
    async take(secret) {
      const found = await store.take(hashOf(purpose, secret))
      // Written by `issue` alone, for this purpose.
      return found && found.expiresAt > nowIso(clock) ? (JSON.parse(found.value) as V) : undefined
    },
  }
}

const hashOf = (purpose: string, secret: string): string => sha256Hex(`${purpose} ${secret}`)

export function onceInMemory<V>(clock: HubClock, ttlMs: number, maxWaiting = 20_000): Once<V> {
  const waiting = new Map<string, { readonly value: V; readonly expiresAtMs: number }>()
  return {
    async issue(value) {
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
    async take(secret) {
      const found = waiting.get(secret)
      waiting.delete(secret)
      return found && found.expiresAtMs > clock.nowMs() ? found.value : undefined
    },
  }
}
