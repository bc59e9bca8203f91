import { isId, isInstant, isSha256Hex } from '../ids.ts'
import type { LogEntry } from './entry.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Whether `logEntrySchema` takes a value, for readers of whole logs: the schema builds a copy and a report for each
 * entry, which is a third of the work of checking it. What is refused here is put to the schema, which has the words.
 * @param value as JSON.parse made it
 */
export function isLogEntry(value: unknown): value is LogEntry {
  if (!isObject(value) || Object.keys(value).length !== members) return false
  return (
    value.v === 1 &&
    isId(value.device) &&
    Number.isSafeInteger(value.seq) &&
    Number(value.seq) >= 1 &&
    isInstant(value.at) &&
    isId(value.boot) &&
    Number.isFinite(value.mono) &&
    Number(value.mono) >= 0 &&
    isActor(value.actor) &&
    typeof value.type === 'string' &&
    typePattern.test(value.type) &&
    (value.session === null || isId(value.session)) &&
    isObject(value.body) &&
    isJson(value.body) &&
    isSha256Hex(value.prev) &&
    isSha256Hex(value.hash)
  )
}

/** So many does an entry have; each is looked at by its name. */
const members = 12

/** What an entry's type looks like. */
export const typePattern = /^[a-z][a-z0-9-]{0,63}$/

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isActor(value: unknown): boolean {
  if (!isObject(value)) return false
  const count = Object.keys(value).length
  switch (value.kind) {
    case 'system':
    case 'unidentified':
      return count === 1
    case 'technologist':
    case 'physician':
      return count === 2 && isId(value.id)
    default:
      return false
  }
}

/** Of a parsed value: only a number can be none, where its text is larger than any number. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  for (const key in value) if (!isJson((value as Members)[key])) return false
  return true
}
