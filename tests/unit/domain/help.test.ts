import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  injecting,
  observed,
  type Scenario,
  samplePolicy,
  screened,
  signIn,
} from './scenario.ts'

const press: Command = { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false }

const reactionOf = (scenario: Scenario) => {
  if (scenario.state.reaction === null) throw new Error('no call for help is open')
  return scenario.state.reaction
}

const pressed = (scenario = createScenario()): { scenario: Scenario; escalationId: string } => {
  scenario.run(press)
  return { scenario, escalationId: reactionOf(scenario).id }
}

describe('pressing for help', () => {
  it.each<[string, () => Scenario]>([
    ['signed out', () => createScenario()],
    ['without a policy', () => createScenario({ policy: null })],
    ['before enrolment', () => createScenario({ policy: null, roomId: null })],
    [
      'locked',
      () => {
        const scenario = createScenario()
        scenario.run(signIn)
        scenario.run({ kind: 'lock', reason: 'by-hand' })
        return scenario
      },
    ],
    ['in a session', () => screened()],
    ['in mid-injection', () => injecting()],
    ['at closing', () => observed()],
  ])('works %s', (_name, make) => {
    const scenario = make()
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-pressed'])
    expect(reactionOf(scenario)).toMatchObject({ kind: 'reaction', origin: 'button', drill: false })
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-pressed-again'])
  })

  it('keeps a question and a reaction apart', () => {
    const scenario = screened()
    scenario.run({ ...press, escalation: 'question' } as Command)
    scenario.run(press)
    expect(scenario.state.question?.id).not.toBe(scenario.state.reaction?.id)
    expect(scenario.state.reaction?.sessionId).toBe(scenario.sessionId)
  })

  it('does not take a real reaction for one more press of a drill', () => {
    const scenario = createScenario()
    scenario.run({ ...press, drill: true } as Command)
    expect(scenario.run({ ...press, drill: true } as Command).map((event) => event.type)).toEqual([
      'help-pressed-again',
    ])
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-ended', 'help-pressed'])
    expect(reactionOf(scenario).drill).toBe(false)
    expect(scenario.run({ ...press, drill: true } as Command).map((event) => event.type)).toEqual([
      'help-pressed-again',
    ])
    expect(reactionOf(scenario).drill).toBe(false)
  })
})

