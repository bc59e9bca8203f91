import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 100
/** Long, because a busy machine is no reason for a wrong answer: what is awaited comes, or something is broken. */
const patienceMs = 45_000
const answerWithinMs = 20_000

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
    const value = await answerOf(what, read)
    if (holds(value)) return value
    if (performance.now() > giveUpAt) {
      throw new Error(`waited ${withinMs / 1000} s for ${what}; last seen: ${shortened(value)}`)
    }
    await pause(lookEveryMs)
  }
}

/** A page whose process hangs never answers, and a question to it has no time limit of its own. */
async function answerOf<T>(what: string, read: () => Promise<T> | T): Promise<T> {
  let impatience: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    const error = new Error(`asked for ${what} and got no answer for ${answerWithinMs / 1000} s`)
    impatience = setTimeout(() => reject(error), answerWithinMs)
  })
  return Promise.race([read(), silence]).finally(() => clearTimeout(impatience))
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
