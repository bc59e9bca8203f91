import type { FastifyInstance } from 'fastify'
import { isoOf } from '../clock.ts'
import type { HubContext } from '../context.ts'

/** GET /api/health: for load balancers and monitors. 503 when the database does not answer. */
export function healthRoute(app: FastifyInstance, ctx: HubContext): void {
  const startedAtMs = ctx.clock.nowMs()
  app.get('/api/health', async (_request, reply) => {
    const now = ctx.clock.nowMs()
    const database = await ctx.store.check().then(
      () => 'ok' as const,
      (error: unknown) => {
        ctx.log.error({ err: error }, 'the database does not answer')
        return 'failed' as const
      },
    )
    return reply.code(database === 'ok' ? 200 : 503).send({
      ok: database === 'ok',
      database,
      uptimeS: Math.floor((now - startedAtMs) / 1000),
      now: isoOf(now),
      ...(ctx.copy && { copy: ctx.copy.status() }),
    })
  })
}
