import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeFileAtomically } from '../platform/node/atomic-file.ts'

const preferencesSchema = z.object({
  theme: z.enum(['dark', 'light']).default('dark'),
  layout: z.enum(['full', 'strip']).default('full'),
})
/** How this screen likes to look; nothing that matters to the record. */
export type Preferences = z.infer<typeof preferencesSchema>

export type PreferencesFile = {
  readonly get: () => Preferences
  readonly set: (change: Partial<Preferences>) => void
}

/** A file that cannot be read or written costs only the looks: the defaults are used. */
export function openPreferences(file: string): PreferencesFile {
  let preferences = preferencesSchema.parse(readJson(file))
  return {
    get: () => preferences,
    set: (change) => {
      preferences = { ...preferences, ...change }
      try {
        writeFileAtomically(file, JSON.stringify(preferences))
      } catch {
        // Kept for this run.
      }
    },
  }
}

function readJson(file: string): unknown {
  try {
    const value = preferencesSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return value.success ? value.data : {}
  } catch {
    return {}
  }
}
