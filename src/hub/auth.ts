import type { FastifyRequest } from 'fastify'
import type { Allowance } from './allowances.ts'
import type { HubContext } from './context.ts'
import { Refusal } from './refusal.ts'
import type { Session } from './tokens.ts'

export const sessionCookie = 'scanside_session'

/** The enrolled device that this token speaks for. @throws {Refusal} */
export async function deviceOfToken(ctx: HubContext, token: string | undefined): Promise<string> {
  if (token === undefined || token === '')
    throw new Refusal(401, 'token-missing', 'This needs a device token: ask for one at /api/device/token.')
  const read = await ctx.tokens.device(token)
  if (!read.ok) throw new Refusal(401, read.error.kind, `${read.error.message} Ask for a new one.`)
  await assertEnrolled(ctx, read.value)
  return read.value
}

/** Far above a catch-up with the small batches of older workstations. */
const requestAllowance: Allowance = { burst: 300, perS: 100 }
/** A network that comes and goes, or pages that are loaded anew, stay below it. */
const connectAllowance: Allowance = { burst: 30, perS: 1 }

/** The enrolled device that asks this, within what one device may ask. @throws {Refusal} */
export async function deviceOfRequest(ctx: HubContext, request: FastifyRequest): Promise<string> {
  const deviceId = await deviceOfToken(ctx, bearerOf(request))
  if (!ctx.allowances.take(`${deviceId} http`, requestAllowance))
    throw new Refusal(
      429,
      'throttled',
      'This workstation asks too much of the hub. Wait a second, then try again.',
    )
  return deviceId
}

/** The token in the `Authorization` header. */
export const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]

/** Everybody whom a room or a physician has to do with hears of each connection. @throws {Refusal} */
export function assertMayConnect(ctx: HubContext, who: string): void {
  if (!ctx.allowances.take(`${who} connect`, connectAllowance))
    throw new Refusal(429, 'too-fast', 'Too many connections at once. Wait a moment, then connect again.')
}

/** @throws {Refusal} if the device is unknown or has been revoked. */
export async function assertEnrolled(ctx: HubContext, deviceId: string): Promise<string> {
  const device = await ctx.store.devices.get(deviceId)
  if (device === null)
    throw new Refusal(
      404,
      'device-unknown',
      'This workstation is not enrolled at this hub. Enrol it with a code.',
    )
  if (device.revokedAt !== null)
    throw new Refusal(
      403,
      'device-revoked',
      `This workstation was revoked on ${device.revokedAt}. Enrol it again with a new code if it should be in use.`,
    )
  // Enrolled at another hub just now.
  if (ctx.directory.roomOf(deviceId) !== device.roomId) ctx.directory.enrolled(device)
  return device.publicKey
}

/** The physician's session behind a cookie's value. @throws {Refusal} */
export async function sessionOfCookie(ctx: HubContext, cookie: string | undefined): Promise<Session> {
  if (cookie === undefined || cookie === '') throw new Refusal(401, 'not-signed-in', 'Sign in first.')
  const read = await ctx.tokens.physician(cookie)
  if (!read.ok || (await ctx.store.physicians.isEnded(read.value.sessionId)))
    throw new Refusal(401, 'session-ended', 'Your session has ended. Sign in again.')
  if (ctx.site.physician(read.value.physicianId) === undefined)
    throw new Refusal(
      403,
      'session-of-nobody',
      'You are no longer among this site’s physicians. Ask its administrator.',
    )
  return read.value
}

/** A browser says where a request was made; only our own page may act with its session. @throws {Refusal} */
export function assertOwnOrigin(ctx: HubContext, origin: string | undefined): void {
  const own = new URL(ctx.publicUrl()).origin
  if (origin !== own)
    throw new Refusal(
      403,
      'wrong-origin',
      `This is only taken from the console’s own page. Open it at ${own}.`,
    )
}
