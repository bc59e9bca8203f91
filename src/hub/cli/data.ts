import { userInfo } from 'node:os'
import type { Problem, Result } from '../../domain/result.ts'
import { byNameSchema } from '../../domain/retention/journal-events.ts'
import { defaultYears } from '../../domain/retention/purge-plan.ts'
import type { SigningKeyPair } from '../../platform/node/ed25519.ts'
import { type Administration, createAdministration } from '../administration.ts'
import { systemClock } from '../clock.ts'
import { loadKeys } from '../context.ts'
import { createJournal, type Journal } from '../journal.ts'
import { openExistingStore } from '../open-store.ts'
import { createRetention, type Retention, whyTooShort } from '../retention.ts'
import type { HubStore } from '../store.ts'
import { ArgumentProblem, CommandProblem, placeOf } from './arguments.ts'

/** What a command works on while it runs. */
export type HubData = {
  readonly store: HubStore
  readonly administration: Administration
  readonly keys: SigningKeyPair
  readonly journal: Journal
  readonly retention: (years: number) => Retention
}

export const text = { type: 'string' } as const
export const yesNo = { type: 'boolean' } as const
export const places = { data: text, database: text } as const

/** Opens the data, does one thing, and closes it; a hub may be running on it. */
export async function withData(
  place: Parameters<typeof placeOf>[0],
  act: (data: HubData) => Promise<void>,
): Promise<void> {
  const store = valueOrThrow(await openExistingStore(placeOf(place)))
  try {
    const { signing: keys } = await loadKeys(store.meta)
    const journal = createJournal(store.log, keys, systemClock)
    await act({
      store,
      administration: createAdministration(store, systemClock),
      keys,
      journal,
      retention: (years) => createRetention(store, journal, systemClock, years),
    })
  } finally {
    await store.close()
  }
}

export function valueOrThrow<T>(result: Result<T, Problem>): T {
  if (result.ok) return result.value
  throw new CommandProblem(result.error.message, 1)
}

/** Who says it: as they name themselves, else the account at the terminal. */
export function byOf(given: string | undefined): string {
  if (given !== undefined) {
    const name = byNameSchema.safeParse(given)
    if (name.success) return name.data
    throw new ArgumentProblem(
      '--by takes 1 to 100 characters: the name of who does it, kept in the hub’s journal',
    )
  }
  try {
    return userInfo().username
  } catch {
    throw new ArgumentProblem('this account has no name: say who does it with --by NAME')
  }
}

/** @throws {ArgumentProblem} for a period that is no number or too short. */
export function yearsOf(given: string | undefined): number {
  if (given === undefined) return defaultYears
  const years = /^\d{1,4}(\.\d+)?$/.test(given) ? Number(given) : Number.NaN
  if (Number.isNaN(years)) throw new ArgumentProblem(`--retention-years is a number of years, not "${given}"`)
  const wrong = whyTooShort(years)
  if (wrong !== undefined) throw new ArgumentProblem(wrong)
  return years
}
