import { z } from 'zod'

const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const sha256Hex = /^[0-9a-f]{64}$/

/** Identifiers are opaque, short and safe in file names, URLs and logs. */
export const idSchema = z.string().regex(id, 'an identifier of 1 to 64 letters, digits, "." "_" "-"')

/** UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const instantSchema = z.iso.datetime({ precision: 3 })
const instant = z.regexes.datetime({ precision: 3 })

/** A calendar day, `YYYY-MM-DD`. */
export const daySchema = z.iso.date()

/** 32 bytes in lower-case hexadecimal. */
export const sha256HexSchema = z.string().regex(sha256Hex, '64 hexadecimal digits')

/** What the schemas say, for where there are too many to build a report on each. */
export const isId = (value: unknown): value is string => typeof value === 'string' && id.test(value)
export const isInstant = (value: unknown): value is string => typeof value === 'string' && instant.test(value)
export const isSha256Hex = (value: unknown): value is string =>
  typeof value === 'string' && sha256Hex.test(value)

/** Bytes in base64url without padding. */
export const base64urlSchema = z.string().regex(/^[A-Za-z0-9_-]+$/, 'base64url without padding')
