import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Server } from 'socket.io'
import { build } from 'vite'

// The least server that carries a message from one page to another: Socket.IO as it comes, in a process of its own.

async function bundled(): Promise<string> {
  const entry = fileURLToPath(new URL('page.ts', import.meta.url))
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'barePage' } },
  })
  const [output] = Array.isArray(result) ? result : [result]
  if (output === undefined || !('output' in output)) throw new Error('the bundler wrote nothing')
  return output.output[0].code
}

const script = await bundled()
const server = createServer((request, response) => {
  if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script)
  else
    response
      .setHeader('content-type', 'text/html')
      .end('<!doctype html><script src="/page.js" defer></script>')
})
const io = new Server(server, { transports: ['websocket'] })
io.on('connection', (socket) => {
  socket.on('echo', (value: unknown, acknowledge: (value: unknown) => void) => acknowledge(value))
  for (const event of ['press', 'signal']) {
    socket.on(event, (value: unknown) => socket.broadcast.emit(event, value))
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`listening on ${address.port}`)
})
process.on('SIGTERM', () => process.exit(0))
