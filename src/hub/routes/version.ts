import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { protocolVersion } from '../../contract/hub.ts'

/** The product's version, as its package says. */
export const productVersion = (): string => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

/** GET /api/version */
export function versionRoute(app: FastifyInstance): void {
  const version = productVersion()
  app.get('/api/version', async () => ({ ok: true, product: 'scanside-hub', version, protocolVersion }))
}
