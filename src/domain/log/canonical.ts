/** A value that JSON can carry; the only kind of thing that the log hashes or anyone signs. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The one byte-for-byte form of a JSON value, per RFC 8785 (JCS): members sorted by UTF-16 code units,
 * numbers and strings as ECMAScript writes them, no white space.
 *
 * @throws if the value is not JSON (undefined, NaN, infinities, functions, lone surrogates): hashing such a
 * value would let two readers disagree, so it is a broken invariant of the caller.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return text(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON has no ${value}`)
    return String(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') return canonicalWithout(value as JsonObject, undefined)
  throw new Error(`canonical JSON has no ${typeof value}`)
}

type JsonObject = { readonly [key: string]: Json }

/** The canonical form of an object as if it did not have this member; the object is not copied for it. */
export function canonicalWithout(object: JsonObject, without: string | undefined): string {
  let members = ''
  for (const key of inOrder(Object.keys(object))) {
    if (key === without) continue
    members += `${members === '' ? '' : ','}${text(key)}:${canonicalJson(object[key] as Json)}`
  }
  return `{${members}}`
}

/** As many as nearly every object has at most: so few are put in order faster by hand. */
const few = 16

/** Sorts in place. The order of strings is that of their UTF-16 code units. */
function inOrder(keys: string[]): readonly string[] {
  if (keys.length > few) return keys.sort()
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index] as string
    let place = index
    for (; place > 0 && (keys[place - 1] as string) > key; place -= 1) keys[place] = keys[place - 1] as string
    keys[place] = key
  }
  return keys
}

/** Printable ASCII without quotation mark and backslash is written as it is: nearly all that a log holds. */
const asItIs = /^[ !#-[\]-~]*$/

function text(value: string): string {
  if (asItIs.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new Error('canonical JSON has no lone surrogates')
  return JSON.stringify(value)
}
