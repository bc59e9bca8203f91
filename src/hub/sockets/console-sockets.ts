import type { Namespace } from 'socket.io'
import { consoleToHub } from '../../contract/hub.ts'
import { assertMayConnect, assertOwnOrigin, sessionCookie, sessionOfCookie } from '../auth.ts'
import type { Services } from '../services.ts'
import type { Session } from '../tokens.ts'
import { assertProtocol, gate } from './handshake.ts'
import { listen } from './listen.ts'
import type { ConsolePeer } from './peers.ts'

/** `/console`: a page of a signed-in physician, recognised by its session cookie and its origin. */
export function consoleSockets(
  namespace: Namespace,
  services: Services,
  parseCookie: (header: string) => { readonly [name: string]: string | undefined },
): void {
  const { ctx, presence, paging, signalling, statements, inFlight } = services
  namespace.use(
    gate(ctx, async ({ handshake }) => {
      assertProtocol(handshake.auth)
      assertOwnOrigin(ctx, handshake.headers.origin)
      const session = await sessionOfCookie(ctx, parseCookie(handshake.headers.cookie ?? '')[sessionCookie])
      assertMayConnect(ctx, nameOf(session))
      return session
    }),
  )
  namespace.on('connection', (socket) => {
    // What the gate has let in.
    const session = socket.data.identity as Session
    const { physicianId, sessionId, expiresAtMs } = session
    const peer: ConsolePeer = {
      id: socket.id,
      isHere: true,
      physicianId,
      sessionId,
      sessionEndsAtMs: expiresAtMs,
      send: (event, message) => void socket.emit(event, message),
      close: () => void socket.disconnect(true),
    }
    listen(
      ctx,
      socket,
      nameOf(session),
      consoleToHub,
      {
        'on-call': {
          allowance: { burst: 20, perS: 2 },
          handle: ({ onCall, connectionId }) => {
            presence.setOnCall(peer, onCall ? connectionId : null)
            if (onCall) paging.cameOnCall(physicianId)
            return { ok: true }
          },
        },
        signal: {
          allowance: { burst: 1200, perS: 400 },
          handle: (message) => signalling.fromConsole(peer, message),
        },
        statement: { allowance: { burst: 500, perS: 50 }, handle: (signed) => statements.take(peer, signed) },
      },
      inFlight,
    )
    socket.on('disconnect', (reason) => {
      presence.removeConsole(peer)
      ctx.log.info({ physicianId, reason }, 'console disconnected')
    })
    ctx.log.info({ physicianId }, 'console connected')
    presence.addConsole(peer)
  })
}

/** A site may give a physician any name, also one that looks like a device's. */
const nameOf = ({ physicianId }: Session): string => `physician ${physicianId}`
