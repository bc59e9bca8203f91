import type { Namespace } from 'socket.io'
import { z } from 'zod'
import { workstationToHub } from '../../contract/hub.ts'
import { assertMayConnect, deviceOfToken } from '../auth.ts'
import type { Services } from '../services.ts'
import { assertProtocol, gate } from './handshake.ts'
import { listen } from './listen.ts'
import type { WorkstationPeer } from './peers.ts'

const authSchema = z.looseObject({ token: z.string() })

/** `/workstation`: a room's device, recognised by its token. */
export function workstationSockets(namespace: Namespace, services: Services): void {
  const { ctx, presence, paging, signalling, statements, inFlight } = services
  namespace.use(
    gate(ctx, async ({ handshake }) => {
      assertProtocol(handshake.auth)
      const deviceId = await deviceOfToken(ctx, authSchema.safeParse(handshake.auth).data?.token)
      assertMayConnect(ctx, deviceId)
      return deviceId
    }),
  )
  namespace.on('connection', (socket) => {
    // What the gate has let in.
    const deviceId = socket.data.identity as string
    const roomId = ctx.directory.roomOf(deviceId)
    // Revoked between its token and now.
    if (roomId === undefined) return void socket.disconnect(true)
    const peer: WorkstationPeer = {
      id: socket.id,
      isHere: true,
      deviceId,
      roomId,
      send: (event, message) => void socket.emit(event, message),
      close: () => void socket.disconnect(true),
    }
    listen(
      ctx,
      socket,
      deviceId,
      workstationToHub,
      {
        signal: {
          allowance: { burst: 600, perS: 200 },
          handle: (message) => signalling.fromWorkstation(peer, message),
        },
        page: { allowance: { burst: 30, perS: 5 }, handle: ({ page }) => paging.page(peer, page) },
        'page-end': { allowance: { burst: 30, perS: 5 }, handle: (end) => paging.end(deviceId, end) },
        status: {
          allowance: { burst: 40, perS: 5 },
          handle: (status) => {
            presence.setStatus(peer, status)
            return { ok: true }
          },
        },
        'statement-logged': {
          allowance: { burst: 2000, perS: 200 },
          handle: (message) => statements.logged(peer, message),
        },
      },
      inFlight,
    )
    socket.on('disconnect', (reason) => {
      presence.removeWorkstation(peer)
      ctx.log.info({ deviceId, reason }, 'workstation disconnected')
    })
    ctx.log.info({ deviceId, roomId }, 'workstation connected')
    presence.addWorkstation(peer)
    services.run(statements.deliver(peer))
  })
}
