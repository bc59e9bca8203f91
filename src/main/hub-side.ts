import {
  directOnly,
  type IceConfig,
  iceConfigOf,
  iceResponseSchema,
  type MessageOf,
  type workstationToHub,
} from '../contract/hub.ts'
import type { HubConnection } from '../contract/ipc.ts'
import type { Problem, Result } from '../domain/result.ts'
import { fail } from '../domain/result.ts'
import { createBackoff, hubBackoff } from '../platform/node/backoff.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { DeviceIdentity, Enrolment } from '../platform/node/device-identity.ts'
import { durablePart } from '../platform/node/durable-part.ts'
import type { connectToHub, HubClient, HubMessage } from '../platform/node/hub-client.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import { type Sync, startSync } from '../platform/node/sync.ts'
import type { LogProof } from './log-proof.ts'
import type { AppLog } from './ports.ts'
import { offerStranded, type Stranded, type StrandedJob } from './stranded.ts'

export type HubSideOptions = {
  readonly identity: DeviceIdentity
  /** One that ends with the process is not synced: its chain is not the one on disk. */
  readonly store: LogStore
  /** What the hub is offered for its quarantine, once there is nothing left to be read back. */
  readonly stranded?: StrandedJob | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly log: AppLog
  readonly onConnection: (connection: HubConnection) => void
  readonly onMessage: (message: HubMessage) => void
  /** What the hub serves as policy, unchecked. */
  readonly onPolicy: (value: unknown) => void
  /** Also when the hub did not answer: then what it said before, or nothing but the direct way. */
  readonly onIce: (config: IceConfig) => void
  /** Hears the hub's signed words on what it has stored, checked. */
  readonly proof: Pick<LogProof, 'received' | 'found'>
  readonly onSyncNotice: (problem: Problem | null) => void
  /** Another computer works under this workstation's name; null when it has not shown for a while. */
  readonly onTwinNotice: (problem: Problem | null) => void
}

type Outgoing = typeof workstationToHub

/** Everything that goes to and comes from the hub, from the moment this device is enrolled. */
export type HubSide = {
  readonly start: (enrolment: Enrolment) => void
  readonly connection: () => HubConnection
  /** Grows with each connection: what the hub must know is sent anew. */
  readonly connectedTimes: () => number
  readonly send: <K extends keyof Outgoing & string>(
    event: K,
    message: MessageOf<Outgoing, K>,
  ) => Promise<Result<null, Problem>>
  readonly fetchPolicy: () => void
  /** There may be more to send. */
  readonly sync: () => void
  readonly hint: () => void
  readonly close: () => void
}

/** The hub signs a policy anew when half of its time is over; asking this often never misses that, ms. */
const askPolicyEveryMs = 10 * 60_000
const askIceAgainAfter = 0.8
const retryIceAfterMs = 30_000
/** A twin takes the connection every few seconds. */
const twinGoneAfterMs = 60_000

