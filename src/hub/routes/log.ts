import type { Readable, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type LogAck, logBatchSchema } from '../../contract/hub.ts'
import type { ChainHead } from '../../domain/log/entry.ts'
import type { Receipt } from '../../domain/log/proof.ts'
import { signJson } from '../../platform/node/ed25519.ts'
import { deviceOfRequest } from '../auth.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import { createIngest, type Ingested } from '../ingest.ts'
import { Refusal } from '../refusal.ts'
import { bodyLimitBytes, readBody } from '../server.ts'
import { createUnderWay, type Place } from './under-way.ts'

/** POST /api/log: takes a device's log, in order, once, verbatim. GET: what the hub holds of it. */
export function logRoute(app: FastifyInstance, ctx: HubContext, onStored: (stored: Ingested) => void): void {
  const ingest = createIngest(ctx)
  const underWay = createUnderWay()
  const acknowledge = async (device: string, { seq, hash }: ChainHead): Promise<LogAck> => {
    const at = nowIso(ctx.clock)
    const found = await ctx.store.log.holes(device)
    const holes = found.length === 0 ? {} : { holes: [...found] }
    const receipt: Receipt = { purpose: 'scanside-log-receipt', device, seq, hash, at, ...holes }
    return { ok: true, ack: seq, hash, at, ...holes, signature: signJson(ctx.keys.privateKey, receipt) }
  }
  app.get('/api/log', async (request): Promise<LogAck> => {
    const deviceId = await deviceOfRequest(ctx, request)
    return acknowledge(deviceId, await ctx.store.log.head(deviceId))
  })
  app.post(
    '/api/log',
    {
      // Before a body is decoded it is known whose it is: nobody else makes the hub unpack anything.
      onRequest: async (request, reply) => {
        const deviceId = await deviceOfRequest(ctx, request)
        devices.set(request, { deviceId, place: underWay.begin(deviceId, reply.raw) })
      },
      preParsing: async (request, _reply, payload) => decoded(request, payload as Readable),
    },
    async (request, reply): Promise<LogAck | undefined> => {
      const { deviceId, place } = devices.get(request) as Sender
      const batch = readBody(logBatchSchema, request.body)
      // The parsed JSON itself, not the schema's copy: an entry is kept with every member that it came with.
      const raw = (request.body as { readonly entries: readonly unknown[] }).entries
      const result = await place.during(() => ingest(deviceId, batch.deviceId, raw))
      if (result.stored.entries.length > 0) onStored(result.stored)
      if (result.refusal === undefined) return acknowledge(deviceId, result.head)
      ctx.refusals.count(`log-${result.refusal.kind}`)
      return reply.code(409).send({ ok: false, error: result.refusal })
    },
  )
}

type Sender = { readonly deviceId: string; readonly place: Place }
const devices = new WeakMap<FastifyRequest, Sender>()

/** The server's limit counts what comes out of here; what unpacks to more than that is not unpacked to its end. */
function decoded(request: FastifyRequest, payload: Readable): Readable {
  const decoder = decoderOf(request.headers['content-encoding'])
  if (decoder === undefined) return payload
  const out = Object.assign(decoder, { receivedEncodedLength: 0 })
  let unpacked = 0
  payload.on('data', (chunk: Buffer) => {
    out.receivedEncodedLength += chunk.length
  })
  out.on('data', (chunk: Buffer) => {
    unpacked += chunk.length
    if (unpacked <= bodyLimitBytes) return
    payload.unpipe(out)
    out.destroy()
  })
  // Not by `pipeline`: that would cut the connection before the answer.
  payload.on('close', () => {
    if (!payload.readableEnded) out.destroy(spoilt())
  })
  return payload.pipe(out)
}

function decoderOf(encoding: string | undefined): Transform | undefined {
  switch (encoding) {
    case undefined:
    case 'identity':
      return undefined
    case 'gzip':
      return createGunzip()
    case 'zstd':
      return createZstdDecompress()
    default:
      throw new Refusal(415, 'malformed', 'Send this as it is, or compressed by zstd or gzip.')
  }
}

const spoilt = () =>
  new Refusal(400, 'malformed', 'The body is not what its content-encoding says, or was cut off.')
