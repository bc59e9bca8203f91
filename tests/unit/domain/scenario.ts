import { createHash } from 'node:crypto'
import type { LinkState } from '../../../src/domain/link/link.ts'
import { type EntryDraft, emptyChain, type LogEntry, sealEntry } from '../../../src/domain/log/entry.ts'
import type { Event } from '../../../src/domain/log/events.ts'
import { judgeCards } from '../../../src/domain/policy/judge-cards.ts'
import type { Exam, GateCheckId, Policy } from '../../../src/domain/policy/policy.ts'
import { ok } from '../../../src/domain/result.ts'
import { evaluateGate } from '../../../src/domain/session/gate.ts'
import type { Statement } from '../../../src/domain/statement/statement.ts'
import { instantAt } from '../../../src/domain/time.ts'
import {
  actorFor,
  type DecideContext,
  type Decision,
  decide,
} from '../../../src/domain/workstation/decide.ts'
import { evolve, initialState } from '../../../src/domain/workstation/evolve.ts'
import type { Command, WorkstationState } from '../../../src/domain/workstation/state.ts'
import { samplePins, sampleSite } from '../../../tools/sample-site.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

export const startMs = Date.UTC(2026, 10, 24, 9, 30)

export const samplePolicy: Policy = {
  ...sampleSite(new Date(startMs), samplePins),
  version: 7,
  issuedAt: instantAt(startMs - 3_600_000),
}

export const exam: Exam = {
  accession: 'N261124-002',
  patientName: 'Alvarez, Maria',
  patientId: 'MRN-104248',
  birthDate: '1968-05-04',
  sex: 'F',
  weightKg: 71,
  procedure: 'CT abdomen and pelvis with contrast',
  modality: 'CT',
}

export const live: LinkState = { kind: 'live' }

export const statementEvent = (statement: Statement): Extract<Command, { kind: 'receive-statement' }> => ({
  kind: 'receive-statement',
  statement,
  event: {
    type: 'statement-received',
    session: null,
    body: {
      path: 'hub',
      signed: {
        statement,
        signature: 'c2lnbmF0dXJl',
        signer: {
          certificate: {
            physicianId: statement.physicianId,
            publicKey: 'a2V5',
            issuedAt: instantAt(startMs - 60_000),
            expiresAt: instantAt(startMs + 86_400_000),
          },
          signature: 'c2lnbmF0dXJl',
        },
      },
    },
  },
})

type StatementBody = Statement extends infer S
  ? S extends Statement
    ? Omit<S, 'id' | 'physicianId' | 'deviceId' | 'at'>
    : never
  : never

/**
 * A workstation without a machine: commands are decided on, their events sealed into a real chain and folded. Its
 * clock moves only when told.
 */
