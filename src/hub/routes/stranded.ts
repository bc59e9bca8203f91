import type { FastifyInstance } from 'fastify'
import { type StrandedAck, strandedSchema } from '../../contract/hub.ts'
import { deviceOfRequest } from '../auth.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { maxQuarantined } from '../ingest.ts'
import { readSound } from '../judge.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import type { Quarantined } from '../store.ts'

/**
 * POST /api/log/stranded: what a workstation could still read of its damaged log behind the damage. Each is what its
 * hash says, and nothing says any more what it follows: it goes to the quarantine, and never into the chain.
 */
export function strandedRoute(app: FastifyInstance, ctx: HubContext): void {
  const { log, quarantine, retention } = ctx.store

  app.post('/api/log/stranded', async (request): Promise<StrandedAck> => {
    const device = await deviceOfRequest(ctx, request)
    const { deviceId, texts } = readBody(strandedSchema, request.body)
    const at = nowIso(ctx.clock)
    const offered = texts.map((text, index): Quarantined => {
      const entry = readSound(text)
      if (entry === undefined || deviceId !== device || entry.device !== device)
        throw new Refusal(
          400,
          'malformed',
          `Text ${index + 1} is no entry of this workstation that is what its own hash says.`,
        )
      return { deviceId, seq: entry.seq, hash: entry.hash, at, reason: 'stranded', text }
    })
    const stored = await log.hashes(
      deviceId,
      offered.map(({ seq }) => seq),
    )
    const purged = await retention.purged(deviceId)
    const news = offered.filter(({ seq, hash }) => seq > purged.seq && stored.get(seq) !== hash)
    const [first, last] = [news[0], news.at(-1)]
    if (first === undefined || last === undefined) return { ok: true, apart: 0 }
    if ((await quarantine.count(deviceId)) + news.length > maxQuarantined) {
      ctx.log.warn({ deviceId, seq: first.seq }, 'quarantine full')
      throw new Refusal(
        409,
        'quarantine-full',
        'The hub keeps no more texts apart of this workstation: they stay in its folder of the damaged log.',
      )
    }
    const apart = { ok: true, apart: news.length } as const
    // Said once, however often it is sent.
    if ((await quarantine.add(news)) === 0) return apart
    const { seq } = first
    const which = seq === last.seq ? `Entry ${seq}` : `${news.length} entries from ${seq} to ${last.seq}`
    const detail = `${which} of the log that was damaged in the room could still be read there, and what leads to them is lost. They are kept apart, and are in no chain.`
    await log.addIncident({ deviceId, at, kind: 'stranded', seq, detail })
    ctx.log.warn({ deviceId, kind: 'stranded', seq }, 'log incident')
    return apart
  })
}
