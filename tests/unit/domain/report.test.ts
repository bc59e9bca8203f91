import { describe, expect, it } from 'vitest'
import type { LinkState } from '../../../src/domain/link/link.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  inject,
  injecting,
  live,
  readyToInject,
  type Scenario,
  statementEvent,
} from './scenario.ts'

const report = (link: LinkState, physicianId = 'p-chen'): Command => ({
  kind: 'report-link',
  physicianId,
  link,
})
const lost: LinkState = { kind: 'lost', reason: 'nothing is heard' }
const typesOf = (scenario: Scenario, command: Command) => scenario.run(command).map((event) => event.type)

describe('reporting the link', () => {
  it('yields an entry only on a change of kind, of what lacks, or of the reason', () => {
    const scenario = createScenario()
    const steps: readonly (readonly [LinkState, number])[] = [
      [{ kind: 'none' }, 0],
      [{ kind: 'connecting' }, 1],
      [{ kind: 'connecting' }, 0],
      [{ kind: 'connecting', obstacle: 'the relay refuses' }, 1],
      [{ kind: 'connecting', obstacle: 'the relay refuses' }, 0],
      [live, 1],
      [live, 0],
      [{ kind: 'partial', lacks: ['physician-does-not-see-room'] }, 1],
      [{ kind: 'partial', lacks: ['physician-does-not-see-room'] }, 0],
      [{ kind: 'partial', lacks: ['physician-does-not-see-room', 'room-does-not-hear-physician'] }, 1],
      [{ kind: 'partial', lacks: ['room-does-not-hear-physician', 'physician-does-not-see-room'] }, 0],
      [lost, 1],
      [lost, 0],
      [{ kind: 'lost', reason: 'the connection broke' }, 1],
    ]
    for (const [link, entries] of steps) expect(scenario.run(report(link))).toHaveLength(entries)
  })

  it('opens a gap once when the supervising physician is no longer live in mid-injection', () => {
    const scenario = injecting()
    expect(typesOf(scenario, report(lost, 'p-rao'))).toEqual(['link-changed'])
    expect(typesOf(scenario, report(lost))).toEqual(['link-changed', 'supervision-gap-opened'])
    expect(typesOf(scenario, report({ kind: 'connecting' }))).toEqual(['link-changed'])
    expect(scenario.state.gap).toMatchObject({ physicianId: 'p-chen' })
  })

  it.each<[string, (scenario: Scenario) => void]>([
    ['before the injection', () => undefined],
    [
      'after it',
      (scenario) => {
        scenario.run(inject)
        scenario.run({ kind: 'stop-injection' })
      },
    ],
  ])('opens none %s', (_name, prepare) => {
    const scenario = readyToInject()
    prepare(scenario)
    expect(typesOf(scenario, report(lost))).toEqual(['link-changed'])
  })

  it('opens one too when the physician is replaced by one who is not live', () => {
    const replaced = injecting()
    expect(typesOf(replaced, { kind: 'report-supervisor', primary: 'p-rao', standby: null })).toEqual([
      'supervisor-chosen',
      'supervision-gap-opened',
    ])
    const nobody = injecting()
    expect(typesOf(nobody, { kind: 'report-supervisor', primary: null, standby: null })).toContain(
      'supervision-gap-opened',
    )
    const handed = injecting()
    handed.run(report(live, 'p-rao'))
    expect(typesOf(handed, { kind: 'report-supervisor', primary: 'p-rao', standby: 'p-chen' })).toEqual([
      'supervisor-chosen',
    ])
  })

  it('opens one after a restart in mid-injection, when the link is not at once live', () => {
    const scenario = injecting()
    scenario.restart()
    expect(typesOf(scenario, report({ kind: 'connecting' }))).toContain('supervision-gap-opened')
    const quick = injecting()
    quick.restart()
    expect(typesOf(quick, report(live))).toEqual(['link-changed'])
  })

  it('reports a supervisor only on change', () => {
    const scenario = createScenario()
    const chosen: Command = { kind: 'report-supervisor', primary: 'p-chen', standby: null }
    expect(typesOf(scenario, chosen)).toEqual(['supervisor-chosen'])
    expect(typesOf(scenario, chosen)).toEqual([])
    expect(typesOf(scenario, { ...chosen, standby: 'p-rao' })).toEqual(['supervisor-chosen'])
  })
})

