import type { FastifyInstance } from 'fastify'
import type { SignedPolicy } from '../../contract/hub.ts'
import { deviceOfToken } from '../auth.ts'
import type { HubContext } from '../context.ts'
import { bearerOf } from './device.ts'

/** GET /api/policy: the site's decisions, signed by the hub. */
export function policyRoute(app: FastifyInstance, ctx: HubContext): void {
  app.get('/api/policy', async (request): Promise<SignedPolicy> => {
    await deviceOfToken(ctx, bearerOf(request))
    await ctx.site.refresh()
    return ctx.site.signed()
  })
}
