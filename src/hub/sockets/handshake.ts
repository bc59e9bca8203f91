import type { Socket } from 'socket.io'
import { z } from 'zod'
import { protocolVersion } from '../../contract/hub.ts'
import type { HubContext } from '../context.ts'
import { problem, Refusal, unavailable } from '../refusal.ts'
import { StoreUnavailable } from '../store-problem.ts'

const protocolSchema = z.looseObject({ protocol: z.int() })

/** Refuses a client of another protocol before anything else is asked of it. @throws {Refusal} */
export function assertProtocol(auth: unknown): void {
  const parsed = protocolSchema.safeParse(auth)
  if (!parsed.success) throw new Refusal(400, 'malformed', 'The handshake lacks a protocol version.')
  const { protocol } = parsed.data
  if (protocol === protocolVersion) return
  const which = protocol < protocolVersion ? 'Update this program (or reload this page)' : 'Update the hub'
  throw new Refusal(
    426,
    'protocol-mismatch',
    `This program speaks protocol ${protocol}, the hub ${protocolVersion}. ${which}.`,
  )
}

/** Turns a check into Socket.IO's middleware: a refusal reaches the client as `connect_error` with a HubProblem. */
export function gate<T>(ctx: HubContext, admit: (socket: Socket) => Promise<T>) {
  return (socket: Socket, next: (error?: Error & { data?: unknown }) => void): void => {
    if (triesTooOften(socket)) return void socket.conn.close()
    admit(socket).then(
      (identity) => {
        socket.data.identity = identity
        next()
      },
      (error: unknown) => {
        const refusal = asRefusal(error)
        if (refusal !== error) ctx.log.error({ err: error }, 'a handshake failed')
        ctx.refusals.count(refusal.kind)
        ctx.log.info({ namespace: socket.nsp.name, kind: refusal.kind }, 'socket refused')
        next(Object.assign(new Error(refusal.message), { data: problem(refusal.kind, refusal.message) }))
      },
    )
  }
}

/** One connection may ask again, as a console does whose session has ended; it may not go on guessing. */
function triesTooOften({ conn }: Socket): boolean {
  const tries = (triesOf.get(conn) ?? 0) + 1
  triesOf.set(conn, tries)
  return tries > maxTries
}
const triesOf = new WeakMap<Socket['conn'], number>()
const maxTries = 10

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof StoreUnavailable) return unavailable()
  return new Refusal(500, 'internal', 'The hub failed at this. Try again in a moment.')
}
