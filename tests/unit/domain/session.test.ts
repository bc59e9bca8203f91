import { describe, expect, it } from 'vitest'
import { cardsText } from '../../../src/domain/policy/judge-cards.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  exam,
  inject,
  injecting,
  observed,
  openSession,
  readyToInject,
  samplePolicy,
  screened,
  sha256,
  signIn,
} from './scenario.ts'

const factsOf = (scenario: ReturnType<typeof createScenario>) => {
  if (scenario.state.session.kind === 'none') throw new Error('no session is open')
  return scenario.state.session.facts
}

describe('opening a session', () => {
  it.each<[string, Parameters<typeof createScenario>[0], readonly Command[], string]>([
    ['without a policy', { policy: null }, [], 'no-policy'],
    ['while signed out', {}, [], 'signed-out'],
    ['while locked', {}, [signIn, { kind: 'lock', reason: 'by-hand' }], 'signed-out'],
    ['while another is open', {}, [signIn, openSession], 'session-open'],
    ['in a room of the other modality', { roomId: 'mr-1' }, [signIn], 'wrong-modality'],
    ['in a room that the policy does not know', { roomId: 'ct-9' }, [signIn], 'unknown-room'],
    ['before enrolment', { roomId: null }, [signIn], 'unknown-room'],
  ])('is refused %s', (_name, given, before, kind) => {
    const scenario = createScenario(given)
    for (const command of before) scenario.run(command)
    expect(scenario.refuse(openSession).kind).toBe(kind)
  })

  it('records under which policy, rules and cards it runs, and who opened it', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    expect(scenario.run(openSession)).toEqual([
      {
        type: 'session-opened',
        session: 'id-1',
        body: {
          exam,
          contrastClass: 'iodinated',
          roomId: 'ct-2',
          policyVersion: 7,
          rulePack: 'us-ca-2026-01',
          cardsEdition: 'example-adult-2026-11',
          cards: {
            edition: 'example-adult-2026-11',
            hash: sha256(cardsText(samplePolicy.cards)),
            approval: { kind: 'none' },
          },
        },
      },
    ])
    expect(factsOf(scenario)).toMatchObject({ id: 'id-1', openedBy: 't-ortiz', answers: {} })
  })

  it('is possible under a stale policy: the gate says so instead', () => {
    const scenario = createScenario()
    scenario.setPolicy(samplePolicy, true)
    scenario.run(signIn)
    scenario.run(openSession)
    expect(scenario.state.session.kind).toBe('screening')
  })
})

describe('screening', () => {
  const answer = (questionId: string, yesNo: 'yes' | 'no', note = ''): Command => ({
    kind: 'answer-screening',
    questionId,
    answer: yesNo,
    note,
  })

  it('asks only the questions of the policy for this class', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    scenario.run(openSession)
    expect(scenario.refuse(answer('shoe-size', 'no')).kind).toBe('unknown-question')
    expect(scenario.refuse(answer('prior-reaction-gadolinium', 'no'))).toMatchObject({
      kind: 'other-class',
      message: expect.stringContaining('iodinated'),
    })
    scenario.run(answer('metformin', 'yes'))
    expect(factsOf(scenario).answers.metformin).toMatchObject({
      answer: 'yes',
      leadsTo: 'tell-physician',
      text: 'Does the patient take metformin?',
    })
  })

  it('makes every change a new entry, and the same answer none', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    scenario.run(openSession)
    scenario.run(answer('metformin', 'no'))
    expect(scenario.run(answer('metformin', 'no'))).toEqual([])
    scenario.run(answer('metformin', 'yes', 'since 2019'))
    expect(scenario.types().filter((type) => type === 'screening-answered')).toHaveLength(2)
    expect(factsOf(scenario).answers.metformin).toMatchObject({ answer: 'yes', note: 'since 2019' })
  })

  it('is complete only when everything is answered, and says what is missing', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    scenario.run(openSession)
    scenario.run(answer('metformin', 'no'))
    const problem = scenario.refuse({ kind: 'complete-screening' })
    expect(problem.kind).toBe('unanswered')
    expect(problem.message).toContain('Could the patient be pregnant?')
    expect(problem.message).not.toContain('metformin')
    expect(screened().state.session.kind).toBe('ready')
    expect(screened().refuse({ kind: 'complete-screening' }).kind).toBe('already-complete')
  })

  it('can be corrected until contrast flows, and after it', () => {
    const scenario = injecting()
    expect(scenario.refuse(answer('metformin', 'yes')).kind).toBe('injecting')
    scenario.run({ kind: 'stop-injection' })
    scenario.run(answer('metformin', 'yes'))
    expect(factsOf(scenario).answers.metformin?.answer).toBe('yes')
    expect(observed().refuse(answer('metformin', 'yes')).kind).toBe('closing')
  })

  it("takes a physician's go-on back when the answer changes, but never their do-not-inject", () => {
    const scenario = screened()
    const sessionId = scenario.sessionId
    const question = 'prior-reaction-iodinated'
    scenario.run(answer(question, 'yes', 'hives'))
    scenario.hear({ kind: 'decided', sessionId, questionId: question, decision: 'go-on', note: '' })
    expect(factsOf(scenario).decisions).toEqual({ [question]: 'go-on' })
    scenario.run(answer(question, 'yes', 'anaphylaxis'))
    expect(factsOf(scenario).decisions).toEqual({})
    scenario.hear({ kind: 'decided', sessionId, questionId: question, decision: 'do-not-inject', note: '' })
    scenario.run(answer(question, 'no'))
    expect(factsOf(scenario).decisions).toEqual({ [question]: 'do-not-inject' })
  })
})

