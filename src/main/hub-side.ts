import { type IceServers, iceResponseSchema, type MessageOf, type workstationToHub } from '../contract/hub.ts'
import type { HubConnection } from '../contract/ipc.ts'
import type { Problem, Result } from '../domain/result.ts'
import { fail } from '../domain/result.ts'
import { createBackoff, hubBackoff } from '../platform/node/backoff.ts'
import type { Clock } from '../platform/node/clock.ts'
import type { DeviceIdentity, Enrolment } from '../platform/node/device-identity.ts'
import { connectToHub, type HubClient, type HubMessage } from '../platform/node/hub-client.ts'
import type { LogStore } from '../platform/node/log-store-types.ts'
import { type Sync, startSync } from '../platform/node/sync.ts'
import type { AppLog } from './ports.ts'

export type HubSideOptions = {
  readonly identity: DeviceIdentity
  /** The log on disk; null when there is none, and then nothing is synced: its chain is not this one. */
  readonly store: LogStore | null
  readonly clock: Clock
  readonly random: () => number
  readonly log: AppLog
  readonly onConnection: (connection: HubConnection) => void
  readonly onMessage: (message: HubMessage) => void
  /** What the hub serves as policy, unchecked. */
  readonly onPolicy: (value: unknown) => void
  readonly onIceServers: (servers: IceServers) => void
  readonly onSyncNotice: (problem: Problem | null) => void
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
  readonly appended: () => void
  readonly hint: () => void
  readonly close: () => void
}

/** The hub signs a policy anew when half of its time is over; asking this often never misses that, ms. */
const askPolicyEveryMs = 10 * 60_000
const askIceAgainAfter = 0.8
const retryIceAfterMs = 30_000

export function createHubSide(options: HubSideOptions): HubSide {
  const { identity, store, clock, random, log } = options
  let client: HubClient | undefined
  let sync: Sync | undefined
  let connectedTimes = 0
  let iceTimer: NodeJS.Timeout | undefined
  let policyTimer: NodeJS.Timeout | undefined

  const fetchPolicy = async () => {
    const answer = await client?.request({ method: 'GET', path: '/api/policy' })
    if (answer?.ok && answer.value.status === 200) options.onPolicy(answer.value.body)
    else log('warn', 'policy-not-served', { status: answer?.ok ? answer.value.status : null })
  }
  const fetchIce = async () => {
    clearTimeout(iceTimer)
    const answer = await client?.request({ method: 'GET', path: '/api/ice' })
    const ice = answer?.ok ? iceResponseSchema.safeParse(answer.value.body).data : undefined
    if (ice !== undefined) options.onIceServers(ice.iceServers)
    else log('warn', 'ice-not-served', { status: answer?.ok ? answer.value.status : null })
    const inMs = ice === undefined ? retryIceAfterMs : (ice.expiresInS ?? 0) * 1000 * askIceAgainAfter
    if (inMs > 0 && client?.connection().kind === 'online') iceTimer = setTimeout(fetchIce, inMs)
  }
  const connected = (connection: HubConnection) => {
    if (connection.kind === 'online') {
      connectedTimes += 1
      void fetchPolicy()
      void fetchIce()
      sync?.wake('connected')
    }
    options.onConnection(connection)
  }

  return {
    start: ({ hub }) => {
      const backoff = () => createBackoff({ ...hubBackoff, random })
      const { deviceId, sign } = identity
      const made = connectToHub({
        hub,
        deviceId,
        sign,
        clock,
        backoff: backoff(),
        onConnection: connected,
        onMessage: options.onMessage,
        onMalformed: (event, words) => log('warn', 'hub-message-malformed', { event, words }),
      })
      client = made
      policyTimer = setInterval(() => {
        if (made.connection().kind === 'online') void fetchPolicy()
      }, askPolicyEveryMs)
      if (store === null) return
      sync = startSync({
        deviceId,
        store,
        post: (body) => made.request({ method: 'POST', path: '/api/log', body }),
        backoff: backoff(),
        onProgress: ({ seq }) => log('debug', 'log-acknowledged', { seq }),
        onNotice: options.onSyncNotice,
      })
    },
    connection: () => client?.connection() ?? { kind: 'none' },
    connectedTimes: () => connectedTimes,
    send: (event, message) =>
      client?.send(event, message) ?? Promise.resolve(fail('offline', 'This device is not enrolled.')),
    fetchPolicy: () => void fetchPolicy(),
    appended: () => {
      if (client?.connection().kind === 'online') sync?.wake('appended')
    },
    hint: () => client?.hint(),
    close: () => {
      clearTimeout(iceTimer)
      clearInterval(policyTimer)
      sync?.close()
      client?.close()
    },
  }
}
