import { describe, expect, it } from 'vitest'
import type { GateCheckId, Policy } from '../../../src/domain/policy/policy.ts'
import { evaluateGate } from '../../../src/domain/session/gate.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import {
  createScenario,
  inject,
  injecting,
  readyToInject,
  type Scenario,
  samplePolicy,
  screened,
} from './scenario.ts'

const checkOf = (scenario: Scenario, check: GateCheckId) =>
  evaluateGate(scenario.state, scenario.context()).checks.find((found) => found.check === check)

const changed = (change: (policy: Policy) => Partial<Policy>): Policy => ({
  ...samplePolicy,
  ...change(samplePolicy),
})

const withChen = (change: Partial<Policy['physicians'][number]>): Policy =>
  changed(({ physicians }) => ({
    physicians: physicians.map((known) => (known.id === 'p-chen' ? { ...known, ...change } : known)),
  }))

const withOverrides: Policy = changed(({ rules }) => ({
  rules: { ...rules, items: rules.items.map((rule) => ({ ...rule, override: 'with-reason' as const })) },
}))

describe('the gate', () => {
  it('opens when everything that the rules demand is there, and says so by name', () => {
    const scenario = readyToInject()
    const report = evaluateGate(scenario.state, scenario.context())
    expect(report.open).toBe(true)
    expect(report.checks.map(({ check, outcome, detail }) => [check, outcome, detail])).toEqual([
      ['two-way-audio-video', 'passed', 'Dr. A. Chen sees and hears this room'],
      ['physician-licensed', 'passed', 'Dr. A. Chen is licensed in CA for CT contrast until 2027-03-31'],
      ['responder-on-site', 'passed', 'R. Patel, RN, is on site (BLS until 2027-01-31)'],
      ['imaging-records', 'passed', "Dr. A. Chen has the patient's imaging records"],
      ['screening-complete', 'passed', 'Every screening question is answered'],
      ['physician-decisions', 'passed', 'No answer waits for the physician'],
      ['supervision-gap', 'passed', 'No loss of supervision waits for review'],
      ['policy-current', 'passed', 'Policy version 7, rule pack us-ca-2026-01'],
    ])
  })

  it('is closed by one failing check without a policy', () => {
    const report = evaluateGate(readyToInject().state, {
      now: samplePolicy.issuedAt,
      policy: null,
      policyStale: false,
    })
    expect(report).toMatchObject({ open: false, checks: [{ outcome: 'failed', override: 'never' }] })
    expect(report.checks).toHaveLength(1)
  })

  it('is closed without rules and without a session: unknown means strictest', () => {
    const scenario = readyToInject()
    scenario.setPolicy(changed(({ rules }) => ({ rules: { ...rules, items: [] } })))
    expect(evaluateGate(scenario.state, scenario.context()).open).toBe(false)
    scenario.setPolicy(samplePolicy)
    scenario.run({ kind: 'abandon-session', reason: 'patient left' })
    expect(evaluateGate(scenario.state, scenario.context()).open).toBe(false)
  })

  it('judges exactly the demands of the rule pack', () => {
    const scenario = readyToInject()
    const two: readonly GateCheckId[] = ['two-way-audio-video', 'supervision-gap']
    scenario.setPolicy(
      changed(({ rules }) => ({
        rules: { ...rules, items: rules.items.filter((rule) => two.includes(rule.check)) },
      })),
    )
    expect(evaluateGate(scenario.state, scenario.context()).checks.map((found) => found.check)).toEqual(two)
  })

  it.each<[string, GateCheckId, string, (scenario: Scenario) => void]>([
    [
      'nobody is on call',
      'two-way-audio-video',
      'No physician is on call for CT 2',
      (s) => s.run({ kind: 'report-supervisor', primary: null, standby: null }),
    ],
    [
      'the link is only warm',
      'two-way-audio-video',
      'Dr. A. Chen is reachable, but picture and sound do not flow yet',
      (s) => s.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'warm' } }),
    ],
    [
      'the physician is deaf',
      'two-way-audio-video',
      'Dr. A. Chen does not hear this room; This room does not see Dr. A. Chen',
      (s) =>
        s.run({
          kind: 'report-link',
          physicianId: 'p-chen',
          link: { kind: 'partial', lacks: ['physician-does-not-hear-room', 'room-does-not-see-physician'] },
        }),
    ],
    [
      'the physician is muted, in another room',
      'two-way-audio-video',
      "Dr. A. Chen's microphone is muted; Dr. A. Chen has another room in front",
      (s) =>
        s.run({
          kind: 'report-link',
          physicianId: 'p-chen',
          link: { kind: 'partial', lacks: ['physician-is-muted', 'physician-is-in-another-room'] },
        }),
    ],
    [
      'the link is lost',
      'two-way-audio-video',
      'The connection to Dr. A. Chen is lost (nothing is heard)',
      (s) =>
        s.run({
          kind: 'report-link',
          physicianId: 'p-chen',
          link: { kind: 'lost', reason: 'nothing is heard' },
        }),
    ],
    [
      'only another physician is live',
      'two-way-audio-video',
      'There is no connection to Dr. M. Rao',
      (s) => s.run({ kind: 'report-supervisor', primary: 'p-rao', standby: 'p-chen' }),
    ],
    [
      'the application has just restarted',
      'two-way-audio-video',
      'There is no connection to Dr. A. Chen',
      (s) => s.restart(),
    ],
    [
      'the license has ended',
      'physician-licensed',
      "Dr. A. Chen's CA license ended on 2026-11-23",
      (s) => s.setPolicy(withChen({ licenses: [{ state: 'CA', validUntil: '2026-11-23' }] })),
    ],
    [
      'the license is for another state',
      'physician-licensed',
      'Dr. A. Chen has no license for CA on file',
      (s) => s.setPolicy(withChen({ licenses: [{ state: 'NV', validUntil: '2030-01-01' }] })),
    ],
    [
      'the modality is not theirs',
      'physician-licensed',
      'Dr. A. Chen is not credentialed for CT contrast',
      (s) => s.setPolicy(withChen({ modalities: ['MR'] })),
    ],
    [
      'the supervisor is no physician',
      'physician-licensed',
      'Dr. A. Chen is NP, and virtual supervision needs a physician',
      (s) => s.setPolicy(withChen({ role: 'NP' })),
    ],
    [
      'the supervisor is not on the list of the room',
      'physician-licensed',
      'Dr. A. Chen is not on the list of physicians for CT 2',
      (s) =>
        s.setPolicy(
          changed(({ rooms }) => ({ rooms: rooms.map((room) => ({ ...room, bench: ['p-rao'] })) })),
        ),
    ],
    [
      'the supervisor is unknown',
      'physician-licensed',
      "p-new is not among the physicians of the site's policy",
      (s) => s.run({ kind: 'report-supervisor', primary: 'p-new', standby: null }),
    ],
    [
      "the responder's BLS has ended",
      'responder-on-site',
      "R. Patel's BLS certificate ended on 2026-11-20",
      (s) =>
        s.setPolicy(
          changed(({ responders }) => ({
            responders: responders.map((known) => ({ ...known, blsValidUntil: '2026-11-20' })),
          })),
        ),
    ],
    [
      'the records were confirmed by somebody else',
      'imaging-records',
      "Dr. M. Rao has not confirmed access to the patient's imaging records (Dr. A. Chen had)",
      (s) => s.run({ kind: 'report-supervisor', primary: 'p-rao', standby: null }),
    ],
    [
      'a new policy asks one more question',
      'screening-complete',
      'Not answered: "Asked since today?"',
      (s) =>
        s.setPolicy(
          changed(({ screening }) => ({
            screening: [
              ...screening,
              { id: 'new', text: 'Asked since today?', classes: ['iodinated'], yes: 'go-on', source: 'site' },
            ],
          })),
        ),
    ],
    [
      'the physician still has to decide',
      'physician-decisions',
      'The physician has to decide on "Has the patient ever reacted to an iodinated contrast agent?"',
      (s) =>
        s.run({ kind: 'answer-screening', questionId: 'prior-reaction-iodinated', answer: 'yes', note: '' }),
    ],
    [
      'the policy is out of date',
      'policy-current',
      "The site's policy of 2026-11-24 08:30:00 UTC is out of date: the hub has to confirm it",
      (s) => s.setPolicy(samplePolicy, true),
    ],
    [
      'the rules are not in force yet',
      'policy-current',
      'The rule pack us-ca-2026-01 applies only from 2027-01-01',
      (s) => s.setPolicy(changed(({ rules }) => ({ rules: { ...rules, effectiveFrom: '2027-01-01' } }))),
    ],
  ])('is closed when %s', (_name, check, detail, change) => {
    const scenario = readyToInject()
    change(scenario)
    expect(checkOf(scenario, check)).toMatchObject({ outcome: 'failed', detail })
    expect(evaluateGate(scenario.state, scenario.context()).open).toBe(false)
    expect(scenario.refuse(inject).message).toContain(detail)
  })

  it('passes on the last day of a credential, in UTC', () => {
    const scenario = readyToInject()
    scenario.setPolicy(withChen({ licenses: [{ state: 'CA', validUntil: '2026-11-24' }] }))
    expect(checkOf(scenario, 'physician-licensed')?.outcome).toBe('passed')
  })

  it("opens on a physician's go-on and stays shut on a do-not-inject, whatever may be overridden", () => {
    const scenario = readyToInject()
    scenario.setPolicy(withOverrides)
    const { sessionId } = scenario
    const questionId = 'prior-reaction-iodinated'
    scenario.run({ kind: 'answer-screening', questionId, answer: 'yes', note: '' })
    scenario.hear({ kind: 'decided', sessionId, questionId, decision: 'do-not-inject', note: '' })
    expect(checkOf(scenario, 'physician-decisions')).toMatchObject({ outcome: 'failed', override: 'never' })
    expect(
      scenario.refuse({
        kind: 'override-check',
        check: 'physician-decisions',
        finding: 'x',
        reason: 'hurry',
      }).kind,
    ).toBe('never')
    scenario.hear({ kind: 'decided', sessionId, questionId, decision: 'go-on', note: '' })
    scenario.run(inject)
    expect(scenario.state.session.kind).toBe('injecting')
  })
})

