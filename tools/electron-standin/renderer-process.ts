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

/** A trace of a process that is stopped altogether never ends. */
const TRACE_TIMEOUT_MS = 5000
const CRASH_PATIENCE_MS = 250

function patience(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref())
}

/** Only one trace can run in a browser. */
let lastTrace: Promise<unknown> = Promise.resolve()

/**
 * The operating system's id of the process that renders a frame. The DevTools protocol tells it
 * only at the start of a trace, which the browser process answers even for a page that hangs.
 */
export function rendererProcessId(page: CdpSession, frameId: string): Promise<number | undefined> {
  const found = lastTrace.then(() => trace(page, frameId))
  // The next one waits for this one's real end, however long its asker is willing to.
  lastTrace = found.catch(() => {})
  return Promise.race([found, patience(TRACE_TIMEOUT_MS)])
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

/**
 * Kills a page's process for certain: nicely if it still listens, else from outside.
 * @param knownId the process as of the last load, where that is known
 */
export async function crashRenderer(
  page: CdpSession,
  frameId: string,
  crashed: Promise<'crashed'>,
  knownId: number | undefined,
): Promise<void> {
  page.post('Page.crash')
  if ((await Promise.race([crashed, patience(CRASH_PATIENCE_MS)])) === 'crashed') return
  const pid = knownId ?? (await rendererProcessId(page, frameId))
  const { processInfo } = await chromium().root.send('SystemInfo.getProcessInfo')
  // Never signal anything but a renderer of this very Chromium.
  const known = processInfo.some(({ id, type }) => id === pid && type === 'renderer')
  if (pid !== undefined && known) process.kill(pid, 'SIGKILL')
}
