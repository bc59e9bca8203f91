import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { consoleKeyRequestSchema, type consoleKeyResponseSchema, type Me } from '../../contract/hub.ts'
import { isPublicKey, signJson } from '../../platform/node/ed25519.ts'
import { assertOwnOrigin, sessionCookie, sessionOfCookie } from '../auth.ts'
import { isoOf, nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import type { Session } from '../tokens.ts'
import { forgetSession } from './physician-ceremony.ts'

/** GET /api/physician/me · POST /console-key · POST /sign-out: what a signed-in browser may do. */
export function physicianSessionRoutes(
  app: FastifyInstance,
  ctx: HubContext,
  onSignedOut: (session: Session) => void,
): void {
  const sessionOf = (request: FastifyRequest) => sessionOfCookie(ctx, request.cookies[sessionCookie])
  const rateLimit = { max: ctx.limits.signInPerAddress, timeWindow: '1 minute' }

  app.get('/api/physician/me', async (request): Promise<Me> => {
    const { physicianId } = await sessionOf(request)
    const name = ctx.site.physician(physicianId)?.name ?? physicianId
    return { ok: true, physicianId, name, hubPublicKey: ctx.keys.publicKey }
  })

  app.post(
    '/api/physician/console-key',
    { config: { rateLimit } },
    async (request): Promise<z.infer<typeof consoleKeyResponseSchema>> => {
      assertOwnOrigin(ctx, request.headers.origin)
      const { physicianId, expiresAtMs } = await sessionOf(request)
      const { publicKey } = readBody(consoleKeyRequestSchema, request.body)
      if (!isPublicKey(publicKey))
        throw new Refusal(400, 'malformed', 'publicKey: 32 bytes of an Ed25519 key, in base64url.')
      const expiresAt = isoOf(expiresAtMs)
      const certificate = { physicianId, publicKey, issuedAt: nowIso(ctx.clock), expiresAt }
      await ctx.store.physicians.addCertificate(certificate)
      return { ok: true, signer: { certificate, signature: signJson(ctx.keys.privateKey, certificate) } }
    },
  )

  app.post('/api/physician/sign-out', async (request, reply) => {
    assertOwnOrigin(ctx, request.headers.origin)
    forgetSession(ctx, reply)
    const cookie = request.cookies[sessionCookie]
    const session = cookie === undefined ? undefined : await ctx.tokens.physician(cookie)
    if (session?.ok) {
      await ctx.store.physicians.endSession(session.value.sessionId, isoOf(session.value.expiresAtMs))
      onSignedOut(session.value)
    }
    return { ok: true }
  })
}
