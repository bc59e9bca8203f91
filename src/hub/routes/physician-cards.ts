import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { cardsWordRequestSchema, type doneSchema, type SiteCards } from '../../contract/hub.ts'
import { isMedicalDirector } from '../../domain/policy/judge-cards.ts'
import { dayOf } from '../../domain/time.ts'
import { assertOwnOrigin, sessionCookie, sessionOfCookie } from '../auth.ts'
import type { CardsApprovals } from '../cards-approvals.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { readBody } from '../server.ts'

/** GET /api/physician/cards · POST /api/physician/cards/approval: the site's reaction cards, and who approves them. */
export function physicianCardsRoutes(app: FastifyInstance, ctx: HubContext, approvals: CardsApprovals): void {
  const rateLimit = { max: ctx.limits.signInPerAddress, timeWindow: '1 minute' }
  const sessionOf = (request: FastifyRequest) => sessionOfCookie(ctx, request.cookies[sessionCookie])

  app.get('/api/physician/cards', async (request): Promise<SiteCards> => {
    const { physicianId } = await sessionOf(request)
    const words = await approvals.words()
    const policy = ctx.site.policy()
    return {
      ok: true,
      siteId: policy.site.id,
      siteName: policy.site.name,
      cards: policy.cards,
      judged: approvals.judged(),
      mayApprove: isMedicalDirector(policy, physicianId),
      medicalDirectors: (policy.medicalDirectors ?? []).map((id) => ctx.site.physician(id)?.name ?? id),
      today: dayOf(nowIso(ctx.clock)),
      words: [...words],
    }
  })

  app.post(
    '/api/physician/cards/approval',
    { config: { rateLimit } },
    async (request): Promise<z.infer<typeof doneSchema>> => {
      assertOwnOrigin(ctx, request.headers.origin)
      const { physicianId } = await sessionOf(request)
      await approvals.take(physicianId, readBody(cardsWordRequestSchema, request.body).signed)
      return { ok: true }
    },
  )
}
