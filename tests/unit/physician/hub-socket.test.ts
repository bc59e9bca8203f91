import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { HubProblem } from '../../../src/contract/hub.ts'
import { problem, unavailable } from '../../../src/hub/refusal.ts'
import {
  type HubConnection,
  type HubListeners,
  openHubSocket,
} from '../../../src/physician/hub/hub-socket.ts'
import { handClock } from './fixtures.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
  vi.unstubAllGlobals()
})

const { kind, message } = unavailable()
const databaseAway = problem(kind, message)
const hubFailed = problem('internal', 'The hub failed at this. Try again in a moment.')

/** A server that refuses a handshake in the hub's way, for as long as it has a reason. */
async function startServer() {
  const http = createServer()
  const server = new Server(http)
  const why: { handshake: HubProblem | null } = { handshake: null }
  let handshakes = 0
  server.of('/console').use((_, next) => {
    handshakes += 1
    if (why.handshake === null) next()
    else next(Object.assign(new Error(why.handshake.error.message), { data: why.handshake }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  undo.push(() => server.close())
  const { port } = http.address() as AddressInfo
  // Where the console's page came from.
  vi.stubGlobal('location', { protocol: 'http:', host: `127.0.0.1:${port}`, port: String(port) })
  return { why, handshakes: () => handshakes }
}

function open() {
  const clock = handClock()
  const said: HubConnection[] = []
  const socket = openHubSocket({
    clock,
    onConnection: (connection) => said.push(connection),
    listeners: {} as HubListeners,
    onMalformed: () => undefined,
  })
  undo.push(socket.close)
  const last = (kind: HubConnection['kind']) =>
    vi.waitFor(() => expect(said.at(-1)).toMatchObject({ kind }), { timeout: 5000, interval: 10 })
  return { clock, said, last }
}

describe('a hub whose handshake fails', () => {
  it.each([
    ['without its database', databaseAway],
    ['by its own mistake', hubFailed],
  ])(
    '%s: it is lost for now, no page is told to reload, and it is asked again by itself',
    async (_, reason) => {
      const server = await startServer()
      server.why.handshake = reason
      const { clock, said, last } = open()
      await last('offline')
      expect(said.at(-1)).toMatchObject({ kind: 'offline', words: reason.error.message })
      const [first] = said

      clock.advance(2000)
      await vi.waitFor(() => expect(server.handshakes()).toBe(2))
      await vi.waitFor(() => expect(said).toHaveLength(2))
      // The time since when, and not since the last attempt.
      expect(said[1]).toEqual(first)
      server.why.handshake = null
      clock.advance(2000)
      await last('online')
      expect(said.map((one) => one.kind)).not.toContain('refused')
    },
  )
})

it('a page of another protocol, and one without a session, are told so, and are tried again', async () => {
  const server = await startServer()
  server.why.handshake = problem('protocol-mismatch', 'Reload this page.')
  const { clock, said, last } = open()
  await last('refused')
  expect(said.at(-1)).toEqual({ kind: 'refused', reason: 'protocol', words: 'Reload this page.' })
  server.why.handshake = problem('not-signed-in', 'Sign in again.')
  clock.advance(5000)
  await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ reason: 'session-ended' }))
})
