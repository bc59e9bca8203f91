import { stripVTControlCharacters } from 'node:util'
import { showProgress } from '../setup/say.mjs'

/** Something that the demonstration says is true, and whether it was found to be. */
export type Claim = { readonly words: string; readonly holds: boolean; readonly found: string }

/** Tells what happens as it happens, and keeps what was claimed and measured on the way. */
export type Story = {
  readonly chapter: (title: string) => void
  /** One fact, with the time since the start before it. */
  readonly tell: (words: string) => void
  /** Runs one step and shows that it is going on when it takes long; what it throws says which step it was. */
  readonly step: <T>(what: string, run: () => Promise<T>) => Promise<T>
  /** @param found what there was instead; printed when the claim does not hold */
  readonly claim: (words: string, holds: boolean, found?: string) => void
  readonly claims: () => readonly Claim[]
  readonly lines: () => readonly string[]
  readonly elapsedS: () => number
}

/** A step that could not be played to its end. */
export class StepFailed extends Error {
  readonly step: string
  constructor(step: string, cause: unknown) {
    super(`${step}: ${firstLines(cause)}`, { cause })
    this.name = 'StepFailed'
    this.step = step
  }
}

/**
 * @param print takes one line
 * @param monoMs a clock that never jumps
 */
export function createStory(print: (line: string) => void, monoMs: () => number): Story {
  const startedAt = monoMs()
  const lines: string[] = []
  const claims: Claim[] = []
  let chapters = 0
  const elapsedS = () => (monoMs() - startedAt) / 1000
  const write = (line: string) => {
    lines.push(line)
    print(line)
  }
  return {
    chapter(title) {
      chapters += 1
      write('')
      write(`${chapters} · ${title}`)
    },
    tell: (words) => write(`  ${clock(elapsedS())}  ${words}`),
    async step(what, run) {
      const finish = showProgress(what)
      try {
        return await run()
      } catch (error) {
        throw error instanceof StepFailed ? error : new StepFailed(what, error)
      } finally {
        finish()
      }
    },
    claim(words, holds, found = '') {
      claims.push({ words, holds, found })
      write(
        `         ${holds ? '✓' : '✗'} ${words}${holds || found === '' ? '' : `\n           found: ${found}`}`,
      )
    },
    claims: () => claims,
    lines: () => lines,
    elapsedS,
  }
}

/** `1:05` for 65 seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** Drivers answer with pages of call logs: the first lines say what was missed. */
function firstLines(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return stripVTControlCharacters(message).split('\n').slice(0, 3).join(' ').trim()
}
