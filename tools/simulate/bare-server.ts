import { createServer } from 'node:http'
import { Server } from 'socket.io'

// Socket.IO as it comes, in a process of its own: what it answers, it answers at once.
const server = createServer()
new Server(server, { transports: ['websocket'] }).on('connection', (socket) => {
  socket.on('echo', (value: unknown, acknowledge: (value: unknown) => void) => acknowledge(value))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) process.send?.(`http://127.0.0.1:${address.port}`)
})
process.once('disconnect', () => process.exit(0))
