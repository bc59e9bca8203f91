import type { FastifyInstance } from 'fastify'
import type { SignedPolicy } from '../../contract/hub.ts'
import { deviceOfRequest } from '../auth.ts'
import type { HubContext } from '../context.ts'

/** GET /api/policy: the site's decisions, signed by the hub. */
export function policyRoute(app: FastifyInstance, ctx: HubContext): void {
  app.get('/api/policy', async (request): Promise<SignedPolicy> => {
    await deviceOfRequest(ctx, request)
    await ctx.site.refresh()
    return ctx.site.signed()
  })
}
