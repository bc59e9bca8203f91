import { z } from 'zod'

/** Identifiers are opaque, short and safe in file names, URLs and logs. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an identifier of 1 to 64 letters, digits, "." "_" "-"')

/** UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const instantSchema = z.iso.datetime({ precision: 3 })

/** A calendar day, `YYYY-MM-DD`. */
export const daySchema = z.iso.date()

/** 32 bytes in lower-case hexadecimal. */
export const sha256HexSchema = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')

/** Bytes in base64url without padding. */
export const base64urlSchema = z.string().regex(/^[A-Za-z0-9_-]+$/, 'base64url without padding')
