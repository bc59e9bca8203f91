import type { Durability, Intent, IntentReply } from '../contract/ipc.ts'
import { fail, type Problem, type Result } from '../domain/result.ts'
import { refusalIn } from '../domain/workstation/decide-operator.ts'
import { eventOf } from '../domain/workstation/evolve.ts'
import type { Command } from '../domain/workstation/state.ts'
import { pinMatches } from '../platform/node/pin.ts'
import type { Core } from './core.ts'
import type { PreferencesFile } from './preferences.ts'

export type IntentsOptions = {
  readonly core: Core
  readonly preferences: PreferencesFile
  /** Unless the log is safe, nothing that concerns a patient may begin. */
  readonly durability: () => Durability
  readonly pressHelp: (intent: Extract<Intent, { kind: 'press-help' }>) => Result<unknown, Problem>
  readonly enrol: (address: string, code: string) => Promise<Result<null, Problem>>
  readonly saveRecord: (sessionId: string) => Promise<Result<readonly string[], Problem>>
  readonly preferencesChanged: () => void
}

/** Answers what a person at the workstation asks for. Never throws for anything that a person can do. */
export function createIntents(options: IntentsOptions): (intent: Intent) => Promise<IntentReply> {
  const { core, preferences } = options
  // One PIN at a time: the throttle counts failures that are in the log, so guesses must not overtake it.
  let signingIn: Promise<unknown> = Promise.resolve()

  const signIn = async (technologistId: string, pin: string): Promise<Result<unknown, Problem>> => {
    const known = core.context().policy?.technologists.find(({ id }) => id === technologistId)
    const matches = known !== undefined && (await pinMatches(pin, known.pin))
    const outcome = core.execute({ kind: 'sign-in', technologistId, pinMatches: matches })
    if (!outcome.ok) return outcome
    const events = outcome.value.flatMap((entry) => eventOf(entry) ?? [])
    const refusal = refusalIn(events, core.state(), core.context().now)
    return refusal === undefined ? outcome : { ok: false, error: refusal }
  }

  const run = async (intent: Intent): Promise<Result<readonly string[] | unknown, Problem>> => {
    switch (intent.kind) {
      case 'enrol': {
        const durability = options.durability()
        if (durability.kind !== 'durable') return refuseEnrolment(durability.problem)
        return options.enrol(intent.hub, intent.code)
      }
      case 'sign-in': {
        const attempt = signingIn.then(() => signIn(intent.technologistId, intent.pin))
        signingIn = attempt.catch(() => undefined)
        return attempt
      }
      case 'lock':
        return core.execute({ kind: 'lock', reason: 'by-hand' })
      case 'press-help':
        return options.pressHelp(intent)
      case 'open-session': {
        const durability = options.durability()
        if (durability.kind !== 'durable') return refusePatientWork(durability.problem)
        return core.execute(intent)
      }
      case 'save-record':
        if (core.state().operator.kind !== 'signed-in') {
          return fail('signed-out', 'Sign in first: a record holds patient data.')
        }
        return options.saveRecord(intent.sessionId)
      case 'set-layout':
        preferences.set({ layout: intent.layout })
        options.preferencesChanged()
        return done
      case 'set-theme':
        preferences.set({ theme: intent.theme })
        options.preferencesChanged()
        return done
      default:
        return core.execute(intent satisfies Command)
    }
  }

  return async (intent) => {
    const outcome = await run(intent)
    if (!outcome.ok) return { ok: false, error: outcome.error }
    const paths = intent.kind === 'save-record' ? (outcome.value as readonly string[]) : undefined
    return { ok: true, value: paths === undefined ? {} : { paths } }
  }
}

const done: Result<null, Problem> = { ok: true, value: null }

/** Before the hub is asked: the code would be used up for an enrolment that the log never holds. */
const refuseEnrolment = (problem: Problem): Result<never, Problem> =>
  fail('not-durable', `This workstation cannot be enrolled yet; the code stays good. ${problem.message}`)

const refusePatientWork = (problem: Problem): Result<never, Problem> =>
  fail(
    'not-durable',
    `No session can be opened, because its record would not be safe. ${problem.message} The help button works meanwhile.`,
  )
