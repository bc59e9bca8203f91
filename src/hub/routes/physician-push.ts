import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import {
  type doneSchema,
  pushEndSchema,
  type pushKeyResponseSchema,
  pushSubscriptionSchema,
} from '../../contract/hub.ts'
import { assertOwnOrigin, sessionCookie, sessionOfCookie } from '../auth.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { isPushService } from '../pagers/web-push.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'

/** GET and POST /api/physician/push · POST /push/end: which browsers take pages for a physician. */
export function physicianPushRoutes(app: FastifyInstance, ctx: HubContext): void {
  const rateLimit = { max: ctx.limits.signInPerAddress, timeWindow: '1 minute' }
  const sessionOf = (request: FastifyRequest) => sessionOfCookie(ctx, request.cookies[sessionCookie])
  const { pushSubscriptions } = ctx.store

  app.get('/api/physician/push', async (request): Promise<z.infer<typeof pushKeyResponseSchema>> => {
    const { physicianId } = await sessionOf(request)
    const pagers = ctx.site.physician(physicianId)?.pagers ?? []
    const wanted = pagers.some(({ kind }) => kind === 'web-push')
    return { ok: true, wanted, publicKey: ctx.ways.vapidPublicKey }
  })

  app.post(
    '/api/physician/push',
    { config: { rateLimit } },
    async (request): Promise<z.infer<typeof doneSchema>> => {
      assertOwnOrigin(ctx, request.headers.origin)
      const { physicianId } = await sessionOf(request)
      const subscription = readBody(pushSubscriptionSchema, request.body)
      // An address that a browser names, and that the hub will call: it may lead to nothing else.
      if (!isPushService(subscription.endpoint, ctx.config.pagers?.webPush))
        throw new Refusal(
          400,
          'push-service-unknown',
          'This browser’s push service is not among those that the hub uses. Ask its administrator to name it (webPush.services).',
        )
      await pushSubscriptions.put({ ...subscription, physicianId, createdAt: nowIso(ctx.clock) })
      ctx.log.info({ physicianId }, 'browser takes pages')
      return { ok: true }
    },
  )

  app.post('/api/physician/push/end', async (request): Promise<z.infer<typeof doneSchema>> => {
    assertOwnOrigin(ctx, request.headers.origin)
    const { physicianId } = await sessionOf(request)
    const { endpoint } = readBody(pushEndSchema, request.body)
    const own = await pushSubscriptions.of(physicianId)
    if (own.some((known) => known.endpoint === endpoint)) await pushSubscriptions.remove(endpoint)
    return { ok: true }
  })
}
