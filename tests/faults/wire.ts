import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { logAckSchema } from '../../src/contract/hub.ts'

/** What a wire does to one exchange, besides carrying it. */
export const wireFaults = [
  'request lost',
  'request cut in its middle',
  'request delivered twice',
  'reply lost',
  'reply cut in its middle',
  'reply delayed',
  'reply repeated: an earlier one instead',
  'another program answers 502',
] as const
export type WireFault = (typeof wireFaults)[number]

export type WireAck = { readonly deviceId: string; readonly seq: number; readonly hash: string }

/** What lies between workstations and a hub: carries everything, and does to batches of the log what it is told. */
export type Wire = {
  readonly url: string
  /** Asked at each batch of the log; null carries it as it should be. */
  readonly setFaults: (draw: () => WireFault | null) => void
  /** Batches that are at the hub and have no reply yet. */
  readonly inFlight: () => number
  /** Resolves when the next batch goes to the hub. */
  readonly nextBatch: () => Promise<void>
  /** Every acknowledgement that has left the hub, delivered or not. */
  readonly acks: () => readonly WireAck[]
  readonly close: () => Promise<void>
}

type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }

const longestDelayMs = 700

/** @param onFault told of each fault that was done */
export async function openWire(hubPort: number, onFault: (fault: WireFault) => void): Promise<Wire> {
  const sockets = new Set<Socket>()
  const acks: WireAck[] = []
  const lastReplies = new Map<string, Reply>()
  let waiting: (() => void)[] = []
  let draw: () => WireFault | null = () => null
  let inFlight = 0

  const carry = (incoming: IncomingMessage, body: Buffer, cutAt = body.length): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { method, url, headers } = incoming
      const { 'accept-encoding': _, connection: __, ...rest } = headers
      const outgoing = request({
        host: '127.0.0.1',
        port: hubPort,
        method,
        path: url,
        headers: rest,
        agent: false,
      })
      outgoing.on('error', reject)
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
        )
      })
      if (cutAt === body.length) return void outgoing.end(body)
      outgoing.write(body.subarray(0, cutAt), () => outgoing.destroy(new Error('cut')))
    })

  const batch = async (incoming: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> => {
    const deviceId = deviceOf(incoming, body)
    const earlier = lastReplies.get(deviceId)
    const drawn = draw()
    const fault = drawn === 'reply repeated: an earlier one instead' && earlier === undefined ? null : drawn
    if (fault !== null) onFault(fault)
    const cut = () => void answer.destroy()
    if (fault === 'request lost') return cut()
    if (fault === 'another program answers 502') {
      return void answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    }
    inFlight += 1
    for (const tell of waiting) tell()
    waiting = []
    let reply: Reply
    try {
      if (fault === 'request cut in its middle') await carry(incoming, body, Math.floor(body.length / 2))
      if (fault === 'request delivered twice') await carry(incoming, body)
      reply = await carry(incoming, body)
    } finally {
      inFlight -= 1
    }
    const ack = ackIn(reply)
    if (ack !== undefined) acks.push({ deviceId, seq: ack.ack, hash: ack.hash })
    lastReplies.set(deviceId, reply)
    if (fault === 'reply lost') return cut()
    if (fault === 'reply delayed') await pause(longestDelayMs)
    if (fault === 'reply cut in its middle') {
      answer.writeHead(reply.status, { ...reply.headers, 'content-length': String(reply.body.length) })
      answer.write(reply.body.subarray(0, Math.floor(reply.body.length / 2)), cut)
      return
    }
    pass(answer, fault === 'reply repeated: an earlier one instead' && earlier ? earlier : reply)
  }

  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const isBatch = incoming.method === 'POST' && incoming.url === '/api/log'
      const carried = isBatch
        ? batch(incoming, body, answer)
        : carry(incoming, body).then((r) => pass(answer, r))
      // The hub is dead, or was cut off: so is who waits for it.
      carried.catch(() => void answer.destroy())
    })
  })
  // Sockets of the hub's other channel: as they are.
  server.on('upgrade', (incoming, near: Socket, head) => {
    const far = connect(hubPort, '127.0.0.1')
    const lines = incoming.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
    )
    far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    setFaults: (next) => {
      draw = next
    },
    inFlight: () => inFlight,
    nextBatch: () => new Promise((resolve) => waiting.push(resolve)),
    acks: () => acks,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(answer: ServerResponse, { status, headers, body }: Reply): void {
  const { 'transfer-encoding': _, connection: __, ...rest } = headers
  answer.writeHead(status, { ...rest, 'content-length': String(body.length) }).end(body)
}

function deviceOf({ headers }: IncomingMessage, body: Buffer): string {
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return String(/"deviceId":"([^"]+)"/.exec(text.toString('utf8', 0, 200))?.[1])
}

function ackIn({ status, body }: Reply) {
  if (status !== 200) return undefined
  return logAckSchema.safeParse(JSON.parse(body.toString())).data
}
