import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Server as SocketServer } from 'socket.io'
import { maxSocketMessageBytes } from '../contract/hub.ts'
import type { PolicyContent } from '../domain/policy/policy.ts'
import { type Administration, createAdministration } from './administration.ts'
import { createAllowances } from './allowances.ts'
import { takeCare } from './care.ts'
import { systemClock } from './clock.ts'
import { checkConfig, checkSite, defaultLimits, type HubConfig, storePlaceOf } from './config.ts'
import { createRefusals, type HubContext, loadKeys } from './context.ts'
import { scheduleCopy } from './copy-schedule.ts'
import { openDirectory } from './directory.ts'
import { createJournal } from './journal.ts'
import { openStore } from './open-store.ts'
import { unusablePagers } from './pagers/settings.ts'
import { openWays } from './pagers/ways.ts'
import { problem } from './refusal.ts'
import { addRoutes } from './routes.ts'
import { createServer } from './server.ts'
import { createServices, type Services } from './services.ts'
import { alone, createFellows } from './sharing/fellows.ts'
import { openSite } from './site.ts'
import { consoleSockets } from './sockets/console-sockets.ts'
import { workstationSockets } from './sockets/workstation-sockets.ts'
import { createTokens } from './tokens.ts'

/** A running (or startable) hub. Methods throw `HubError` with words for a person where they cannot do it. */
export type Hub = {
  readonly start: () => Promise<{ readonly url: string; readonly port: number }>
  /** Takes nothing new, finishes what is under way, closes sockets and store. Stopping twice is one stop. */
  readonly stop: () => Promise<void>
  readonly issueEnrolmentCode: (roomId: string) => Promise<string>
  readonly issueInvite: (physicianId: string) => Promise<{ readonly code: string; readonly url: string }>
  /** A new policy version, signed, and word of it to every workstation. */
  readonly replaceSite: (content: PolicyContent) => Promise<number>
  readonly exportLog: Administration['exportLog']
  readonly devices: Administration['devices']
  readonly incidents: Administration['incidents']
  readonly quarantine: Administration['quarantine']
  /** Revokes at once; false if there is no such device. */
  readonly revoke: (deviceId: string) => Promise<boolean>
  /** Everything refused since the start, by kind. */
  readonly refusals: () => Readonly<Record<string, number>>
}

/** Why a hub cannot be made or cannot do something; the message says what to do. */
export class HubError extends Error {
  readonly kind: string
  constructor({ kind, message }: { readonly kind: string; readonly message: string }) {
    super(message)
    this.name = 'HubError'
    this.kind = kind
  }
}

/** How long a stop waits for what is under way before it cuts the connections of those who do not answer. */
const graceMs = 5000
const builtPages = join(import.meta.dirname, '..', '..', 'out', 'physician')

