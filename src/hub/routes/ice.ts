import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { iceResponseSchema } from '../../contract/hub.ts'
import { bearerOf, deviceOfRequest, sessionCookie, sessionOfCookie } from '../auth.ts'
import type { HubContext } from '../context.ts'

/** GET /api/ice: STUN, and TURN with credentials that expire (coturn's REST scheme). */
export function iceRoute(app: FastifyInstance, ctx: HubContext): void {
  const { turn, stunUrls = [], relayOnly = false } = ctx.config
  app.get('/api/ice', async (request): Promise<z.infer<typeof iceResponseSchema>> => {
    const who =
      bearerOf(request) === undefined
        ? (await sessionOfCookie(ctx, request.cookies[sessionCookie])).physicianId
        : await deviceOfRequest(ctx, request)
    const stun = stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : []
    if (turn === undefined) return { ok: true, iceServers: stun, expiresInS: null }
    const username = `${Math.floor(ctx.clock.nowMs() / 1000) + turn.ttlS}:${who}`
    const credential = createHmac('sha1', turn.secret).update(username).digest('base64')
    const relay = { urls: [...turn.urls], username, credential }
    const policy = relayOnly ? { relayOnly } : {}
    return { ok: true, iceServers: [...stun, relay], ...policy, expiresInS: turn.ttlS }
  })
}