describe('the on-site responder', () => {
  it('comes from the policy and is checked in once', () => {
    const scenario = screened()
    expect(scenario.refuse({ kind: 'check-in-responder', responderId: 'r-who' }).kind).toBe(
      'unknown-responder',
    )
    expect(scenario.run({ kind: 'check-in-responder', responderId: 'r-patel' })).toMatchObject([
      { type: 'responder-checked-in', body: { name: 'R. Patel', role: 'RN', blsValidUntil: '2027-01-31' } },
    ])
    expect(scenario.run({ kind: 'check-in-responder', responderId: 'r-patel' })).toEqual([])
  })
})

describe('injecting', () => {
  it('writes agent, dose, physician and what the gate found', () => {
    const scenario = readyToInject()
    const [event] = scenario.run(inject)
    expect(event).toMatchObject({
      type: 'injection-started',
      session: scenario.sessionId,
      body: {
        agent: 'Iohexol (Omnipaque 350)',
        concentration: '350 mg I/mL',
        volumeMl: 100,
        route: 'IV',
        lot: 'L-77',
        physicianId: 'p-chen',
      },
    })
    if (event?.type !== 'injection-started') throw new Error('another event')
    expect(event.body.gate.map((finding) => finding.check)).toEqual(
      samplePolicy.rules.items.map((rule) => rule.check),
    )
    expect(scenario.state.session.kind).toBe('injecting')
  })

  it('names every check that stands in the way', () => {
    const problem = screened().refuse(inject)
    expect(problem.kind).toBe('gate-closed')
    expect(problem.message).toContain('No on-site responder has checked in')
    expect(problem.message).toContain("Dr. A. Chen has not confirmed access to the patient's imaging records")
    expect(problem.message).not.toContain('sees and hears')
  })

  it.each<[string, Partial<Extract<Command, { kind: 'start-injection' }>>, string]>([
    ['an unknown agent', { agentId: 'barium' }, 'unknown-agent'],
    ['an agent of the other class', { agentId: 'gadobutrol', volumeMl: 7 }, 'wrong-class'],
    ['more than the largest volume', { volumeMl: 150.5 }, 'volume'],
    ['no volume', { volumeMl: 0 }, 'volume'],
    ['a volume that is no number', { volumeMl: Number.NaN }, 'volume'],
  ])('refuses %s', (_name, change, kind) => {
    expect(readyToInject().refuse({ ...inject, ...change }).kind).toBe(kind)
  })

  it.each<[string, () => ReturnType<typeof createScenario>, string]>([
    ['while one runs', injecting, 'injecting'],
    ['at closing', observed, 'not-ready'],
    ['without a session', () => createScenario(), 'signed-out'],
  ])('does not start %s', (_name, scenario, kind) => {
    expect(scenario().refuse(inject).kind).toBe(kind)
  })

  it('is stopped once, on a locked screen too, and the observation begins', () => {
    const scenario = injecting()
    scenario.run({ kind: 'lock', reason: 'inactivity' })
    scenario.advance(20_000)
    expect(scenario.run({ kind: 'stop-injection' })).toEqual([
      { type: 'injection-stopped', session: scenario.sessionId, body: {} },
      {
        type: 'observation-started',
        session: scenario.sessionId,
        body: { dueAt: '2026-11-24T09:50:23.000Z', durationMs: 1_200_000 },
      },
    ])
    expect(scenario.state.session).toMatchObject({
      kind: 'observing',
      observation: { since: { at: '2026-11-24T09:30:23.000Z' }, durationMs: 1_200_000 },
    })
    expect(scenario.refuse({ kind: 'stop-injection' }).kind).toBe('not-injecting')
  })

  it('resumes after a crash between stop and observation', () => {
    const scenario = injecting()
    scenario.append({ type: 'injection-stopped', session: scenario.sessionId, body: {} })
    scenario.restart()
    expect(scenario.run({ kind: 'stop-injection' }).map((event) => event.type)).toEqual([
      'observation-started',
    ])
    expect(scenario.state.session.kind).toBe('observing')
  })

  it('can be prepared once more, and passes the gate by itself', () => {
    const scenario = injecting()
    expect(scenario.refuse({ kind: 'prepare-injection' }).kind).toBe('not-observing')
    scenario.run({ kind: 'stop-injection' })
    scenario.run({ kind: 'prepare-injection' })
    scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'warm' } })
    expect(scenario.refuse(inject).message).toContain('picture and sound do not flow yet')
    scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'live' } })
    scenario.run(inject)
    expect(factsOf(scenario).injections).toHaveLength(2)
  })
})

