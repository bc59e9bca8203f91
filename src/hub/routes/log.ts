import type { FastifyInstance } from 'fastify'
import { type LogAck, logBatchSchema } from '../../contract/hub.ts'
import { deviceOfToken } from '../auth.ts'
import type { HubContext } from '../context.ts'
import { createIngest, type Ingested } from '../ingest.ts'
import { readBody } from '../server.ts'
import { bearerOf } from './device.ts'

/** POST /api/log: takes a device's log, in order, once, verbatim. */
export function logRoute(app: FastifyInstance, ctx: HubContext, onStored: (stored: Ingested) => void): void {
  const ingest = createIngest(ctx)
  app.post('/api/log', async (request, reply): Promise<LogAck | undefined> => {
    const deviceId = await deviceOfToken(ctx, bearerOf(request))
    const batch = readBody(logBatchSchema, request.body)
    // The parsed JSON itself, not the schema's copy: an entry is kept with every member that it came with.
    const raw = (request.body as { readonly entries: readonly unknown[] }).entries
    const result = await ingest(deviceId, batch.deviceId, raw)
    if (result.stored.entries.length > 0) onStored(result.stored)
    if (result.refusal === undefined) return { ok: true, ack: result.head.seq, hash: result.head.hash }
    ctx.refusals.count(`log-${result.refusal.kind}`)
    return reply.code(409).send({ ok: false, error: result.refusal })
  })
}
