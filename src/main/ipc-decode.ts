import type { z } from 'zod'
import { type Intent, intentSchema, type Report, reportSchema } from '../contract/ipc.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'

/** What a window asks for, or words about what was wrong with it. Values are not repeated: they may be a PIN. */
export function decodeIntent(value: unknown): Result<Intent, Problem<'malformed'>> {
  return decode(intentSchema, value, 'This request')
}

export function decodeReport(value: unknown): Result<Report, Problem<'malformed'>> {
  return decode(reportSchema, value, 'This report')
}

function decode<T>(schema: z.ZodType<T>, value: unknown, what: string): Result<T, Problem<'malformed'>> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const faults = parsed.error.issues.slice(0, 3).map(({ path, message }) => {
    const where = path.map(String).join('.')
    return where === '' ? message : `${where}: ${message}`
  })
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  const named = typeof kind === 'string' && /^[a-z-]{1,40}$/.test(kind) ? `${what} (${kind})` : what
  return fail('malformed', `${named} was not understood: ${faults.join('; ')}. Nothing was done.`)
}