describe('a gap in supervision', () => {
  const withGap = () => {
    const scenario = injecting()
    scenario.run(report(lost))
    return scenario
  }

  const nextInjection = (scenario: Scenario) => {
    scenario.run(report(live))
    scenario.run({ kind: 'stop-injection' })
    scenario.run({ kind: 'prepare-injection' })
    return scenario
  }

  it('shuts the gate of the next injection, in the next session too', () => {
    const scenario = nextInjection(withGap())
    expect(scenario.refuse(inject).message).toContain('Supervision was lost during an injection')
    scenario.run({ kind: 'end-observation', earlyReason: 'test' })
    scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
    const next = createScenario({ from: scenario.entries })
    expect(next.state.gap).not.toBeNull()
    next.run({ kind: 'sign-out' })
    readyToInject(next)
    expect(next.refuse(inject).message).toContain('Supervision was lost during an injection')
  })

  it('is closed by the physician who reviews it', () => {
    const scenario = nextInjection(withGap())
    expect(scenario.hear({ kind: 'gap-reviewed', note: 'saw it all again' })).toMatchObject([
      { type: 'statement-received' },
      { type: 'supervision-gap-closed', body: { by: 'physician-review' } },
    ])
    scenario.run(inject)
    expect(scenario.hear({ kind: 'gap-reviewed', note: '' })).toHaveLength(1)
  })

  it('is not closed by the review of another, nor by one that is older than itself', () => {
    const scenario = nextInjection(withGap())
    const { gap } = scenario.state
    if (gap === null) throw new Error('there is a gap')
    const beforeIt = new Date(Date.parse(gap.openedAt) - 1).toISOString()
    scenario.hear({ kind: 'gap-reviewed', gap: { ...gap, openedAt: beforeIt }, note: '' })
    scenario.hear({ kind: 'gap-reviewed', gap: { ...gap, physicianId: 'p-rao' }, note: '' })
    const old = { kind: 'gap-reviewed', id: 's-old', physicianId: 'p-chen', at: beforeIt, note: '' } as const
    scenario.run(statementEvent({ ...old, deviceId: scenario.deviceId }))
    expect(scenario.state.gap).toEqual(gap)
    scenario.hear({ kind: 'gap-reviewed', gap, note: '' })
    expect(scenario.state.gap).toBeNull()
  })

  it('is not reviewed while it lasts', () => {
    const scenario = withGap()
    expect(scenario.hear({ kind: 'gap-reviewed', note: '' })).toHaveLength(1)
    expect(scenario.state.gap).not.toBeNull()
    scenario.run(report(live))
    scenario.hear({ kind: 'gap-reviewed', note: '' })
    expect(scenario.state.gap).toBeNull()
  })

  it('is closed by an override with a reason, which the injection shows and a later gap does not inherit', () => {
    const scenario = nextInjection(withGap())
    const override = () => scenario.override('supervision-gap', 'cable pulled').map(({ type }) => type)
    expect(override()).toEqual(['check-overridden', 'supervision-gap-closed'])
    expect(scenario.tryOverride('supervision-gap')).toMatchObject({ error: { kind: 'already-overridden' } })
    const [event] = scenario.run(inject)
    if (event?.type !== 'injection-started') throw new Error('another event')
    expect(event.body.gate.find((finding) => finding.check === 'supervision-gap')?.outcome).toBe('overridden')
    scenario.run(report(lost))
    nextInjection(scenario)
    expect(scenario.refuse(inject).kind).toBe('gate-closed')
    expect(override()).toEqual(['check-overridden', 'supervision-gap-closed'])
  })
})

describe("receiving a physician's word", () => {
  it('is logged with the session that it is about, and refused when it is about another room', () => {
    const scenario = readyToInject()
    const { sessionId } = scenario
    expect(scenario.hear({ kind: 'records-confirmed', sessionId })[0]?.session).toBe(sessionId)
    const statement = {
      kind: 'records-confirmed',
      sessionId,
      id: 's-x',
      physicianId: 'p-chen',
      deviceId: 'd-other',
      at: '2026-11-24T09:30:00.000Z',
    } as const
    expect(scenario.refuse(statementEvent(statement)).kind).toBe('other-room')
  })

  it('is logged when it comes too late, without effect', () => {
    const scenario = readyToInject()
    const { sessionId } = scenario
    scenario.run({ kind: 'abandon-session', reason: 'patient left' })
    const before = scenario.state
    scenario.hear({ kind: 'records-confirmed', sessionId })
    scenario.hear({
      kind: 'decided',
      sessionId,
      questionId: 'metformin',
      decision: 'do-not-inject',
      note: '',
    })
    scenario.hear({ kind: 'accepted', escalationId: 'e-gone' })
    scenario.hear({ kind: 'signed', sessionId, closingHash: '1'.repeat(64) })
    scenario.hear({ kind: 'gap-reviewed', note: '' })
    expect(scenario.state).toEqual(before)
    expect(scenario.types().slice(-5)).toEqual(Array(5).fill('statement-received'))
  })

  it('confirms and decides only for its own session', () => {
    const scenario = readyToInject()
    scenario.hear({
      kind: 'decided',
      sessionId: 'another',
      questionId: 'metformin',
      decision: 'do-not-inject',
      note: '',
    })
    scenario.run(inject)
    expect(scenario.state.session.kind).toBe('injecting')
  })

  it('puts an order for the session into it, whichever call it came with', () => {
    const scenario = injecting()
    scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false })
    const escalationId = scenario.state.reaction?.id ?? null
    const order = { what: 'oxygen', dose: '10 L/min', route: 'mask', when: 'now' }
    scenario.hear({ kind: 'ordered', sessionId: scenario.sessionId, escalationId, order })
    scenario.hear({ kind: 'ordered', sessionId: null, escalationId, order })
    expect(scenario.state.session).toMatchObject({ facts: { orders: [{ order }, { order }] } })
    expect(scenario.state.reaction?.orders).toEqual([])
  })
})
