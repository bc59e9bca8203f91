import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A cable that can be pulled: everything that goes through it is cut at once, and nothing new gets through. */
export type TcpGate = {
  readonly port: number
  readonly cut: () => void
  readonly mend: () => void
  readonly close: () => Promise<void>
}

export async function openGate(target: { readonly host: string; readonly port: number }): Promise<TcpGate> {
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(target)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    isCut = true
    for (const socket of open) socket.destroy()
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    mend: () => {
      isCut = false
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
