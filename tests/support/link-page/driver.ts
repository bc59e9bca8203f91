import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import { build } from 'vite'
import type { SignalEnvelope } from '../../../src/contract/hub.ts'
import type { Party } from './page.ts'

const origin = 'https://link.test/'

let bundle: Promise<string> | null = null

/** The page's script, bundled in memory once per worker, through the same bundler as the product. */
function bundled(): Promise<string> {
  bundle ??= (async () => {
    const result = await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        minify: false,
        lib: {
          entry: fileURLToPath(new URL('page.ts', import.meta.url)),
          formats: ['iife'],
          name: 'linkPage',
        },
      },
    })
    const [output] = Array.isArray(result) ? result : [result]
    if (output === undefined || !('output' in output)) throw new Error('the bundler wrote nothing')
    return output.output[0].code
  })()
  return bundle
}

export type Sent = {
  readonly from: string
  readonly to: string
  readonly connectionId: string
  readonly envelope: SignalEnvelope
}

/** One page of a room or of a physician. */
export type PartyPage = {
  readonly id: string
  readonly page: Page
  readonly call: <R>(act: (party: Party) => R) => Promise<Awaited<R>>
}

/** Carries signals between pages as the hub does: by id, to the console's present connection, in order. */
export function createExchange(context: BrowserContext) {
  const pages = new Map<string, { page: Page; connectionId: string }>()
  const sent: Sent[] = []
  let cut = false

  async function deliver({ from, to, connectionId, envelope }: Sent) {
    const target = pages.get(to)
    const source = pages.get(from)
    if (cut || target === undefined || target.page.isClosed()) return
    if (target.connectionId !== '' && target.connectionId !== connectionId) return
    await target.page
      .evaluate(([id, connection, data]) => window.party.signal(id, connection, data), [
        from,
        source?.connectionId ?? '',
        envelope,
      ] as const)
      // A page that is being reloaded has no ears.
      .catch(() => undefined)
  }

  /**
   * @param connectionId of a console; empty for a room
   * @param onConsole what the page writes to its console, from the start
   */
  async function open(
    id: string,
    connectionId: string,
    hash = '',
    onConsole: (text: string) => void = () => undefined,
  ): Promise<PartyPage> {
    const page = await context.newPage()
    page.on('console', (message) => onConsole(message.text()))
    await page.exposeBinding('emitSignal', (_, to: string, connection: string, envelope: SignalEnvelope) => {
      const signal = { from: id, to, connectionId: connection, envelope }
      sent.push(signal)
      return deliver(signal)
    })
    const script = await bundled()
    await page.route(`${origin}**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html><body><script>${script}</script>` }),
    )
    await page.goto(`${origin}${hash}`)
    pages.set(id, { page, connectionId })
    return {
      id,
      page,
      call: (act) => page.evaluate(`(${act.toString()})(window.party)`) as never,
    }
  }

  return {
    open,
    deliver,
    sent: () => sent,
    /** The hub is away: signals are lost. */
    setCut: (now: boolean) => {
      cut = now
    },
  }
}
