import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { ok } from '../../../src/domain/result.ts'
import type { HubContext } from '../../../src/hub/context.ts'
import { logRoute } from '../../../src/hub/routes/log.ts'
import { createServer } from '../../../src/hub/server.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { ask } from './kit.ts'

afterEach(cleanUp)

/** What waits here for its turn, as at a database that is slow. */
function slowness() {
  let waiting: (() => void)[] = []
  let isOver = false
  return {
    turn: () => (isOver ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    count: () => waiting.length,
    end() {
      isOver = true
      for (const go of waiting) go()
      waiting = []
    },
  }
}

/** The route alone, before a store that says when it answers who a device is and where its chain ends. */
async function scene() {
  const [identity, chain] = [slowness(), slowness()]
  const refused: string[] = []
  let known = 0
  const ctx = {
    tokens: { device: async () => identity.turn().then(() => ok('d-1')) },
    allowances: { take: () => true },
    refusals: { count: (kind: string) => void refused.push(kind) },
    directory: { roomOf: () => 'ct-1' },
    store: {
      devices: {
        async get() {
          known += 1
          return { revokedAt: null, roomId: 'ct-1' }
        },
      },
      log: { head: async () => chain.turn().then(() => emptyChain) },
    },
  }
  const app = await createServer({ port: 0, logLevel: 'error' })
  logRoute(app, ctx as unknown as HubContext, () => undefined)
  const url = await app.listen({ port: 0 })
  later(() => app.close())
  const closed: Socket[] = []
  app.server.on('connection', (socket) => socket.once('close', () => closed.push(socket)))
  return { url, identity, chain, refused, knownCount: () => known, closedCount: () => closed.length }
}

const body = JSON.stringify({ deviceId: 'd-2', entries: [{}] })
const head = `POST /api/log HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer t\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`

const send = (url: string, text: string): Socket => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  later(() => socket.destroy())
  socket.on('error', () => undefined)
  socket.write(text)
  return socket
}
/** A batch in another device's name: refused in words once the chain has answered. */
const post = async (url: string) =>
  (await ask(url, '/api/log', { json: JSON.parse(body), headers: { authorization: 'Bearer t' } })).status

it('a workstation that hangs up while it is asked who it is takes no place for ever', async () => {
  const { url, identity, chain, closedCount } = await scene()
  chain.end()
  const gone = Array.from({ length: 9 }, () => send(url, `${head}{`))
  await expect.poll(identity.count, { timeout: 20_000 }).toBe(9)
  for (const socket of gone) socket.destroy()
  await expect.poll(closedCount, { timeout: 20_000 }).toBe(9)
  identity.end()
  await expect.poll(() => post(url), { timeout: 20_000 }).toBe(409)
})

it('a batch has its place for as long as the hub works on it, though its sender has hung up', async () => {
  const { url, identity, chain, refused, knownCount, closedCount } = await scene()
  identity.end()
  const gone = Array.from({ length: 8 }, () => send(url, head + body))
  await expect.poll(knownCount, { timeout: 20_000 }).toBe(8)
  // Batches of one device are taken one after the other.
  await expect.poll(chain.count, { timeout: 20_000 }).toBe(1)
  expect(await post(url)).toBe(429)
  for (const socket of gone) socket.destroy()
  await expect.poll(closedCount, { timeout: 20_000 }).toBeGreaterThanOrEqual(8)
  expect(await post(url)).toBe(429)
  chain.end()
  await expect.poll(() => post(url), { timeout: 20_000 }).toBe(409)
  expect(refused.length).toBe(9)
})
