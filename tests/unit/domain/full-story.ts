import { createScenario, inject, readyToInject, type Scenario } from './scenario.ts'

/**
 * A day in which everything happens that the log can hold: a session with an override, a loss of supervision in
 * mid-injection, a reaction with orders, an early end and a signature; before and after it other work.
 */
export function fullStory(scenario = createScenario()): {
  readonly entries: Scenario['entries']
  readonly sessionId: string
} {
  before(scenario)
  readyToInject(scenario)
  const { sessionId } = scenario
  scenario.setPolicy(scenario.context().policy, true)
  scenario.override('policy-current', 'the hub could not be reached')
  scenario.run(inject)
  loss(scenario)
  scenario.run({ kind: 'stop-injection' })
  scenario.hear({ kind: 'gap-reviewed', note: 'saw the patient before and after' })
  reaction(scenario)
  scenario.run({ kind: 'prepare-injection' })
  scenario.run({ kind: 'end-observation', earlyReason: 'to the ED' })
  scenario.run({ kind: 'close-session', disposition: 'transferred', note: 'with EMS' })
  after(scenario, sessionId)
  return { entries: scenario.entries, sessionId }
}

function before(scenario: Scenario): void {
  scenario.append({
    type: 'app-started',
    session: null,
    body: { version: '0.1.0', runtime: 'electron', afterSeq: 0 },
  })
  scenario.append({
    type: 'device-enrolled',
    session: null,
    body: { hub: 'https://hub.example', siteId: 'imaging-center-north', roomId: 'ct-2' },
  })
  scenario.append({ type: 'policy-adopted', session: null, body: { version: 7, hash: 'h' } })
  scenario.append({ type: 'hub-connected', session: null, body: { skewMs: 12 } })
  scenario.run({ kind: 'sign-in', technologistId: 't-ortiz', pinMatches: false })
  scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'warm' } })
}

/** Lost for seven seconds, twenty-five after the contrast began to flow. */
function loss(scenario: Scenario): void {
  scenario.advance(34_000)
  scenario.append({ type: 'hub-lost', session: null, body: { reason: 'the network is down' } })
  scenario.advance(1000)
  scenario.run({
    kind: 'report-link',
    physicianId: 'p-chen',
    link: { kind: 'lost', reason: "nothing is heard from the physician's console" },
  })
  scenario.run({ kind: 'report-link', physicianId: 'p-rao', link: { kind: 'connecting' } })
  scenario.advance(7000)
  scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'live' } })
  scenario.append({
    type: 'device-changed',
    session: null,
    body: { device: 'camera', state: 'fallback', label: 'Built-in' },
  })
  scenario.append({ type: 'renderer-lost', session: null, body: { window: 'main', reason: 'crashed' } })
  scenario.append({ type: 'renderer-restored', session: null, body: { window: 'main', afterMs: 900 } })
  scenario.advance(5000)
}

function reaction(scenario: Scenario): void {
  scenario.advance(60_000)
  scenario.run({ kind: 'press-help', escalation: 'question', origin: 'button', drill: false })
  const question = scenario.state.question?.id ?? ''
  scenario.run({ kind: 'cancel-help', escalationId: question, reason: 'meant the other button' })
  scenario.advance(1000)
  scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false })
  const escalationId = scenario.state.reaction?.id ?? ''
  scenario.append({
    type: 'help-shown',
    session: scenario.sessionId,
    body: { escalationId, window: 'help', afterMs: 61.4 },
  })
  scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'hotkey', drill: false })
  scenario.append({
    type: 'help-unreachable',
    session: scenario.sessionId,
    body: { escalationId, reason: 'no path is alive' },
  })
  const pager = {
    escalationId,
    pager: 'supervisor webhook desk',
    physicianId: null,
    name: 'K. Adams',
    channel: 'webhook',
    detail: '',
    at: scenario.context().now,
  } as const
  scenario.run({ kind: 'report-out-of-band', page: { ...pager, state: 'trying' } })
  const detail = 'taken by webhook "desk"'
  scenario.run({ kind: 'report-out-of-band', page: { ...pager, state: 'delivered', detail } })
  scenario.advance(100)
  scenario.run({ kind: 'report-paged', escalationId, physicianId: 'p-chen', path: 'hub', level: 'primary' })
  scenario.advance(200)
  scenario.hear({ kind: 'delivered', escalationId })
  scenario.hear({ kind: 'seen', escalationId })
  scenario.advance(1700)
  scenario.hear({ kind: 'accepted', escalationId })
  scenario.advance(1000)
  scenario.hear({ kind: 'on-screen', escalationId })
  scenario.run({ kind: 'choose-card', escalationId, cardId: 'anaphylaxis' })
  scenario.run({ kind: 'mark-phone-called', escalationId, number: '911' })
  scenario.hear(
    {
      kind: 'ordered',
      sessionId: scenario.sessionId,
      escalationId,
      order: { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' },
    },
    'p-chen',
    's-order',
  )
  scenario.advance(4000)
  scenario.run({ kind: 'read-back-order', statementId: 's-order' })
  scenario.advance(600_000)
  scenario.run({ kind: 'end-help', escalationId, outcome: 'stable, handed over to EMS' })
}

function after(scenario: Scenario, sessionId: string): void {
  const closingHash = scenario.state.unsigned[0]?.closingHash ?? ''
  scenario.advance(60_000)
  scenario.run({
    kind: 'open-session',
    exam: {
      accession: 'N261124-003',
      patientName: 'Okafor, Daniel',
      patientId: 'MRN-104285',
      birthDate: '1955-11-30',
      sex: 'M',
      weightKg: 88,
      procedure: 'CT angiography chest',
      modality: 'CT',
    },
    contrastClass: 'iodinated',
  })
  scenario.hear({ kind: 'signed', sessionId, closingHash })
  scenario.run({ kind: 'abandon-session', reason: 'patient left' })
  scenario.append({
    type: 'record-exported',
    session: sessionId,
    body: { sessionId, format: 'pdf', sha256: '0'.repeat(64) },
  })
  scenario.run({ kind: 'lock', reason: 'inactivity' })
  scenario.run({ kind: 'sign-out' })
}