export function createScenario(
  given: {
    readonly policy?: Policy | null
    readonly roomId?: string | null
    readonly deviceId?: string
    readonly from?: readonly LogEntry[]
  } = {},
) {
  const deviceId = given.deviceId ?? 'd-test'
  let policy = given.policy === undefined ? samplePolicy : given.policy
  let policyStale = false
  let elapsedMs = 0
  let wallMs = startMs
  let boot = 'boot-1'
  let ids = 0
  const entries: LogEntry[] = [...(given.from ?? [])]
  let state: WorkstationState = entries.reduce(evolve, initialState)

  const context = (): DecideContext => ({
    now: instantAt(wallMs),
    mono: elapsedMs,
    boot,
    policy,
    policyStale,
    cards: policy && judgeCards(policy, { sha256Hex: sha256, isSigned: ok }),
    deviceId,
    roomId: given.roomId === undefined ? 'ct-2' : given.roomId,
    newId: () => {
      ids += 1
      return `id-${ids}`
    },
  })

  const append = (event: Event, actor: LogEntry['actor'] = { kind: 'system' }): LogEntry => {
    const last = entries.at(-1)
    const draft: EntryDraft = {
      device: deviceId,
      at: instantAt(wallMs),
      boot,
      mono: elapsedMs,
      actor,
      type: event.type,
      session: event.session,
      body: event.body as LogEntry['body'],
    }
    const entry = sealEntry(last === undefined ? emptyChain : last, draft, sha256)
    entries.push(entry)
    state = evolve(state, entry)
    return entry
  }

  const attempt = (command: Command): Decision => {
    const decision = decide(state, command, context())
    if (decision.ok) {
      const actor = actorFor(state, command)
      for (const event of decision.value) append(event, actor)
    }
    return decision
  }

  const scenario = {
    deviceId,
    entries,
    get state() {
      return state
    },
    context,
    append,
    attempt,
    /** The command has to succeed; its events come back. */
    run(command: Command): readonly Event[] {
      const decision = attempt(command)
      if (!decision.ok) throw new Error(`${command.kind} was rejected: ${decision.error.message}`)
      return decision.value
    },
    /** The command has to be rejected; the problem comes back. */
    refuse(command: Command): { readonly kind: string; readonly message: string } {
      const decision = attempt(command)
      if (decision.ok) throw new Error(`${command.kind} was accepted: ${JSON.stringify(decision.value)}`)
      return decision.error
    },
    /** Overrides what the check finds now. */
    tryOverride(check: GateCheckId, reason = 'a good reason'): Decision {
      const found = evaluateGate(state, context()).checks.find((evaluated) => evaluated.check === check)
      return attempt({ kind: 'override-check', check, finding: found?.detail ?? '', reason })
    },
    override(check: GateCheckId, reason: string): readonly Event[] {
      const decision = scenario.tryOverride(check, reason)
      if (!decision.ok) throw new Error(`the override was rejected: ${decision.error.message}`)
      return decision.value
    },
    /** A physician's word arrives. */
    hear(body: StatementBody, physicianId = 'p-chen', id = `s-${entries.length}`): readonly Event[] {
      const base = { id, physicianId, deviceId, at: instantAt(wallMs) }
      return scenario.run(statementEvent({ ...base, ...body } as Statement))
    },
    advance(ms: number) {
      elapsedMs += ms
      wallMs += ms
    },
    setWallClock(ms: number) {
      wallMs = ms
    },
    restart() {
      boot = `${boot}+`
      elapsedMs = 0
      append({
        type: 'app-started',
        session: null,
        body: { version: '0.1.0', runtime: 'test', afterSeq: entries.length },
      })
    },
    setPolicy(next: Policy | null, stale = false) {
      policy = next
      policyStale = stale
    },
    get sessionId(): string {
      if (state.session.kind === 'none') throw new Error('no session is open')
      return state.session.facts.id
    },
    types: () => entries.map((entry) => entry.type),
  }
  return scenario
}
export type Scenario = ReturnType<typeof createScenario>

export const signIn: Command = { kind: 'sign-in', technologistId: 't-ortiz', pinMatches: true }
export const openSession: Command = { kind: 'open-session', exam, contrastClass: 'iodinated' }
export const inject: Extract<Command, { kind: 'start-injection' }> = {
  kind: 'start-injection',
  agentId: 'iohexol-350',
  volumeMl: 100,
  route: 'IV',
  lot: 'L-77',
}

/** Signed in, Dr. Chen on call and live, session open, every question answered with no. */
export function screened(scenario = createScenario()): Scenario {
  scenario.run(signIn)
  scenario.run({ kind: 'report-supervisor', primary: 'p-chen', standby: 'p-rao' })
  scenario.run(openSession)
  scenario.advance(2000)
  scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: live })
  for (const question of samplePolicy.screening.filter((asked) => asked.classes.includes('iodinated'))) {
    scenario.run({ kind: 'answer-screening', questionId: question.id, answer: 'no', note: '' })
  }
  scenario.run({ kind: 'complete-screening' })
  return scenario
}

/** Everything that the rules of the sample site demand is there. */
export function readyToInject(scenario = createScenario()): Scenario {
  screened(scenario)
  scenario.run({ kind: 'check-in-responder', responderId: 'r-patel' })
  scenario.hear({ kind: 'records-confirmed', sessionId: scenario.sessionId })
  scenario.advance(1000)
  return scenario
}

export function injecting(scenario = createScenario()): Scenario {
  readyToInject(scenario)
  scenario.run(inject)
  return scenario
}

/** Injected, observed for the whole time, ready to be closed. */
export function observed(scenario = createScenario()): Scenario {
  injecting(scenario)
  scenario.advance(30_000)
  scenario.run({ kind: 'stop-injection' })
  scenario.advance(samplePolicy.observationMs)
  scenario.run({ kind: 'end-observation', earlyReason: null })
  return scenario
}
