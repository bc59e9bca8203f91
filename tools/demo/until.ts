import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 100
/** Long, because a busy machine is no reason for a wrong answer: what is awaited comes, or something is broken. */
const patienceMs = 45_000

/**
 * Looks again and again until what is read holds, and gives it.
 * @param what is awaited, for the error
 * @throws after 45 s, with what was read last
 */
export async function until<T>(
  what: string,
  read: () => Promise<T> | T,
  holds: (value: T) => boolean,
  withinMs = patienceMs,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    if (performance.now() > giveUpAt) {
      throw new Error(`waited ${withinMs / 1000} s for ${what}; last seen: ${shortened(value)}`)
    }
    await pause(lookEveryMs)
  }
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
