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
  return withValue('', value)
}

type JsonObject = { readonly [key: string]: Json }

/** The canonical form of an object as if it did not have this member; the object is not copied for it. */
export function canonicalWithout(object: JsonObject, without: string): string {
  return withObject('', object, without)
}

/** One text that grows: the engine joins its pieces once, when it is hashed. */
function withValue(before: string, value: Json): string {
  if (typeof value === 'string') return withText(before, value)
  if (value === null || typeof value === 'boolean') return before + String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON has no ${value}`)
    return before + String(value)
  }
  if (Array.isArray(value)) return withArray(before, value)
  if (typeof value === 'object') return withObject(before, value as JsonObject, undefined)
  throw new Error(`canonical JSON has no ${typeof value}`)
}

function withArray(before: string, values: readonly Json[]): string {
  let all = `${before}[`
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) all += ','
    all = withValue(all, values[index] as Json)
  }
  return `${all}]`
}

function withObject(before: string, object: JsonObject, without: string | undefined): string {
  let all = `${before}{`
  let isFirst = true
  for (const key of inOrder(Object.keys(object))) {
    if (key === without) continue
    if (!isFirst) all += ','
    isFirst = false
    all = withValue(all + nameOf(key), object[key] as Json)
  }
  return `${all}}`
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

/** The names that entries are made of, as they are written: they are the same in each. */
const names = new Map<string, string>()
const mostNames = 500
const longestName = 64

function nameOf(key: string): string {
  const known = names.get(key)
  if (known !== undefined) return known
  const name = `${withText('', key)}:`
  if (names.size < mostNames && key.length <= longestName) names.set(key, name)
  return name
}

/** Printable ASCII without quotation mark and backslash is written as it is: nearly all that a log holds. */
const asItIs = /^[ !#-[\]-~]*$/

function withText(before: string, value: string): string {
  if (asItIs.test(value)) return `${before}"${value}"`
  if (!value.isWellFormed()) throw new Error('canonical JSON has no lone surrogates')
  return before + JSON.stringify(value)
}
