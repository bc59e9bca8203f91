import type { FastifyInstance } from 'fastify'
import { createOnce } from './once.ts'
import { deviceRoutes } from './routes/device.ts'
import { enrolRoute } from './routes/enrol.ts'
import { healthRoute } from './routes/health.ts'
import { iceRoute } from './routes/ice.ts'
import { logRoute } from './routes/log.ts'
import { pagesRoutes, protectPages } from './routes/pages.ts'
import { physicianCardsRoutes } from './routes/physician-cards.ts'
import { type Ceremony, ceremonyMs } from './routes/physician-ceremony.ts'
import { physicianPushRoutes } from './routes/physician-push.ts'
import { physicianRegisterRoutes } from './routes/physician-register.ts'
import { physicianSessionRoutes } from './routes/physician-session.ts'
import { physicianSignInRoutes } from './routes/physician-sign-in.ts'
import { policyRoute } from './routes/policy.ts'
import { strandedRoute } from './routes/stranded.ts'
import { versionRoute } from './routes/version.ts'
import type { Services } from './services.ts'

/** Everything that the hub answers over HTTP. */
export async function addRoutes(app: FastifyInstance, services: Services, pagesDir: string): Promise<void> {
  const { ctx, paging } = services
  const ceremonies = createOnce<Ceremony>(ctx.store.once, ctx.clock, 'ceremony', ceremonyMs)
  protectPages(app, ctx)
  healthRoute(app, ctx)
  versionRoute(app)
  enrolRoute(app, ctx, services.enrolled)
  deviceRoutes(app, ctx)
  policyRoute(app, ctx)
  iceRoute(app, ctx)
  logRoute(app, ctx, ({ deviceId, entries }) => paging.logged(deviceId, entries))
  strandedRoute(app, ctx)
  physicianRegisterRoutes(app, ctx, ceremonies)
  physicianSignInRoutes(app, ctx, ceremonies)
  physicianSessionRoutes(app, ctx, ({ sessionId }) => services.endSession(sessionId))
  physicianPushRoutes(app, ctx)
  physicianCardsRoutes(app, ctx, services.cardsApprovals)
  await pagesRoutes(app, ctx, pagesDir)
}
