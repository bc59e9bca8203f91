import type { FastifyInstance } from 'fastify'
import { deviceIdOf, type EnrolResponse, enrolRequestSchema } from '../../contract/hub.ts'
import { isPublicKey, publicKeySha256 } from '../../platform/node/ed25519.ts'
import { nowIso } from '../clock.ts'
import { hashCode } from '../codes.ts'
import type { HubContext } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'

/** POST /api/enrol: a one-time code makes a device's key known. */
export function enrolRoute(
  app: FastifyInstance,
  ctx: HubContext,
  onEnrolled: (deviceId: string, roomId: string) => void,
): void {
  const rateLimit = { max: ctx.limits.enrolPerAddress, timeWindow: '1 minute' }
  app.post('/api/enrol', { config: { rateLimit } }, async (request): Promise<EnrolResponse> => {
    const { code, publicKey, hostname } = readBody(enrolRequestSchema, request.body)
    if (!isPublicKey(publicKey))
      throw new Refusal(400, 'malformed', 'publicKey: 32 bytes of an Ed25519 key, in base64url.')
    const now = nowIso(ctx.clock)
    const codeHash = hashCode(code)
    const found = await ctx.store.enrolment.code(codeHash)
    if (found === null)
      throw new Refusal(
        403,
        'code-wrong',
        'This code is not known here. Check each letter and the hub’s address.',
      )
    if (found.usedAt !== null) throw usedCode(found.usedAt)
    if (found.expiresAt <= now)
      throw new Refusal(403, 'code-expired', `This code expired at ${found.expiresAt}. Ask for a new one.`)
    const { roomId } = found
    if (ctx.site.room(roomId) === undefined)
      throw new Refusal(
        403,
        'room-gone',
        `The room "${roomId}" of this code is no longer in the site. Ask for a new code.`,
      )

    const deviceId = deviceIdOf(publicKeySha256(publicKey))
    const device = { deviceId, publicKey, roomId, hostname, enrolledAt: now }
    if (!(await ctx.store.enrolment.enrol(codeHash, device))) throw usedCode(now)
    ctx.directory.enrolled(device)
    ctx.log.info({ deviceId, roomId }, 'workstation enrolled')
    onEnrolled(deviceId, roomId)
    const siteId = ctx.site.policy().site.id
    return { ok: true, deviceId, siteId, roomId, hubPublicKey: ctx.keys.publicKey }
  })
}

const usedCode = (at: string): Refusal =>
  new Refusal(
    403,
    'code-used',
    `This code was used up at ${at}. Each code enrols one workstation: ask for a new one.`,
  )
