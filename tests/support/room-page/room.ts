import { fileURLToPath } from 'node:url'
import type { Browser, Page } from '@playwright/test'
import { build } from 'vite'
import type { PresentPhysician } from '../../../src/contract/hub.ts'
import type { PeerMessage, RoomView } from '../../../src/contract/room-view.ts'
import type { Attention } from '../../../src/domain/link/link.ts'
import type { DeviceClient } from '../device-client.ts'
import type {} from './page.ts'

/** A room with a camera: a device client whose media half runs in a browser page, linked to one physician. */
export type RoomWithCamera = {
  readonly page: Page
  /** Keeps a link to the physician who is present, warm or flowing. */
  readonly want: (media: 'held' | 'flowing') => Promise<void>
  readonly send: (message: PeerMessage) => Promise<boolean>
  readonly show: (view: RoomView) => Promise<boolean>
  readonly received: () => Promise<{ readonly frames: number; readonly audioBytes: number }>
  readonly attention: () => Promise<Attention | null>
  /** How loud the physician is here within a second, 0..1. */
  readonly voice: () => Promise<number>
  readonly close: () => Promise<void>
}

let bundle: Promise<string> | null = null

function bundled(): Promise<string> {
  bundle ??= (async () => {
    const entry = fileURLToPath(new URL('page.ts', import.meta.url))
    const result = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'roomPage' } },
    })
    const [output] = Array.isArray(result) ? result : [result]
    if (output === undefined || !('output' in output)) throw new Error('the bundler wrote nothing')
    return output.output[0].code
  })()
  return bundle
}

const origin = 'https://room.test/'

/** @param physicianId whom this room links with whenever they are on call */
export async function openRoomWithCamera(options: {
  readonly browser: Browser
  readonly device: DeviceClient
  readonly physicianId: string
  readonly colour: string
}): Promise<RoomWithCamera> {
  const { device, physicianId } = options
  const context = await options.browser.newContext()
  const page = await context.newPage()
  let media: 'held' | 'flowing' = 'held'
  let connectionId: string | null = null
  let view: RoomView | null = null

  const reconcile = async () => {
    if (connectionId === null || page.isClosed()) return
    await page.evaluate(([id, connection, how]) => window.room.want(id, connection, how), [
      physicianId,
      connectionId,
      media,
    ] as const)
  }
  /** What nobody waits for may still be on its way when a test ends and closes the page. */
  const unlessClosed = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => {
      if (!page.isClosed()) throw error
    })
  const send = (message: PeerMessage) =>
    page.evaluate(([id, sent]) => window.room.send(id, sent), [physicianId, message] as const)

  await page.exposeFunction('emitFromRoom', (id: string, connection: string, envelope: object) =>
    device
      .emit('signal', { physicianId: id, connectionId: connection, ...envelope } as never)
      // The hub is away: the link tries again by itself.
      .catch(() => undefined),
  )
  await page.exposeFunction('peerMessage', (_id: string, message: PeerMessage) => {
    if (message.kind !== 'statement') return
    device.take(message.signed)
    unlessClosed(send({ kind: 'statement-logged', statementId: message.signed.statement.id }))
  })
  await page.exposeFunction('channelOpened', () => {
    if (view !== null) unlessClosed(send({ kind: 'room-view', view }))
  })
  const script = await bundled()
  await page.route(`${origin}**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><body><script>${script}</script>` }),
  )
  await page.goto(origin)
  await page.evaluate((colour) => window.room.start(colour), options.colour)

  const look = (physicians: readonly PresentPhysician[]) => {
    const there = physicians.find((one) => one.physicianId === physicianId)
    connectionId = there?.connectionId ?? connectionId
    unlessClosed(reconcile())
  }
  device.on('presence', ({ physicians }) => look(physicians))
  look(device.present())
  device.on('signal', ({ physicianId: from, connectionId: connection, ...envelope }) => {
    if (page.isClosed()) return
    unlessClosed(
      page.evaluate(([id, where, data]) => window.room.signal(id, where, data), [
        from,
        connection,
        envelope,
      ] as const),
    )
  })
  return {
    page,
    async want(how) {
      media = how
      await reconcile()
    },
    send,
    show(next) {
      view = next
      return send({ kind: 'room-view', view: next })
    },
    received: () => page.evaluate(() => window.room.received()),
    attention: () => page.evaluate(() => window.room.attention()),
    voice: () => page.evaluate(() => window.room.voice()),
    close: () => context.close(),
  }
}
