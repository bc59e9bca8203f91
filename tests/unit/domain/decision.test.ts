import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/workstation/state.ts'
import { createScenario, openSession, type Scenario, screened, signIn, statementEvent } from './scenario.ts'

describe('a decision', () => {
  const question = 'prior-reaction-iodinated'
  const decisionsOf = ({ state }: Scenario) =>
    state.session.kind === 'none' ? undefined : state.session.facts.decisions
  const answer = (note: string): Command => ({
    kind: 'answer-screening',
    questionId: question,
    answer: 'yes',
    note,
  })
  const answerOf = ({ entries }: Scenario) => entries.findLast(({ type }) => type === 'screening-answered')
  const seqOf = (scenario: Scenario) => answerOf(scenario)?.seq ?? 0
  const decided = (scenario: Scenario, decision: 'go-on' | 'do-not-inject', answerSeq?: number) =>
    scenario.hear({
      kind: 'decided',
      sessionId: scenario.sessionId,
      questionId: question,
      ...(answerSeq === undefined ? {} : { answerSeq }),
      decision,
      note: '',
    })
  /** Answered, and answered otherwise: with the entry of the first answer. */
  const answeredTwice = () => {
    const scenario = screened()
    scenario.run(answer('hives'))
    const first = seqOf(scenario)
    scenario.advance(5000)
    scenario.run(answer('anaphylaxis'))
    return { scenario, first }
  }

  it('settles the answer that it names, and none that was given since', () => {
    const { scenario, first } = answeredTwice()
    decided(scenario, 'go-on', first)
    expect(decisionsOf(scenario)).toEqual({})
    expect(scenario.types().at(-1)).toBe('statement-received')
    decided(scenario, 'go-on', seqOf(scenario))
    expect(decisionsOf(scenario)).toEqual({ [question]: 'go-on' })
  })

  it('does not settle a question that nobody has answered', () => {
    const scenario = createScenario()
    scenario.run(signIn)
    scenario.run(openSession)
    decided(scenario, 'go-on')
    expect(decisionsOf(scenario)).toEqual({})
  })

  it('not to inject stands although the answer has changed meanwhile, unless a physician decided on that', () => {
    const late = answeredTwice()
    decided(late.scenario, 'do-not-inject', late.first)
    expect(decisionsOf(late.scenario)).toEqual({ [question]: 'do-not-inject' })
    const overtaken = answeredTwice()
    decided(overtaken.scenario, 'go-on', seqOf(overtaken.scenario))
    decided(overtaken.scenario, 'do-not-inject', overtaken.first)
    expect(decisionsOf(overtaken.scenario)).toEqual({ [question]: 'go-on' })
  })

  it('of before decisions named their answer settles nothing that is newer than itself', () => {
    const { scenario } = answeredTwice()
    const statement = {
      kind: 'decided',
      id: 's-old',
      physicianId: 'p-chen',
      deviceId: scenario.deviceId,
      at: new Date(Date.parse(answerOf(scenario)?.at ?? '') - 1).toISOString(),
      sessionId: scenario.sessionId,
      questionId: question,
      decision: 'go-on',
      note: '',
    } as const
    scenario.run(statementEvent(statement))
    expect(decisionsOf(scenario)).toEqual({})
    decided(scenario, 'go-on')
    expect(decisionsOf(scenario)).toEqual({ [question]: 'go-on' })
  })
})