export function createHubSide(options: HubSideOptions): HubSide {
  const { identity, store, clock, random, log } = options
  let stage: 'new' | 'started' | 'closed' = 'new'
  let client: HubClient | undefined
  let sync: Sync | undefined
  let stranded: Stranded | undefined
  let connectedTimes = 0
  let iceConfig = directOnly
  let iceTimer: NodeJS.Timeout | undefined
  let policyTimer: NodeJS.Timeout | undefined
  let twinTimer: NodeJS.Timeout | undefined

  const fetchPolicy = async () => {
    const answer = await client?.request({ method: 'GET', path: '/api/policy' })
    if (answer?.ok && answer.value.status === 200) options.onPolicy(answer.value.body)
    else log('warn', 'policy-not-served', { status: answer?.ok ? answer.value.status : null })
  }
  const fetchIce = async () => {
    clearTimeout(iceTimer)
    const answer = await client?.request({ method: 'GET', path: '/api/ice' })
    const ice = answer?.ok ? iceResponseSchema.safeParse(answer.value.body).data : undefined
    if (ice !== undefined) iceConfig = iceConfigOf(ice)
    options.onIce(iceConfig)
    if (ice === undefined) log('warn', 'ice-not-served', { status: answer?.ok ? answer.value.status : null })
    const inMs = ice === undefined ? retryIceAfterMs : (ice.expiresInS ?? 0) * 1000 * askIceAgainAfter
    if (inMs > 0 && client?.connection().kind === 'online') iceTimer = setTimeout(fetchIce, inMs)
  }
  const wakeStranded = () => {
    if (store.salvage() === null) stranded?.wake()
  }
  const connected = (connection: HubConnection) => {
    if (connection.kind === 'online') {
      connectedTimes += 1
      void fetchPolicy()
      void fetchIce()
      sync?.wake('connected')
      wakeStranded()
    }
    options.onConnection(connection)
  }

  const twinShows = () => {
    clearTimeout(twinTimer)
    twinTimer = setTimeout(() => options.onTwinNotice(null), twinGoneAfterMs)
    options.onTwinNotice(connectedTwice)
  }
  const sendMore = () => {
    if (client?.connection().kind !== 'online') return
    sync?.wake('appended')
    wakeStranded()
  }

  const begin = (connect: typeof connectToHub, { hub, hubPublicKey }: Enrolment) => {
    if (stage === 'closed') return
    const backoff = () => createBackoff({ ...hubBackoff, random })
    const { deviceId, sign } = identity
    const made = connect({
      hub,
      deviceId,
      sign,
      clock,
      backoff: backoff(),
      onConnection: connected,
      onMessage: (message) => (message.event === 'replaced' ? twinShows() : options.onMessage(message)),
      onMalformed: (event, words) => log('warn', 'hub-message-malformed', { event, words }),
    })
    client = made
    policyTimer = setInterval(() => {
      if (made.connection().kind === 'online') void fetchPolicy()
    }, askPolicyEveryMs)
    const durability = store.durability()
    if (durability.kind === 'volatile' && !durability.isRetried) return
    store.onSettled(sendMore)
    sync = startSync({
      deviceId,
      hubPublicKey,
      store: durablePart(store),
      post: ({ body, encoding }, signal) =>
        made.request({ method: 'POST', path: '/api/log', body, ...(encoding && { encoding }), signal }),
      askHead: (signal) => made.request({ method: 'GET', path: '/api/log', signal }),
      backoff: backoff(),
      onProgress: ({ seq }, signed) => {
        log('debug', 'log-acknowledged', { seq })
        options.proof.received(signed)
      },
      onFinding: options.proof.found,
      onNotice: options.onSyncNotice,
    })
    stranded = offerStranded({
      deviceId,
      job: options.stranded ?? [],
      post: (body, signal) => made.request({ method: 'POST', path: '/api/log/stranded', body, signal }),
      clock,
      say: log,
      onApart: (seqs) => options.proof.found({ kind: 'entries-quarantined', why: 'stranded', seqs }),
    })
  }

  return {
    start: (enrolment) => {
      stage = 'started'
      // Loaded only now: its libraries cost as much as the rest of this process, and the button needs none of them.
      import('../platform/node/hub-client.ts').then(
        ({ connectToHub }) => begin(connectToHub, enrolment),
        (error: unknown) => options.onSyncNotice(notInstalled(error)),
      )
    },
    connection: () => client?.connection() ?? { kind: stage === 'started' ? 'connecting' : 'none' },
    connectedTimes: () => connectedTimes,
    send: (event, message) =>
      client?.send(event, message) ?? Promise.resolve(fail('offline', 'This device is not enrolled.')),
    fetchPolicy: () => void fetchPolicy(),
    sync: sendMore,
    hint: () => client?.hint(),
    close: () => {
      stage = 'closed'
      clearTimeout(iceTimer)
      clearInterval(policyTimer)
      clearTimeout(twinTimer)
      sync?.close()
      stranded?.close()
      client?.close()
    },
  }
}

const connectedTwice: Problem = {
  kind: 'connected-twice',
  message:
    'Another computer is connected to the hub under this workstation’s name: it was probably set up from a copy of this one’s disk. The two take the connection from each other every few seconds, so the physician may not be reached at once. Use the telephone as well. Call your IT: one of the two computers must be enrolled anew. Do not delete anything.',
}
const notInstalled = (error: unknown): Problem => ({
  kind: 'hub-client-missing',
  message: `The part of Scanside that talks to the hub cannot be loaded (${error instanceof Error ? error.message : String(error)}). Call by telephone, and have your IT install Scanside again.`,
})
