import { directOnly } from '../../src/contract/hub.ts'
import type { LinkReading, Snapshot } from '../../src/contract/ipc.ts'
import { escalationProgress } from '../../src/domain/escalation/progress.ts'
import { noReceipts } from '../../src/domain/escalation/receipts.ts'
import { judgeCards } from '../../src/domain/policy/judge-cards.ts'
import { ok } from '../../src/domain/result.ts'
import { evaluateGate } from '../../src/domain/session/gate.ts'
import type {
  Escalation,
  Observation,
  Receipts,
  SessionFacts,
  SessionState,
  WorkstationState,
} from '../../src/domain/workstation/state.ts'
import { sha256Hex } from '../../src/platform/node/ed25519.ts'
import { samplePolicy } from './sample-policy.ts'

export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString()

const reading = (state: LinkReading['state']): LinkReading => ({
  state,
  roundTripMs: state.kind === 'live' || state.kind === 'warm' ? 38 : null,
  lossRatio: state.kind === 'live' ? 0.004 : null,
  framesPerS: state.kind === 'live' ? 30 : 0,
})

const signedOut: WorkstationState = {
  operator: { kind: 'signed-out' },
  signIn: {},
  session: { kind: 'none' },
  supervisor: { primary: 'chen', standby: 'rao', takeover: null, handover: null },
  links: {},
  gap: null,
  reaction: null,
  question: null,
  unsigned: [],
}

export type Parts = Omit<Partial<Snapshot>, 'state'> & {
  readonly state?: Partial<WorkstationState>
  /** The state of the primary's link. */
  readonly link?: LinkReading['state']
}

/** A snapshot of an enrolled room; the gate and the progress of calls are what the domain makes of the state. */
export function snapshotOf({ state: parts = {}, link = { kind: 'warm' }, ...rest }: Parts = {}): Snapshot {
  const state = { ...signedOut, links: { chen: link, rao: { kind: 'warm' as const } }, ...parts }
  const policy = rest.policy === undefined ? samplePolicy : rest.policy
  const elapsed = (call: Escalation | null) =>
    call === null ? null : Date.now() - Date.parse(call.pressedAt)
  const progress = (call: Escalation | null) =>
    call === null
      ? null
      : escalationProgress(
          call,
          (id) => samplePolicy.physicians.find((physician) => physician.id === id)?.name ?? id,
          elapsed(call) ?? 0,
          samplePolicy.escalation,
          state.links,
        )
  const policyStale = rest.policyStale ?? false
  return {
    revision: 0,
    nowMs: Date.now(),
    runtime: 'a test page',
    version: '0.1.0',
    window: 'main',
    theme: 'dark',
    layout: 'full',
    durability: { kind: 'durable' },
    enrolment: {
      kind: 'enrolled',
      hub: 'https://hub.north.example',
      deviceId: 'd-00112233445566778899',
      roomId: 'ct2',
    },
    hub: { kind: 'online', skewMs: 12 },
    unsynced: 0,
    present: [
      { physicianId: 'chen', name: 'Dr. A. Chen', connectionId: 'c1' },
      { physicianId: 'rao', name: 'Dr. M. Rao', connectionId: 'c2' },
    ],
    links: { chen: reading(link), rao: reading({ kind: 'warm' }) },
    peers: [],
    ice: directOnly,
    alarm: null,
    recent: [],
    cards: policy && judgeCards(policy, { sha256Hex, isSigned: ok }),
    ...rest,
    policy,
    policyStale,
    state,
    gate:
      state.session.kind === 'none'
        ? null
        : evaluateGate(state, { now: new Date().toISOString(), policy, policyStale }),
    progress: { reaction: progress(state.reaction), question: progress(state.question) },
    observationLeftMs: state.session.kind === 'observing' ? leftMs(state.session.observation) : null,
    elapsedMs: { reaction: elapsed(state.reaction), question: elapsed(state.question) },
  }
}

export const signedIn = { kind: 'signed-in', technologistId: 'ortiz' } as const

const { scheduledAt: _, ...firstExam } = samplePolicy.worklist[0]!

export function factsOf(parts: Partial<SessionFacts> = {}): SessionFacts {
  return {
    id: 's1',
    exam: firstExam,
    contrastClass: 'iodinated',
    roomId: 'ct2',
    openedAt: ago(300),
    openedBy: 'ortiz',
    answers: {},
    answeredIn: {},
    decisions: {},
    screeningCompleted: false,
    responderId: null,
    recordsConfirmedBy: null,
    overrides: {},
    injections: [],
    orders: [],
    calls: [],
    ...parts,
  }
}

