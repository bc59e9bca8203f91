import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { z } from 'zod'
import type { HubConfig } from './config.ts'
import { issuesInWords, problem, Refusal, retryAfterS, unavailable } from './refusal.ts'
import { StoreUnavailable } from './store-problem.ts'

/** Of a request as it is read, that is after it was unpacked. */
export const bodyLimitBytes = 4 * 1024 * 1024

/** The HTTP server before it has routes: how it logs, refuses and protects itself. */
export async function createServer(config: HubConfig): Promise<FastifyInstance> {
  const { logTo } = config
  const options: FastifyServerOptions = {
    bodyLimit: bodyLimitBytes,
    // A request in flight at a stop is finished; idle connections are closed.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // The log takes whatever a chain holds. Everything else goes through strict schemas.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    logController: new LogController({ disableRequestLogging: true }),
    logger: {
      level: config.logLevel ?? 'info',
      base: { program: 'hub' },
      ...(logTo ? { stream: { write: logTo } } : {}),
    },
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack()
      reply.raw.writeHead(400, { 'content-type': 'application/json; charset=utf-8' })
      reply.raw.end(JSON.stringify(problem('malformed', 'This address cannot be read.')))
    },
  }
  // Over TLS it is the same server; its type differs by the kind of its socket alone.
  const https = config.tls ? { https: { ...config.tls } } : {}
  const app = Fastify({ ...options, ...https })

  answerInOneForm(app)
  await app.register(cookie)
  await app.register(rateLimit, {
    global: false,
    cache: 20_000,
    errorResponseBuilder: (_request, { after }) =>
      new Refusal(429, 'throttled', `Too many attempts. Wait ${after}, then try again.`),
  })
  return app
}

/** Parses what came or refuses it in words. @throws {Refusal} */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Refusal(400, 'malformed', `This request was not understood: ${issuesInWords(parsed.error)}.`)
}

function answerInOneForm(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(problem('not-found', `There is no ${request.method} ${pathOf(request.url)} here.`)),
  )
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : asRefusal(error)
    if (refusal.status >= 500)
      request.log.error({ err: error, route: request.routeOptions.url }, 'request failed')
    if (refusal.status === 503) reply.header('retry-after', retryAfterS)
    return reply.code(refusal.status).send(problem(refusal.kind, refusal.message))
  })
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    if (reply.statusCode >= 400) request.log.info(line, 'request refused')
    else request.log.debug(line, 'request answered')
  })
}

function asRefusal(error: FastifyError): Refusal {
  if (error instanceof StoreUnavailable) return unavailable()
  const status = error.statusCode ?? 500
  if (status === 413)
    return new Refusal(
      413,
      'too-large',
      `This is more than ${bodyLimitBytes / 1024 / 1024} MB: send it in smaller parts.`,
    )
  if (status === 415) return new Refusal(415, 'malformed', 'Send JSON, as content type application/json.')
  if (status >= 400 && status < 500)
    return new Refusal(status, 'malformed', 'This request is not valid JSON over HTTP.')
  return new Refusal(
    500,
    'internal',
    'The hub failed at this. It has been written to the hub’s log; try again in a moment.',
  )
}

const pathOf = (url: string): string => (url.split('?')[0] ?? '').slice(0, 100)
