import type { CdpSession } from './cdp.ts'
import { chromium } from './context.ts'

interface TraceEvent {
  readonly name: string
  readonly args: { readonly data?: { readonly frames?: readonly TracedFrame[] } }
}

interface TracedFrame {
  readonly frame: string
  readonly processId: number
}

/** Only one trace can run in a browser. */
let lastTrace: Promise<unknown> = Promise.resolve()

/**
 * The operating system's id of the process that renders a frame. The DevTools protocol tells it
 * only at the start of a trace, which the browser process answers even for a page that hangs.
 */
export function rendererProcessId(page: CdpSession, frameId: string): Promise<number | undefined> {
  const found = lastTrace.then(() => trace(page, frameId))
  lastTrace = found.catch(() => {})
  return found
}

async function trace(page: CdpSession, frameId: string): Promise<number | undefined> {
  let pid: number | undefined
  const { promise: complete, resolve } = Promise.withResolvers<void>()
  const subscriptions = [
    page.on('Tracing.dataCollected', ({ value }) => {
      for (const event of value as readonly Partial<TraceEvent>[]) {
        if (event.name !== 'TracingStartedInBrowser') continue
        pid ??= event.args?.data?.frames?.find(({ frame }) => frame === frameId)?.processId
      }
    }),
    page.on('Tracing.tracingComplete', () => resolve()),
  ]
  try {
    await page.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: {
        includedCategories: ['disabled-by-default-devtools.timeline'],
        excludedCategories: ['*'],
      },
    })
    await page.send('Tracing.end')
    await complete
    return pid
  } finally {
    for (const unsubscribe of subscriptions) unsubscribe()
  }
}

/** Kills a page's process for certain: nicely if it still listens, else from outside. */
export async function crashRenderer(
  page: CdpSession,
  frameId: string,
  crashed: Promise<void>,
  patienceMs = 250,
): Promise<void> {
  page.post('Page.crash')
  const impatience = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), patienceMs).unref())
  if ((await Promise.race([crashed, impatience])) !== 'late') return
  const pid = await rendererProcessId(page, frameId)
  const { processInfo } = await chromium().root.send('SystemInfo.getProcessInfo')
  // Never signal anything but a renderer of this very Chromium.
  const known = processInfo.some(({ id, type }) => id === pid && type === 'renderer')
  if (pid !== undefined && known) process.kill(pid, 'SIGKILL')
}