export const answered = (yes: readonly string[] = [], notes: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    samplePolicy.screening
      .filter(({ classes }) => classes.includes('iodinated'))
      .map(({ id, text, yes: leadsTo }) => [
        id,
        {
          questionId: id,
          text,
          answer: yes.includes(id) ? ('yes' as const) : ('no' as const),
          leadsTo: yes.includes(id) ? leadsTo : ('go-on' as const),
          note: notes[id] ?? '',
        },
      ]),
  )

export const screened = (parts: Partial<SessionFacts> = {}): SessionFacts =>
  factsOf({
    answers: answered(['asthma'], { asthma: 'Inhaler as needed, none this year' }),
    screeningCompleted: true,
    responderId: 'patel',
    recordsConfirmedBy: 'chen',
    ...parts,
  })

export const injection = (startedAgo: number, stoppedAgo: number | null) => ({
  agentId: 'iohexol-350',
  agent: 'Iohexol (Omnipaque)',
  concentration: '350 mg I/mL',
  volumeMl: 95,
  route: 'IV' as const,
  lot: '15A042',
  physicianId: 'chen',
  gate: [],
  startedAt: ago(startedAgo),
  stoppedAt: stoppedAgo === null ? null : ago(stoppedAgo),
})

/** A signed-in room with this session, its link as said. */
export const inSession = (
  session: SessionState,
  link: LinkReading['state'] = { kind: 'live' },
  rest: Parts = {},
): Snapshot => snapshotOf({ link, ...rest, state: { operator: signedIn, session, ...rest.state } })

export const receipts = (parts: Partial<Receipts>): Receipts => ({ ...noReceipts, ...parts })

export function call(kind: Escalation['kind'], parts: Partial<Escalation> = {}): Escalation {
  const pressedAt = parts.pressedAt ?? ago(2)
  return {
    id: `e-${kind}`,
    kind,
    origin: 'button',
    drill: false,
    sessionId: null,
    roomId: 'ct2',
    terms: null,
    pressedAt,
    pressedMono: 0,
    pressedBoot: 'b1',
    receipts: {},
    round: 1,
    roundAt: pressedAt,
    roundMono: 0,
    roundBoot: 'b1',
    lastPress: { at: pressedAt, mono: 0, boot: 'b1' },
    roundReceipts: parts.receipts ?? {},
    orders: [],
    outOfBand: [],
    unreachable: null,
    cardId: null,
    phonesCalled: [],
    ...parts,
  }
}

/** How the hub has paged two physicians and the supervisor half a minute after a press that nobody answered. */
export const pagedSoFar = {
  pressedAt: ago(34),
  receipts: { chen: receipts({ paged: ago(34), delivered: ago(33) }), rao: receipts({ paged: ago(24) }) },
  outOfBand: (
    [
      ['chen', 'pagerduty', 'delivered'],
      ['chen', 'email', 'failed'],
      ['rao', 'web-push', 'delivered'],
      ['rao', 'email', 'failing'],
      [null, 'webhook', 'trying'],
    ] as const
  ).map(([physicianId, channel, state]) => ({
    pager: `${physicianId ?? 'supervisor'} ${channel}`,
    physicianId,
    name: physicianId ?? 'K. Adams',
    channel,
    state,
    detail: state === 'failed' ? 'mail server mx.example.org refused the message (550)' : '',
    at: ago(18),
    since: ago(18),
  })),
}

/** An observation of twenty minutes with so much of it left; less than nothing once it is over. */
export const observedFor = (leftS: number): Observation => ({
  since: { at: ago(1200 - leftS), mono: 0, boot: 'b1' },
  durationMs: 1_200_000,
})

const leftMs = ({ since, durationMs }: Observation) =>
  Math.max(0, durationMs - (Date.now() - Date.parse(since.at)))

export const observing = (dueInS: number) =>
  inSession({
    kind: 'observing',
    facts: screened({ injections: [injection(400, 330)] }),
    observation: observedFor(dueInS),
  })

export const injecting = (
  link: Parameters<typeof inSession>[1],
  rest: Parameters<typeof inSession>[2] = {},
) => inSession({ kind: 'injecting', facts: screened({ injections: [injection(63, null)] }) }, link, rest)

export const order = (readBackAt: string | null) => ({
  statementId: 'o1',
  physicianId: 'chen',
  at: ago(4),
  order: { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' },
  readBackAt,
})

export const reacting = (parts: Parameters<typeof call>[1], rest: Parameters<typeof inSession>[2] = {}) =>
  injecting({ kind: 'live' }, { ...rest, state: { reaction: call('reaction', parts), ...rest.state } })

export const onScreen = {
  pressedAt: ago(42),
  receipts: {
    chen: receipts({
      paged: ago(42),
      delivered: ago(41),
      seen: ago(39),
      accepted: ago(36),
      onScreen: ago(35),
    }),
    rao: receipts({ paged: ago(32), delivered: ago(31) }),
  },
  phonesCalled: ['5555'],
}
