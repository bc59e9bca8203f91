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
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON has no ${value}`)
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error('canonical JSON has no lone surrogates')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value as { readonly [key: string]: Json })
    members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${members.map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`).join(',')}}`
  }
  throw new Error(`canonical JSON has no ${typeof value}`)
}