describe('taking a press back', () => {
  it.each([
    ['at once', 0, true],
    ['after five seconds', 5000, true],
    ['after more', 5001, false],
  ])('is possible %s', (_name, ms, possible) => {
    const { scenario, escalationId } = pressed()
    scenario.advance(ms)
    const decision = scenario.attempt({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    expect(decision.ok).toBe(possible)
    if (decision.ok) expect(scenario.state.reaction).toBeNull()
    else expect(decision.error.message).toContain('End it instead')
  })

  it('follows the policy of the site, and five seconds without one', () => {
    const slow = createScenario({
      policy: { ...samplePolicy, escalation: { ...samplePolicy.escalation, cancelWithinMs: 8000 } },
    })
    const { escalationId } = pressed(slow)
    slow.advance(7999)
    slow.run({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    const bare = createScenario({ policy: null })
    const open = pressed(bare)
    bare.advance(5001)
    expect(
      bare.refuse({ kind: 'cancel-help', escalationId: open.escalationId, reason: 'mis-press' }).kind,
    ).toBe('too-late')
  })

  it('counts by the clock that never jumps, and by the wall clock after a restart', () => {
    const { scenario, escalationId } = pressed()
    scenario.setWallClock(Date.UTC(2030, 0, 1))
    scenario.run({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    const other = pressed()
    other.scenario.advance(60_000)
    other.scenario.restart()
    expect(
      other.scenario.refuse({ kind: 'cancel-help', escalationId: other.escalationId, reason: 'mis-press' })
        .kind,
    ).toBe('too-late')
  })

  it('is ended instead, with an outcome, and then no more', () => {
    const { scenario, escalationId } = pressed()
    scenario.advance(60_000)
    scenario.run({ kind: 'end-help', escalationId, outcome: 'recovered' })
    expect(scenario.state.reaction).toBeNull()
    for (const kind of ['end-help', 'cancel-help'] as const) {
      const command: Command =
        kind === 'end-help'
          ? { kind, escalationId, outcome: 'recovered' }
          : { kind, escalationId, reason: 'mis-press' }
      expect(scenario.refuse(command).kind).toBe('not-open')
    }
  })
})

describe('during a call', () => {
  it('chooses a card of the site, and says that it is not approved', () => {
    const { scenario, escalationId } = pressed()
    expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'anaphylaxis' })).toMatchObject([
      { type: 'card-chosen', body: { edition: 'example-adult-2026-11', approved: false } },
    ])
    expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'anaphylaxis' })).toEqual([])
    expect(scenario.refuse({ kind: 'choose-card', escalationId, cardId: 'x' }).kind).toBe('unknown-card')
    expect(scenario.refuse({ kind: 'choose-card', escalationId: 'x', cardId: 'hives' }).kind).toBe('not-open')
  })

  it.each([
    ['2026-11-24', true],
    ['2026-11-23', false],
  ])('calls a card approved until %s: %s', (validUntil, approved) => {
    const scenario = createScenario({
      policy: {
        ...samplePolicy,
        cards: { ...samplePolicy.cards, approval: { by: 'Dr. Med. Director', on: '2025-11-24', validUntil } },
      },
    })
    const { escalationId } = pressed(scenario)
    expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'hives' })[0]?.body).toMatchObject({
      approved,
    })
  })

  it('notes who was telephoned, listed or not', () => {
    const { scenario, escalationId } = pressed(createScenario({ policy: null }))
    scenario.run({ kind: 'mark-phone-called', escalationId, number: '911' })
    scenario.setPolicy(samplePolicy)
    expect(scenario.run({ kind: 'mark-phone-called', escalationId, number: '5555' })[0]?.body).toMatchObject({
      label: 'Code team',
    })
    scenario.run({ kind: 'mark-phone-called', escalationId, number: '5555' })
    expect(reactionOf(scenario).phonesCalled).toEqual(['911', '5555'])
  })

  it('pages each physician once, and nobody for a call that is over', () => {
    const { scenario, escalationId } = pressed()
    const paged: Command = {
      kind: 'report-paged',
      escalationId,
      physicianId: 'p-chen',
      path: 'hub',
      level: 'primary',
    }
    expect(scenario.run(paged)).toHaveLength(1)
    expect(scenario.run({ ...paged, path: 'peer' } as Command)).toEqual([])
    scenario.run({ kind: 'end-help', escalationId, outcome: 'recovered' })
    expect(scenario.run({ ...paged, physicianId: 'p-rao' } as Command)).toEqual([])
  })

  it('gives the call to the first who accepts, and keeps the others', () => {
    const { scenario, escalationId } = pressed()
    scenario.hear({ kind: 'accepted', escalationId }, 'p-rao')
    scenario.hear({ kind: 'accepted', escalationId }, 'p-chen')
    expect(reactionOf(scenario).takenBy).toBe('p-rao')
    expect(reactionOf(scenario).receipts['p-chen']?.accepted).not.toBeNull()
    scenario.hear({ kind: 'declined', escalationId, reason: 'in theatre' }, 'p-rao')
    expect(reactionOf(scenario).takenBy).toBe('p-chen')
    scenario.hear({ kind: 'declined', escalationId, reason: '' }, 'p-chen')
    expect(reactionOf(scenario).takenBy).toBeNull()
    scenario.hear({ kind: 'accepted', escalationId }, 'p-rao')
    expect(reactionOf(scenario)).toMatchObject({
      takenBy: 'p-rao',
      receipts: { 'p-rao': { declined: null } },
    })
  })

  it('keeps the first time of each receipt, however often it comes', () => {
    const { scenario, escalationId } = pressed()
    scenario.advance(500)
    scenario.hear({ kind: 'delivered', escalationId })
    const first = reactionOf(scenario).receipts['p-chen']
    scenario.advance(500)
    scenario.hear({ kind: 'delivered', escalationId })
    expect(reactionOf(scenario).receipts['p-chen']).toEqual(first)
    expect(first?.delivered).toBe('2026-11-24T09:30:00.500Z')
  })

  it('takes "nobody reached" back when somebody is', () => {
    const { scenario, escalationId } = pressed()
    scenario.append({
      type: 'help-unreachable',
      session: null,
      body: { escalationId, reason: 'no path' },
    })
    expect(reactionOf(scenario).unreachable).toBe('no path')
    scenario.hear({ kind: 'delivered', escalationId })
    expect(reactionOf(scenario).unreachable).toBeNull()
  })

  it('shows orders outside a session in the call, and has them read back once', () => {
    const { scenario, escalationId } = pressed()
    const order = { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' }
    const ordered = { kind: 'ordered', sessionId: null, escalationId, order } as const
    scenario.hear(ordered, 'p-chen', 's-order')
    expect(scenario.hear(ordered, 'p-chen', 's-order')).toEqual([])
    expect(reactionOf(scenario).orders).toHaveLength(1)
    expect(scenario.run({ kind: 'read-back-order', statementId: 's-order' })[0]?.body).toEqual({
      statementId: 's-order',
      words: 'epinephrine 0.3 mg IM now',
    })
    expect(reactionOf(scenario).orders[0]?.readBackAt).not.toBeNull()
    expect(scenario.run({ kind: 'read-back-order', statementId: 's-order' })).toEqual([])
    expect(scenario.refuse({ kind: 'read-back-order', statementId: 's-none' }).kind).toBe('unknown-order')
  })
})
