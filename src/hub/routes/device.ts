import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { challengeRequestSchema, challengeToSign, tokenRequestSchema } from '../../contract/hub.ts'
import { verifyJson } from '../../platform/node/ed25519.ts'
import { assertEnrolled } from '../auth.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { createOnce } from '../once.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import { deviceTokenS } from '../tokens.ts'

const challengeMs = 60_000
const namedDevice = z.object({ deviceId: z.string() })

/** POST /api/device/challenge → /api/device/token: possession of the device's key buys a short-lived token. */
export function deviceRoutes(app: FastifyInstance, ctx: HubContext): void {
  const challenges = createOnce<string>(ctx.store.once, ctx.clock, 'device', challengeMs)
  // Counted by device, so that a whole hospital behind one address can come back at once.
  const rateLimit = {
    max: ctx.limits.tokenPerDevice * 2,
    timeWindow: '1 minute',
    hook: 'preHandler' as const,
    groupId: 'device-token',
    keyGenerator: (request: FastifyRequest) => {
      const named = namedDevice.safeParse(request.body)
      return `${request.ip} ${named.success ? named.data.deviceId.slice(0, 64) : ''}`
    },
  }

  app.post('/api/device/challenge', { config: { rateLimit } }, async (request) => {
    const { deviceId } = readBody(challengeRequestSchema, request.body)
    await assertEnrolled(ctx, deviceId)
    return { ok: true, challenge: await challenges.issue(deviceId) }
  })

  app.post('/api/device/token', { config: { rateLimit } }, async (request) => {
    const { deviceId, challenge, signature } = readBody(tokenRequestSchema, request.body)
    if ((await challenges.take(challenge)) !== deviceId)
      throw new Refusal(
        401,
        'challenge-invalid',
        'This challenge is not open: it was used, expired, or another’s. Ask for a new one.',
      )
    const publicKey = await assertEnrolled(ctx, deviceId)
    if (!verifyJson(publicKey, challengeToSign(deviceId, challenge), signature))
      throw new Refusal(401, 'signature-invalid', 'The signature is not by this workstation’s enrolled key.')
    return {
      ok: true,
      token: await ctx.tokens.forDevice(deviceId),
      expiresInS: deviceTokenS,
      now: nowIso(ctx.clock),
    }
  })
}
