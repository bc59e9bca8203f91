import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { HubContext } from '../context.ts'

const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Scanside hub</title>
<h1>The console’s pages are not built</h1>
<p>This hub is running, but it has no pages to show. Run <code>npm run build</code> where it is installed
(or name the folder of the built pages with <code>--pages</code>), then start it again.</p></html>`

/** The physician's console at `/` and `/invite`, from its built files. */
export async function pagesRoutes(app: FastifyInstance, ctx: HubContext, pagesDir: string): Promise<void> {
  const entrances = ['/', '/invite']
  if (!existsSync(join(pagesDir, 'index.html'))) {
    ctx.log.warn({ pagesDir }, 'the console’s pages are not built')
    for (const path of entrances)
      app.get(path, (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(missing))
    return
  }
  await app.register(fastifyStatic, { root: pagesDir, index: false })
  for (const path of entrances) app.get(path, (_request, reply) => reply.sendFile('index.html'))
}

/** On every answer: nothing runs, loads or frames but what the hub itself serves. */
export function protectPages(app: FastifyInstance, ctx: HubContext): void {
  app.addHook('onRequest', async (request, reply) => {
    const own = new URL(ctx.publicUrl())
    const socket = `${own.protocol === 'https:' ? 'wss' : 'ws'}://${own.host}`
    reply.headers({
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: mediastream:",
        `connect-src 'self' ${socket}`,
        "font-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'permissions-policy': 'camera=(self), microphone=(self), display-capture=()',
      'cross-origin-opener-policy': 'same-origin',
      // Not for localhost: browsers would hold it against every other port of this computer.
      ...(own.protocol === 'https:' && own.hostname !== 'localhost'
        ? { 'strict-transport-security': 'max-age=31536000' }
        : {}),
      ...(request.url.startsWith('/api/') ? { 'cache-control': 'no-store' } : {}),
    })
  })
}