/** @throws {HubError} if configuration, data directory or site do not allow a hub. */
export async function createHub(given: HubConfig): Promise<Hub> {
  const config = taken(checkConfig(given))
  const clock = config.clock ?? systemClock
  const store = taken(await openStore(storePlaceOf(config)))
  try {
    const app = await createServer(config)
    const keys = await loadKeys(store.meta)
    let publicUrl = config.publicUrl?.replace(/\/+$/, '') ?? 'http://localhost'
    const journal = createJournal(store.log, keys.signing, clock)
    const copyFrom = { store, journal, keys: keys.signing, clock, log: app.log }
    const ctx: HubContext = {
      config,
      limits: { ...defaultLimits, ...config.limits },
      allowances: createAllowances(clock.nowMs),
      clock,
      store,
      keys: keys.signing,
      journal,
      copy: config.copy ? scheduleCopy(copyFrom, config.copy.folder, config.copy.everyMs) : null,
      tokens: createTokens(keys.secret, clock),
      site: taken(await openSite(store.policies, keys.signing, clock, config.site)),
      directory: await openDirectory(store.devices),
      ways: await openWays(config.pagers ?? {}, store, () => publicUrl),
      log: app.log,
      refusals: createRefusals(),
      publicUrl: () => publicUrl,
    }
    const warnOfPagers = () => {
      for (const words of unusablePagers(ctx.site.policy(), config.pagers ?? {})) app.log.warn(words)
    }
    warnOfPagers()
    ctx.site.onChanged(warnOfPagers)
    const { exchange } = store
    const fellows = exchange === null ? alone : createFellows(ctx, exchange, keys.secret)
    const services = createServices(ctx, fellows)
    const administration = createAdministration(store, clock)
    await addRoutes(app, services, config.pagesDir ?? builtPages)
    const sockets = openSockets(app, services)
    const connections = trackConnections(app)
    await services.start()
    const care = takeCare(ctx, services.run)
    let stopping: Promise<void> | undefined

    const stop = async (): Promise<void> => {
      app.log.info('stopping')
      // Closed rather than told to leave: clients come back by themselves to the hub that follows.
      sockets.engine.close()
      const cutOff = setTimeout(connections.cut, graceMs)
      await app.close()
      clearTimeout(cutOff)
      care.stop()
      await services.stop()
      await store.close()
      app.log.info('stopped')
    }
    return {
      async start() {
        const host = config.host ?? '127.0.0.1'
        await app.listen({ host, port: config.port }).catch((error: unknown) => {
          throw new HubError(cannotListen(error, host, config.port))
        })
        const address = app.server.address()
        const port = typeof address === 'object' && address !== null ? address.port : config.port
        if (config.publicUrl === undefined) publicUrl = `${config.tls ? 'https' : 'http'}://localhost:${port}`
        await store.meta.set('public-url', publicUrl)
        app.log.info({ port, publicUrl }, 'hub listens')
        return { url: publicUrl, port }
      },
      stop: () => {
        stopping ??= stop()
        return stopping
      },
      issueEnrolmentCode: async (roomId) => taken(await administration.issueEnrolmentCode(roomId)),
      issueInvite: async (physicianId) => taken(await administration.issueInvite(physicianId, publicUrl)),
      replaceSite: async (content) => ctx.site.replace(taken(checkSite(content))),
      exportLog: administration.exportLog,
      devices: administration.devices,
      incidents: administration.incidents,
      quarantine: administration.quarantine,
      async revoke(deviceId) {
        const known = await administration.revoke(deviceId)
        if (known) await services.sweep()
        return known
      },
      refusals: () => ctx.refusals.totals(),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

function cannotListen(error: unknown, host: string, port: number): { kind: string; message: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const where = `${host} port ${port}`
  if (code === 'EADDRINUSE')
    return {
      kind: 'port-in-use',
      message: `Something else listens on ${where}. Stop it, or choose another --port.`,
    }
  if (code === 'EACCES')
    return {
      kind: 'port-forbidden',
      message: `This account may not listen on ${where}. Choose a --port above 1023.`,
    }
  return { kind: 'cannot-listen', message: `The hub cannot listen on ${where} (${code || String(error)}).` }
}

function trackConnections(app: FastifyInstance): { readonly cut: () => void } {
  const connections = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  return {
    cut: () => {
      for (const socket of connections) socket.destroy()
    },
  }
}

function openSockets(app: FastifyInstance, services: Services): SocketServer {
  const io = new SocketServer(app.server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: maxSocketMessageBytes,
    // A dead socket is noticed within 15 s even if nothing is sent to it.
    pingInterval: 5000,
    pingTimeout: 10_000,
    connectTimeout: 10_000,
  })
  workstationSockets(io.of('/workstation'), services)
  consoleSockets(io.of('/console'), services, (header) => app.parseCookie(header))
  io.of('/').use((_socket, next) =>
    next(
      Object.assign(new Error('no such namespace'), {
        data: problem('not-found', 'Connect to /workstation or /console.'),
      }),
    ),
  )
  return io
}

function taken<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly kind: string; readonly message: string } },
): T {
  if (result.ok) return result.value
  throw new HubError(result.error)
}
