import { io, type Socket } from 'socket.io-client'
import { protocolVersion } from '../../../src/contract/hub.ts'

/**
 * A workstation gone mad, in a process of its own, for a test to end: as fast as it can, over a socket that it opens
 * again whenever it loses it, and over HTTP. Says each second what it has sent.
 */
const [url = '', token = '', deviceId = ''] = process.argv.slice(2)
const sent = { messages: 0, connections: 0, refusedConnections: 0, requests: 0, cutOff: 0 }
const atOnce = 200
/** No more than this waits in this process for the wire, so that it floods the hub and not itself. */
const maxQueuedBytes = 4 * 1024 * 1024
const large = 'x'.repeat(200_000)

const messages: readonly (readonly [event: string, message: unknown])[] = [
  ['signal', { physicianId: 'dr-chen', connectionId: 'c', epoch: 0, data: {} }],
  ['status', { step: 'ready', technologistSignedIn: true, primary: null, standby: null }],
  ['status', { step: 'idle', technologistSignedIn: true, primary: null, standby: null }],
  ['page-end', { escalationId: 'e-none', outcome: 'ended', words: '' }],
  ['statement-logged', { statementId: 's-none' }],
  ['no-such-event', {}],
  ['page', { page: 'none' }],
]

function flood(socket: Socket): void {
  if (!socket.connected) return
  const queued = (socket.io.engine.transport as { ws?: WebSocket }).ws?.bufferedAmount ?? 0
  if (queued < maxQueuedBytes)
    for (let i = 0; i < atOnce; i += 1) {
      const [event, message] = messages[sent.messages % messages.length] ?? messages[0]!
      socket.emit(event, sent.messages % 1000 === 0 ? large : message)
      sent.messages += 1
    }
  setImmediate(flood, socket)
}

function connect(): void {
  const socket = io(`${url}/workstation`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocol: protocolVersion, token },
  })
  const again = () => void setTimeout(connect, 20)
  socket.once('connect', () => {
    sent.connections += 1
    flood(socket)
  })
  socket.once('connect_error', () => {
    sent.refusedConnections += 1
    socket.disconnect()
    again()
  })
  socket.once('disconnect', () => {
    sent.cutOff += 1
    again()
  })
}

async function ask(): Promise<void> {
  for (;;) {
    await fetch(`${url}/api/log`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ deviceId, entries: [large] }),
    }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    )
    sent.requests += 1
  }
}

connect()
for (let i = 0; i < 10; i += 1) void ask()
setInterval(() => console.log(JSON.stringify(sent)), 1000)