describe('observing and closing', () => {
  it('ends the observation early only with a reason', () => {
    const scenario = injecting()
    scenario.run({ kind: 'stop-injection' })
    scenario.advance(60_000)
    expect(scenario.refuse({ kind: 'end-observation', earlyReason: null })).toEqual({
      kind: 'early',
      message: 'The observation has 19 min to go. Wait, or say why it ends early.',
    })
    expect(scenario.run({ kind: 'end-observation', earlyReason: 'to the ED' })[0]?.body).toEqual({
      early: 'to the ED',
    })
    expect(scenario.state.session.kind).toBe('closing')
  })

  it('does not call an end early that is not', () => {
    const scenario = injecting()
    scenario.run({ kind: 'stop-injection' })
    scenario.advance(samplePolicy.observationMs)
    expect(scenario.run({ kind: 'end-observation', earlyReason: 'whatever' })[0]?.body).toEqual({
      early: null,
    })
  })

  it.each([
    ['ten years ahead', 10],
    ['ten years back', -10],
  ])('lasts twenty minutes although the wall clock is set %s meanwhile', (_, years) => {
    const scenario = injecting()
    scenario.run({ kind: 'stop-injection' })
    scenario.advance(60_000)
    scenario.setWallClock(Date.parse(scenario.context().now) + years * 365.25 * 86_400_000)
    const end: Command = { kind: 'end-observation', earlyReason: null }
    expect(scenario.refuse(end).message).toBe(
      'The observation has 19 min to go. Wait, or say why it ends early.',
    )
    scenario.advance(samplePolicy.observationMs - 60_000)
    expect(scenario.run(end)[0]?.body).toEqual({ early: null })
  })

  it('goes on by the wall clock after a restart, and begins anew where that went back', () => {
    const scenario = injecting()
    scenario.run({ kind: 'stop-injection' })
    scenario.advance(60_000)
    scenario.restart()
    scenario.advance(60_000)
    const end: Command = { kind: 'end-observation', earlyReason: null }
    expect(scenario.refuse(end).message).toContain('18 min to go')
    scenario.setWallClock(Date.parse(scenario.context().now) - 3_600_000)
    expect(scenario.refuse(end).message).toContain('20 min to go')
  })

  it('ends it too when another injection was prepared and not given', () => {
    const scenario = injecting()
    scenario.run({ kind: 'stop-injection' })
    scenario.run({ kind: 'prepare-injection' })
    expect(scenario.refuse({ kind: 'end-observation', earlyReason: null }).kind).toBe('early')
    expect(scenario.refuse({ kind: 'abandon-session', reason: 'not needed' }).kind).toBe('injected')
    scenario.advance(samplePolicy.observationMs)
    scenario.run({ kind: 'end-observation', earlyReason: null })
    expect(scenario.state.session.kind).toBe('closing')
    expect(readyToInject().refuse({ kind: 'end-observation', earlyReason: null }).kind).toBe('not-observing')
  })

  const close: Command = { kind: 'close-session', disposition: 'released', note: '' }

  it('closes after the observation, not while help is open, and waits for the signature', () => {
    expect(readyToInject().refuse(close).message).toContain('Abandon it instead')
    expect(injecting().refuse(close).message).toContain('End the observation first')
    const scenario = observed()
    scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false })
    expect(scenario.refuse(close).kind).toBe('help-open')
    const open = scenario.state.reaction
    if (open === null) throw new Error('the call is open')
    scenario.run({ kind: 'end-help', escalationId: open.id, outcome: 'recovered' })
    const { sessionId } = scenario
    scenario.run(close)
    expect(scenario.state.session.kind).toBe('none')
    expect(scenario.state.unsigned).toEqual([
      {
        sessionId,
        accession: exam.accession,
        closedAt: scenario.entries.at(-1)?.at,
        closingHash: scenario.entries.at(-1)?.hash,
        physicianId: 'p-chen',
      },
    ])
  })

  it('is signed by its own physician over the closing entry, and by nothing else', () => {
    const scenario = observed()
    const { sessionId } = scenario
    scenario.run(close)
    const closingHash = scenario.state.unsigned[0]?.closingHash ?? ''
    scenario.hear({ kind: 'signed', sessionId, closingHash: '0'.repeat(64) })
    scenario.hear({ kind: 'signed', sessionId, closingHash }, 'p-rao')
    expect(scenario.state.unsigned).toHaveLength(1)
    scenario.hear({ kind: 'signed', sessionId, closingHash })
    expect(scenario.state.unsigned).toEqual([])
    expect(scenario.types().filter((type) => type === 'statement-received')).toHaveLength(4)
  })

  it('is abandoned only before any injection', () => {
    const scenario = readyToInject()
    scenario.run({ kind: 'abandon-session', reason: 'patient left' })
    expect(scenario.state.session.kind).toBe('none')
    expect(scenario.state.unsigned).toEqual([])
    expect(injecting().refuse({ kind: 'abandon-session', reason: 'patient left' }).kind).toBe('injected')
  })
})
