import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { afterEach, expect, it, vi } from 'vitest'
import { createBackoff } from '../../../src/platform/node/backoff.ts'
import { systemClock } from '../../../src/platform/node/clock.ts'
import { connectToHub } from '../../../src/platform/node/hub-client.ts'
import { cleanUp, later } from '../../support/undo.ts'

afterEach(cleanUp)

it('connects again where the hub closes the connection in the breath in which it opened it', async () => {
  const http = createServer((request, response) => {
    const now = new Date().toISOString()
    const isFirst = request.url?.endsWith('challenge')
    const body = isFirst ? { challenge: 'c'.repeat(43) } : { token: 't', expiresInS: 900, now }
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, ...body }))
  })
  const sockets = new Server(http)
  later(() => sockets.close())
  let connections = 0
  sockets.of('/workstation').on('connection', (socket) => {
    connections += 1
    socket.disconnect(true)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const client = connectToHub({
    hub: `http://127.0.0.1:${port}`,
    deviceId: 'd-0123456789abcdef0123',
    sign: () => '',
    clock: systemClock(),
    backoff: createBackoff({ firstMs: 20, plateauMs: 20, plateauAttempts: 1000, maxMs: 20, random: () => 0 }),
    onConnection: () => undefined,
    onMessage: () => undefined,
    onMalformed: () => undefined,
  })
  later(client.close)
  await vi.waitFor(() => expect(connections).toBeGreaterThan(20), 10_000)
  expect(client.connection().kind).not.toBe('connecting')
})
