import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinkState } from '../../../src/domain/link/link.ts'
import { type LogEntry, verifyChain } from '../../../src/domain/log/entry.ts'
import { eventSchema } from '../../../src/domain/log/events.ts'
import { gateCheckIdSchema } from '../../../src/domain/policy/policy.ts'
import { createCandidates } from '../../../src/domain/record/candidates.ts'
import { recordHtml } from '../../../src/domain/record/record-html.ts'
import { sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { timelineText } from '../../../src/domain/record/words.ts'
import { evaluateGate } from '../../../src/domain/session/gate.ts'
import { signInWaitMs } from '../../../src/domain/workstation/decide-operator.ts'
import { evolve, fold, initialState } from '../../../src/domain/workstation/evolve.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  exam,
  inject,
  live,
  type Scenario,
  samplePolicy,
  sha256,
  signIn,
} from './scenario.ts'
import { runs } from './seeded.ts'

type Step =
  | { readonly kind: 'command'; readonly command: (scenario: Scenario) => Command }
  | { readonly kind: 'hear'; readonly hear: (scenario: Scenario) => void }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'policy'; readonly known: boolean; readonly stale: boolean }

const command = (make: (scenario: Scenario) => Command): Step => ({ kind: 'command', command: make })
const commands = (arbitrary: fc.Arbitrary<Command>) => arbitrary.map((one) => command(() => one))

const physicianId = fc.constantFrom('p-chen', 'p-rao', 'p-who')
const links: fc.Arbitrary<LinkState> = fc.constantFrom(
  live,
  live,
  { kind: 'warm' as const },
  { kind: 'connecting' as const },
  { kind: 'partial' as const, lacks: ['physician-does-not-see-room' as const] },
  { kind: 'lost' as const, reason: 'nothing is heard' },
)
const sessionOf = (scenario: Scenario) =>
  scenario.state.session.kind === 'none' ? 'none' : scenario.state.session.facts.id
const callOf = (scenario: Scenario) => scenario.state.reaction?.id ?? scenario.state.question?.id ?? 'none'

const hearing = (hear: (scenario: Scenario, who: string) => void): fc.Arbitrary<Step> =>
  physicianId.map((who) => ({ kind: 'hear', hear: (scenario) => hear(scenario, who) }))

const questionId = fc.constantFrom(...samplePolicy.screening.map((question) => question.id), 'unknown')

/** The way to the gate, which chance alone would hardly find: whatever of it is possible now. */
const towardsInjection: Step = {
  kind: 'hear',
  hear: (scenario) => {
    const way: readonly Command[] = [
      signIn,
      { kind: 'report-supervisor', primary: 'p-chen', standby: 'p-rao' },
      { kind: 'open-session', exam, contrastClass: 'iodinated' },
      { kind: 'report-link', physicianId: 'p-chen', link: live },
      { kind: 'check-in-responder', responderId: 'r-patel' },
      ...samplePolicy.screening.map(
        (question) =>
          ({ kind: 'answer-screening', questionId: question.id, answer: 'no', note: '' }) as const,
      ),
      { kind: 'complete-screening' },
    ]
    for (const one of way) scenario.attempt(one)
    scenario.hear({ kind: 'records-confirmed', sessionId: sessionOf(scenario) })
  },
}

