import type { LogEntry } from '../log/entry.ts'
import { eventSchema } from '../log/events.ts'
import { standingTypes } from './span.ts'

/** What is known of an entry before it is read. */
export type Outline = Pick<LogEntry, 'seq' | 'type' | 'session'>

/** Members of a body by which an entry speaks of a call for help. */
const speaking = ['escalationId', 'signed', 'statementId']

/** Types that never do. One that a newer version has written is not among them. */
const silentTypes: ReadonlySet<string> = new Set(
  eventSchema.options
    .filter(({ shape }) => !speaking.some((member) => member in shape.body.shape))
    .map(({ shape }) => shape.type.value),
)

/**
 * Finds, without reading them, the few entries of a log that `createSpan` must be given to pick the same as it would
 * from all of them.
 */
export function createCandidates(sessionId: string) {
  const lastOf = new Map<string, number>()
  let links: number[] = []
  const others: number[] = []
  let isOpened = false
  return {
    take: ({ seq, type, session }: Outline): void => {
      const isOwn = session === sessionId
      isOpened ||= isOwn && type === 'session-opened'
      if (isOwn || (session === null && (isOpened || !silentTypes.has(type)))) others.push(seq)
      if (isOpened) return
      if (standingTypes.includes(type)) lastOf.set(type, seq)
      if (type === 'app-started') links = []
      if (type === 'link-changed') links.push(seq)
    },
    /** In order. */
    seqs: (): readonly number[] =>
      [...new Set([...lastOf.values(), ...links, ...others])].sort((a, b) => a - b),
  }
}
