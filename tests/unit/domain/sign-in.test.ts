import { describe, expect, it } from 'vitest'
import { actorFor } from '../../../src/domain/workstation/decide.ts'
import { refusalIn, signInWaitMs } from '../../../src/domain/workstation/decide-operator.ts'
import { fold } from '../../../src/domain/workstation/evolve.ts'
import { createScenario, injecting, openSession, type Scenario, signIn } from './scenario.ts'

const wrong = { kind: 'sign-in', technologistId: 't-ortiz', pinMatches: false } as const

const failTimes = (scenario: Scenario, times: number) => {
  for (let i = 0; i < times; i += 1) scenario.run(wrong)
}

const refused = (scenario: Scenario) => {
  const problem = refusalIn(scenario.run(signIn), scenario.state, scenario.context().now)
  return problem?.kind
}

describe('signing in', () => {
  it('takes a technologist whose PIN matches', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    expect(scenario.state.operator).toEqual({ kind: 'signed-in', technologistId: 't-ortiz' })
  })

  it('lets an unknown name and a wrong PIN read the same, and logs which it was', () => {
    const words = (technologistId: string) => {
      const scenario = createScenario()
      const events = scenario.run({ kind: 'sign-in', technologistId, pinMatches: false })
      return { words: refusalIn(events, scenario.state, scenario.context().now), body: events[0]?.body }
    }
    const [known, unknown] = [words('t-ortiz'), words('t-nobody')]
    expect(known.words).toEqual(unknown.words)
    expect(known.body).toMatchObject({ reason: 'wrong-pin' })
    expect(unknown.body).toMatchObject({ reason: 'unknown-name' })
  })

  it('does not let an unknown name in even if its PIN is said to match', () => {
    const scenario = createScenario()
    scenario.run({ kind: 'sign-in', technologistId: 't-nobody', pinMatches: true })
    expect(scenario.state.operator.kind).toBe('signed-out')
  })

  it('waits from the fifth failure on, twice as long after each further one, and then lets the right PIN in', () => {
    const scenario = createScenario()
    failTimes(scenario, 4)
    expect(signInWaitMs(scenario.state.signIn['t-ortiz'], scenario.context().now)).toBe(0)
    const waits: number[] = []
    for (let i = 0; i < 7; i += 1) {
      scenario.run(wrong)
      const waitMs = signInWaitMs(scenario.state.signIn['t-ortiz'], scenario.context().now)
      waits.push(waitMs / 1000)
      scenario.advance(waitMs - 1)
      expect(refused(scenario)).toBe('sign-in-throttled')
      scenario.advance(1)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900])
    scenario.run(signIn)
    expect(scenario.state.operator.kind).toBe('signed-in')
    expect(scenario.state.signIn).toEqual({})
  })

  it('does not lengthen the wait for attempts that were not looked at', () => {
    const scenario = createScenario()
    failTimes(scenario, 5)
    for (let i = 0; i < 10; i += 1) expect(refused(scenario)).toBe('sign-in-throttled')
    scenario.advance(30_000)
    scenario.run(signIn)
    expect(scenario.state.operator.kind).toBe('signed-in')
  })

  it('keeps the wait over a restart, because it is folded from the log', () => {
    const scenario = createScenario()
    failTimes(scenario, 5)
    scenario.restart()
    const again = createScenario({ from: scenario.entries })
    expect(refused(again)).toBe('sign-in-throttled')
  })

  it('does not lock a person out for years because the clock was set back', () => {
    const scenario = createScenario()
    failTimes(scenario, 9)
    scenario.setWallClock(Date.UTC(2020, 0, 1))
    scenario.run(signIn)
    expect(scenario.state.operator.kind).toBe('signed-in')
  })

  it('throttles one name, not the others', () => {
    const scenario = createScenario()
    failTimes(scenario, 6)
    scenario.run({ kind: 'sign-in', technologistId: 't-kim', pinMatches: true })
    expect(scenario.state.operator).toEqual({ kind: 'signed-in', technologistId: 't-kim' })
  })

  it('keeps a bounded number of names, whatever is typed', () => {
    const scenario = createScenario()
    for (let i = 0; i < 200; i += 1) {
      scenario.run({ kind: 'sign-in', technologistId: `t-${i}`, pinMatches: false })
      scenario.advance(1)
    }
    expect(Object.keys(scenario.state.signIn)).toHaveLength(64)
    expect(scenario.state.signIn['t-199']?.failures).toBe(1)
  })

  it('is not possible without a policy, and says what to do', () => {
    expect(createScenario({ policy: null }).refuse(signIn)).toMatchObject({
      kind: 'no-policy',
      message: expect.stringContaining('Enrol it'),
    })
  })

  it('is refused while somebody is signed in', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    expect(scenario.refuse(signIn).kind).toBe('already-signed-in')
  })
})