/** Anything that a person, a machine or a physician may do, in any order; likely things come more often. */
const step: fc.Arbitrary<Step> = fc.oneof(
  commands(
    fc.record({
      kind: fc.constant('sign-in' as const),
      technologistId: fc.constantFrom('t-ortiz', 't-kim', 't-nobody'),
      pinMatches: fc.boolean(),
    }),
  ),
  commands(fc.constantFrom(signIn, { kind: 'sign-out' })),
  commands(
    fc.record({
      kind: fc.constant('lock' as const),
      reason: fc.constantFrom('by-hand', 'inactivity' as const),
    }),
  ),
  commands(
    fc.record({
      kind: fc.constant('open-session' as const),
      exam: fc.constantFrom(exam, { ...exam, modality: 'MR' as const }),
      contrastClass: fc.constantFrom('iodinated', 'gadolinium-based' as const),
    }),
  ),
  commands(
    fc.record({
      kind: fc.constant('answer-screening' as const),
      questionId,
      answer: fc.constantFrom('no', 'no', 'yes' as const),
      note: fc.constantFrom('', 'hives', '<b>&"'),
    }),
  ),
  fc.constant(towardsInjection),
  commands(fc.constant({ kind: 'complete-screening' })),
  commands(
    fc.record({
      kind: fc.constant('check-in-responder' as const),
      responderId: fc.constantFrom('r-patel', 'r-patel', 'r-who'),
    }),
  ),
  fc
    .constantFrom(...gateCheckIdSchema.options)
    .map((check): Step => ({ kind: 'hear', hear: (scenario) => scenario.tryOverride(check) })),
  commands(
    fc.constantFrom(inject, { ...inject, volumeMl: 900 }, { ...inject, agentId: 'gadobutrol', volumeMl: 7 }),
  ),
  commands(
    fc.constantFrom<Command>(
      { kind: 'stop-injection' },
      { kind: 'prepare-injection' },
      { kind: 'end-observation', earlyReason: null },
      { kind: 'end-observation', earlyReason: 'to the ED' },
      { kind: 'close-session', disposition: 'released', note: '' },
      { kind: 'abandon-session', reason: 'patient left' },
    ),
  ),
  commands(
    fc.record({
      kind: fc.constant('press-help' as const),
      escalation: fc.constantFrom('reaction', 'question' as const),
      origin: fc.constantFrom('button', 'hotkey', 'lock-screen' as const),
      drill: fc.boolean(),
    }),
  ),
  fc.constantFrom(
    command((s) => ({ kind: 'cancel-help', escalationId: callOf(s), reason: 'mis-press' })),
    command((s) => ({ kind: 'end-help', escalationId: callOf(s), outcome: 'recovered' })),
    command((s) => ({ kind: 'choose-card', escalationId: callOf(s), cardId: 'anaphylaxis' })),
    command((s) => ({ kind: 'mark-phone-called', escalationId: callOf(s), number: '911' })),
  ),
  commands(fc.record({ kind: fc.constant('report-link' as const), physicianId, link: links })),
  commands(
    fc.record({
      kind: fc.constant('report-supervisor' as const),
      primary: fc.constantFrom('p-chen', 'p-chen', 'p-rao', null),
      standby: fc.constantFrom('p-rao', null),
    }),
  ),
  physicianId.map((who) =>
    command((s) => ({
      kind: 'report-paged',
      escalationId: callOf(s),
      physicianId: who,
      path: 'hub',
      level: 'bench',
    })),
  ),
  hearing((s, who) => s.hear({ kind: 'records-confirmed', sessionId: sessionOf(s) }, who)),
  hearing((s, who) => s.hear({ kind: 'gap-reviewed', note: '' }, who)),
  hearing((s, who) => s.hear({ kind: 'accepted', escalationId: callOf(s) }, who)),
  hearing((s, who) => s.hear({ kind: 'on-screen', escalationId: callOf(s) }, who)),
  hearing((s, who) => s.hear({ kind: 'declined', escalationId: callOf(s), reason: '' }, who)),
  hearing((s, who) =>
    s.hear(
      {
        kind: 'ordered',
        sessionId: null,
        escalationId: callOf(s),
        order: { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' },
      },
      who,
    ),
  ),
  hearing((s, who) => {
    const unsigned = s.state.unsigned[0]
    s.hear(
      {
        kind: 'signed',
        sessionId: unsigned?.sessionId ?? 'none',
        closingHash: unsigned?.closingHash ?? '0'.repeat(64),
      },
      who,
    )
  }),
  fc.tuple(questionId, fc.constantFrom('go-on', 'do-not-inject' as const)).map(([asked, decision]) => ({
    kind: 'hear' as const,
    hear: (s: Scenario) => {
      s.hear({ kind: 'decided', sessionId: sessionOf(s), questionId: asked, decision, note: '' })
    },
  })),
  fc.constantFrom(500, 6000, 31_000, 1_200_000).map((ms) => ({ kind: 'advance' as const, ms })),
  fc.constant<Step>({ kind: 'restart' }),
  fc.record({
    kind: fc.constant('policy' as const),
    known: fc.constantFrom(true, true, false),
    stale: fc.boolean(),
  }),
)

function candidatesOf(entries: readonly LogEntry[], sessionId: string): readonly LogEntry[] {
  const candidates = createCandidates(sessionId)
  for (const { seq, type, session } of entries) candidates.take({ seq, type, session })
  return candidates.seqs().flatMap((seq) => entries[seq - 1] ?? [])
}

const steps = fc.array(step, { maxLength: 80, size: 'max' })

/** Runs the steps; `check` sees every command with the state before it. */
function play(
  sequence: readonly Step[],
  check: (scenario: Scenario, command: Command, before: Scenario['state']) => void = () => undefined,
): Scenario {
  const scenario = createScenario()
  for (const one of sequence) {
    if (one.kind === 'advance') scenario.advance(one.ms)
    else if (one.kind === 'restart') scenario.restart()
    else if (one.kind === 'hear') one.hear(scenario)
    else if (one.kind === 'policy') scenario.setPolicy(one.known ? samplePolicy : null, one.stale)
    else {
      const before = scenario.state
      const asked = one.command(scenario)
      check(scenario, asked, before)
    }
  }
  return scenario
}

const withChecks = (
  sequence: readonly Step[],
): { readonly scenario: Scenario; readonly injections: number } => {
  let injections = 0
  const scenario = play(sequence, (s, asked, before) => {
    const gate = evaluateGate(before, s.context())
    const waiting =
      asked.kind === 'sign-in' && signInWaitMs(before.signIn[asked.technologistId], s.context().now) > 0
    const decision = s.attempt(asked)
    if (!decision.ok) {
      expect(decision.error.message.length).toBeGreaterThan(10)
      expect(s.state).toBe(before)
    }
    if (asked.kind === 'press-help') {
      const last = decision.ok ? decision.value.at(-1)?.type : decision.error.kind
      expect(['help-pressed', 'help-pressed-again']).toContain(last)
      expect(s.state[asked.escalation]).not.toBeNull()
      if (!asked.drill) expect(s.state[asked.escalation]?.drill).toBe(false)
    }
    if (asked.kind === 'start-injection' && decision.ok) {
      injections += 1
      expect(gate.open).toBe(true)
      expect(before.operator.kind).toBe('signed-in')
      expect(before.supervisor.primary !== null && before.links[before.supervisor.primary]?.kind).toBe('live')
      expect(before.gap).toBeNull()
    }
    if (waiting) expect(s.state.operator).toEqual(before.operator)
  })
  return { scenario, injections }
}

describe('any sequence of commands', () => {
  it('keeps the promises of help, gate and throttle, and only says what the schema allows', () => {
    let injections = 0
    fc.assert(
      fc.property(steps, (sequence) => {
        const played = withChecks(sequence)
        injections += played.injections
        for (const { type, session, body } of played.scenario.entries) {
          expect(eventSchema.safeParse({ type, session, body }).success).toBe(true)
        }
      }),
      runs(150),
    )
    // Sequences that never come to the gate would prove nothing about it.
    expect(injections).toBeGreaterThan(0)
  }, 60_000)

  it('folds the same from the log as it did live, and the chain holds', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { entries, state } = play(sequence, (s, asked) => s.attempt(asked))
        expect(fold(JSON.parse(JSON.stringify(entries)) as LogEntry[])).toEqual(state)
        expect(verifyChain(entries, sha256).ok).toBe(true)
      }),
      runs(60),
    )
  }, 60_000)

  it('makes a record of every session, with everything between opening and end in one piece', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { entries } = play(sequence, (s, asked) => s.attempt(asked))
        const sessions = entries
          .filter((entry) => entry.type === 'session-opened')
          .map((entry) => entry.session ?? '')
        for (const id of sessions) {
          const own = recordEntries(entries, id)
          expect(recordEntries(candidatesOf(entries, id), id)).toEqual(own)
          expect(own.every(({ session }) => session === null || session === id)).toBe(true)
          const record = sessionRecord(own, samplePolicy)
          expect(record.timeline).toHaveLength(own.length)
          expect(recordHtml(record)).toContain('</html>')
          expect(
            timelineText(own, (who) => who)
              .trimEnd()
              .split('\n'),
          ).toHaveLength(own.length)
        }
      }),
      runs(40),
    )
  }, 60_000)
})

describe('the fold', () => {
  it('leaves alone what it does not know, whatever it is', () => {
    const base = createScenario()
    base.run(signIn)
    const [first] = base.entries
    if (first === undefined) throw new Error('there is an entry')
    const type = fc.oneof(
      fc.constantFrom(...eventSchema.options.map((option) => option.shape.type.value)),
      fc.string(),
    )
    fc.assert(
      fc.property(
        type,
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(fc.string()),
        (kind, body, session) => {
          const entry = { ...first, type: kind, session, body } as LogEntry
          const known = eventSchema.safeParse({ type: kind, session, body }).success
          const after = evolve(base.state, entry)
          if (!known) expect(after).toBe(base.state)
        },
      ),
      runs(500),
    )
  })

  it('stays whole when entries come in an order that no workstation writes', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (sequence, keys) => {
        const { entries } = play(sequence, (s, asked) => s.attempt(asked))
        const shuffled = entries
          .map((entry) => ({ entry, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry)
        expect(fold(shuffled)).toHaveProperty('operator')
        expect(fold([])).toBe(initialState)
      }),
      runs(40),
    )
  }, 60_000)
})