describe('overriding', () => {
  const override: Command = {
    kind: 'override-check',
    check: 'responder-on-site',
    finding: 'No on-site responder has checked in',
    reason: 'Dr. Lee is here',
  }

  it('takes a reason, where the rule allows it, of a check that fails, once', () => {
    const scenario = screened()
    expect(scenario.refuse(override)).toMatchObject({
      kind: 'never',
      message: expect.stringContaining('No on-site responder has checked in'),
    })
    scenario.setPolicy(withOverrides)
    expect(scenario.run(override)).toEqual([
      {
        type: 'check-overridden',
        session: scenario.sessionId,
        body: {
          check: 'responder-on-site',
          finding: 'No on-site responder has checked in',
          reason: 'Dr. Lee is here',
        },
      },
    ])
    expect(checkOf(scenario, 'responder-on-site')).toMatchObject({
      outcome: 'overridden',
      detail: 'No on-site responder has checked in (overridden: Dr. Lee is here)',
    })
    expect(scenario.refuse(override).kind).toBe('already-overridden')
    expect(scenario.refuse({ ...override, check: 'screening-complete' }).kind).toBe('passes')
  })

  it('is written into the injection and spent by it', () => {
    const scenario = readyToInject()
    scenario.setPolicy(samplePolicy, true)
    scenario.override('policy-current', 'the hub is down')
    const [event] = scenario.run(inject)
    if (event?.type !== 'injection-started') throw new Error('another event')
    expect(event.body.gate.find((finding) => finding.check === 'policy-current')?.outcome).toBe('overridden')
    expect(scenario.refuse({ ...override, check: 'policy-current' }).kind).toBe('not-ready')
    scenario.run({ kind: 'stop-injection' })
    scenario.run({ kind: 'prepare-injection' })
    expect(checkOf(scenario, 'policy-current')?.outcome).toBe('failed')
  })

  it('does not reach a rule that no longer allows it', () => {
    const scenario = screened()
    scenario.setPolicy(withOverrides)
    scenario.run(override)
    scenario.setPolicy(samplePolicy)
    expect(checkOf(scenario, 'responder-on-site')?.outcome).toBe('failed')
  })

  it('of a demand that the site does not make is refused', () => {
    const scenario = screened()
    scenario.setPolicy(
      changed(({ rules }) => ({
        rules: { ...rules, items: rules.items.filter((rule) => rule.check !== 'responder-on-site') },
      })),
    )
    expect(scenario.refuse(override).kind).toBe('not-demanded')
    expect(createScenario().refuse(override).kind).toBe('signed-out')
    expect(injecting().refuse(override).kind).toBe('not-ready')
  })
})