describe('locking and signing out', () => {
  it('locks without touching session, link or call for help', () => {
    const scenario = injecting()
    scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false })
    const before = scenario.state
    scenario.run({ kind: 'lock', reason: 'inactivity' })
    expect(scenario.state).toEqual({ ...before, operator: { kind: 'locked', technologistId: 't-ortiz' } })
    expect(scenario.run({ kind: 'lock', reason: 'by-hand' })).toEqual([])
  })

  it('unlocks with the PIN, and lets another technologist take over', () => {
    const scenario = injecting()
    scenario.run({ kind: 'lock', reason: 'by-hand' })
    expect(scenario.refuse({ kind: 'complete-screening' }).kind).toBe('locked')
    scenario.run({ kind: 'sign-in', technologistId: 't-kim', pinMatches: true })
    expect(scenario.state.operator).toEqual({ kind: 'signed-in', technologistId: 't-kim' })
    expect(scenario.state.session.kind).toBe('injecting')
  })

  it('does not sign out over an open session, and says to lock instead', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    scenario.run(openSession)
    expect(scenario.refuse({ kind: 'sign-out' })).toMatchObject({
      kind: 'session-open',
      message: expect.stringContaining('lock the screen'),
    })
    scenario.run({ kind: 'abandon-session', reason: 'wrong patient' })
    scenario.run({ kind: 'sign-out' })
    expect(scenario.state.operator.kind).toBe('signed-out')
    expect(scenario.refuse({ kind: 'sign-out' }).kind).toBe('nobody-signed-in')
    expect(scenario.refuse({ kind: 'lock', reason: 'by-hand' }).kind).toBe('nobody-signed-in')
  })
})

describe('who made an entry true', () => {
  it('is the technologist who is signed in, nobody by name on a locked screen, the workstation for its reports', () => {
    const scenario = createScenario()
    const press = { kind: 'press-help', escalation: 'reaction', origin: 'lock-screen', drill: false } as const
    expect(actorFor(scenario.state, press)).toEqual({ kind: 'unidentified' })
    expect(actorFor(scenario.state, signIn)).toEqual({ kind: 'technologist', id: 't-ortiz' })
    expect(actorFor(scenario.state, wrong)).toEqual({ kind: 'unidentified' })
    scenario.run(signIn)
    expect(actorFor(scenario.state, press)).toEqual({ kind: 'technologist', id: 't-ortiz' })
    expect(actorFor(scenario.state, { kind: 'lock', reason: 'inactivity' })).toEqual({ kind: 'system' })
    scenario.run({ kind: 'lock', reason: 'by-hand' })
    expect(actorFor(scenario.state, press)).toEqual({ kind: 'unidentified' })
    expect(
      actorFor(scenario.state, { kind: 'report-link', physicianId: 'p-chen', link: { kind: 'warm' } }),
    ).toEqual({ kind: 'system' })
  })

  it('survives a fold of the log alone', () => {
    const scenario = injecting()
    expect(fold(scenario.entries)).toEqual(scenario.state)
  })
})
