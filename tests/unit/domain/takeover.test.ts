import { describe, expect, it } from 'vitest'
import { unconfirmed } from '../../../src/domain/link/link.ts'
import { recordHtml } from '../../../src/domain/record/record-html.ts'
import { sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { evaluateGate } from '../../../src/domain/session/gate.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  injecting,
  live,
  readyToInject,
  type Scenario,
  samplePolicy,
  signIn,
} from './scenario.ts'

const follow = (primary: string | null, standby: string | null): Command => ({
  kind: 'report-supervisor',
  primary,
  standby,
  why: 'console-silent',
})
const report = (
  scenario: Scenario,
  physicianId: string,
  link: typeof live | ReturnType<typeof unconfirmed>,
) => scenario.run({ kind: 'report-link', physicianId, link })
const tookOver = (scenario: Scenario, from = 'p-chen', physicianId = 'p-rao') =>
  scenario.hear({ kind: 'took-over', sessionId: scenario.sessionId, from }, physicianId)

describe('a supervising physician who is replaced in an open session', () => {
  it('is named in the log with the reason, and in the state until the other one confirms', () => {
    const scenario = readyToInject()
    expect(scenario.run(follow('p-rao', 'p-chen'))).toEqual([
      {
        type: 'supervisor-chosen',
        session: scenario.sessionId,
        body: {
          primary: 'p-rao',
          standby: 'p-chen',
          instead: { physicianId: 'p-chen', why: 'console-silent' },
        },
      },
    ])
    const { at } = scenario.entries.at(-1) ?? {}
    const takeover = { from: 'p-chen', why: 'console-silent', at }
    expect(scenario.state.supervisor).toEqual({
      primary: 'p-rao',
      standby: 'p-chen',
      takeover,
      handover: null,
    })
    // Who stands by changes nothing about it.
    scenario.run({ kind: 'report-supervisor', primary: 'p-rao', standby: null })
    expect(scenario.state.supervisor.takeover).toEqual(takeover)

    tookOver(scenario, 'p-chen', 'p-chen')
    tookOver(scenario, 'p-other')
    expect(scenario.state.supervisor.takeover).toEqual(takeover)
    expect(tookOver(scenario)[0]?.session).toBe(scenario.sessionId)
    expect(scenario.state.supervisor.takeover).toBeNull()
  })

  it('leaves nothing to confirm outside of a session, after it, or where nobody follows', () => {
    const idle = createScenario()
    idle.run(signIn)
    idle.run({ kind: 'report-supervisor', primary: 'p-chen', standby: 'p-rao' })
    idle.run(follow('p-rao', 'p-chen'))
    expect(idle.state.supervisor.takeover).toBeNull()
    const alone = readyToInject()
    alone.run(follow(null, null))
    expect(alone.state.supervisor.takeover).toBeNull()
    const over = readyToInject()
    over.run(follow('p-rao', null))
    over.run({ kind: 'abandon-session', reason: 'nobody answers' })
    expect(over.state.supervisor.takeover).toBeNull()
  })

  it('comes back with nothing to confirm, as they never gave the room away', () => {
    const scenario = injecting()
    scenario.run(follow('p-rao', 'p-chen'))
    expect(scenario.run(follow('p-chen', 'p-rao'))).toEqual([
      {
        type: 'supervisor-chosen',
        session: scenario.sessionId,
        body: { primary: 'p-chen', standby: 'p-rao' },
      },
    ])
    expect(scenario.state.supervisor.takeover).toBeNull()
    // What they lost meanwhile is theirs to review all the same.
    expect(scenario.state.gap).not.toBeNull()
  })

  it('still has to be followed knowingly when the other one is lost in between, or a third one comes', () => {
    const scenario = readyToInject()
    scenario.run(follow('p-rao', null))
    scenario.run(follow(null, null))
    expect(scenario.state.supervisor.takeover?.from).toBe('p-chen')
    expect(scenario.run(follow('p-rao', null))[0]?.body).toMatchObject({
      primary: 'p-rao',
      instead: { physicianId: 'p-chen', why: 'console-silent' },
    })
    expect(scenario.run(follow('p-other', null))[0]?.body).toMatchObject({
      instead: { physicianId: 'p-chen' },
    })
    expect(scenario.state.supervisor.takeover?.from).toBe('p-chen')
  })

  it('keeps the gate shut until the other one is live and has seen the imaging records', () => {
    const scenario = readyToInject()
    scenario.run(follow('p-rao', 'p-chen'))
    report(scenario, 'p-rao', unconfirmed(live))
    const failing = () =>
      evaluateGate(scenario.state, scenario.context())
        .checks.filter(({ outcome }) => outcome === 'failed')
        .map(({ check }) => check)
    expect(failing()).toEqual(['two-way-audio-video', 'imaging-records'])
    tookOver(scenario)
    report(scenario, 'p-rao', live)
    expect(failing()).toEqual(['imaging-records'])
    scenario.hear({ kind: 'records-confirmed', sessionId: scenario.sessionId }, 'p-rao')
    expect(failing()).toEqual([])
  })

  it('opens the gap in their own name, once, and the other one reviews it', () => {
    const scenario = injecting()
    expect(scenario.run(follow('p-rao', null)).at(-1)).toEqual({
      type: 'supervision-gap-opened',
      session: scenario.sessionId,
      body: { physicianId: 'p-chen', link: { kind: 'lost', reason: "the physician's console is gone" } },
    })
    report(scenario, 'p-rao', unconfirmed(live))
    expect(scenario.types().filter((type) => type === 'supervision-gap-opened')).toHaveLength(1)
    const review = () =>
      scenario.hear(
        { kind: 'gap-reviewed', note: '', ...(scenario.state.gap && { gap: scenario.state.gap }) },
        'p-rao',
      )
    review()
    expect(scenario.state.gap).not.toBeNull()
    tookOver(scenario)
    report(scenario, 'p-rao', live)
    review()
    expect(scenario.state.gap).toBeNull()
  })

  it('stays in the record beside the other one, each with their times', () => {
    const scenario = injecting()
    scenario.advance(10_000)
    scenario.run(follow('p-rao', null))
    const takenAt = scenario.entries.at(-2)?.at ?? ''
    scenario.advance(4000)
    tookOver(scenario)
    scenario.advance(10_000)
    const record = sessionRecord(recordEntries(scenario.entries, scenario.sessionId), samplePolicy)
    const { to } = record.supervision[1] ?? {}
    expect(record.supervision).toEqual([
      { physicianId: 'p-chen', name: 'Dr. A. Chen', from: record.openedAt, to: takenAt, how: '' },
      {
        physicianId: 'p-rao',
        name: 'Dr. M. Rao',
        from: takenAt,
        to,
        how: 'instead of Dr. A. Chen, from whose console nothing is heard; confirmed by them',
      },
    ])
    expect(record.supervisors.map(({ name }) => name)).toEqual(['Dr. A. Chen', 'Dr. M. Rao'])
    expect(record.timeline.map(({ words }) => words)).toEqual(
      expect.arrayContaining([
        'Supervising physician: Dr. M. Rao INSTEAD OF Dr. A. Chen, from whose console nothing is heard; nobody on standby',
        'Dr. M. Rao confirmed: has taken over the supervision from Dr. A. Chen',
      ]),
    )
    expect(recordHtml(record)).toContain('Course of the supervision')
  })
})

describe('the link with whoever has not confirmed', () => {
  it('is not live, whatever flows', () => {
    expect(unconfirmed(live)).toEqual({ kind: 'partial', lacks: ['physician-has-not-confirmed'] })
    expect(unconfirmed({ kind: 'partial', lacks: ['physician-is-muted'] })).toEqual({
      kind: 'partial',
      lacks: ['physician-is-muted', 'physician-has-not-confirmed'],
    })
    expect(unconfirmed({ kind: 'warm' })).toEqual({ kind: 'warm' })
  })
})
