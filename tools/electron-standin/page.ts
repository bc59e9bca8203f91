import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { RenderProcessGoneDetails } from 'electron'
import { INITIAL_URL } from './app-server.ts'
import type { CdpSession } from './cdp.ts'
import { codec } from './codec.ts'
import { chromium, context } from './context.ts'
import { ISOLATED_WORLD, type PreloadSource, pageScripts } from './page-scripts.ts'
import type { FromPage, ToPage } from './page-worlds.ts'
import type { Protocol } from './protocol.ts'
import { urls } from './protocol-handlers.ts'
import { crashRenderer, rendererProcessId } from './renderer-process.ts'

export interface ConsoleEntry {
  readonly level: 'info' | 'warning' | 'error' | 'debug'
  readonly message: string
  readonly lineNumber: number
  readonly sourceId: string
}

export interface PageEvents {
  message: [message: FromPage, executionContextId: number]
  console: [entry: ConsoleEntry]
  loading: []
  navigated: [url: string]
  'navigated-in-page': [url: string]
  /** A navigation that ended on Chromium's error page; the code as Electron spells it. */
  failed: [url: string, code: string]
  'dom-ready': []
  loaded: []
  title: [title: string]
  crashed: [details: RenderProcessGoneDetails]
}

export interface PageOptions {
  readonly shown: boolean
  readonly width: number
  readonly height: number
  readonly preload: PreloadSource
  readonly additionalArguments: readonly string[]
}

const REASON_BY_STATUS: Readonly<Record<string, RenderProcessGoneDetails['reason']>> = {
  normal: 'clean-exit',
  abnormal: 'abnormal-exit',
  killed: 'killed',
  crashed: 'crashed',
  oom: 'oom',
  'failed to launch': 'launch-failed',
}

const CONSOLE_LEVELS: Readonly<Record<string, ConsoleEntry['level']>> = {
  warning: 'warning',
  error: 'error',
  assert: 'error',
  debug: 'debug',
  verbose: 'debug',
}

const LEARN_PROCESS_ID_MS = 1000

async function takeTarget(options: PageOptions): Promise<string> {
  const spare = context.spareTargetId
  if (spare !== undefined) {
    context.spareTargetId = undefined
    return spare
  }
  const { width, height, shown } = options
  const { targetId } = await chromium().root.send('Target.createTarget', {
    url: INITIAL_URL,
    newWindow: true,
    background: !shown,
    width,
    height,
  })
  return targetId
}

/** One Chromium page with the two injected worlds: what lies under a WebContents. */
export class Page extends EventEmitter<PageEvents> {
  readonly targetId: string
  readonly #session: CdpSession
  #frameId = ''
  #worldId: number | undefined
  #lastError = ''
  #crash = Promise.withResolvers<'crashed'>()
  #processId: number | undefined
  #learning = false
  #watchingNavigation = false

  static async open(options: PageOptions): Promise<Page> {
    const targetId = await takeTarget(options)
    const { root } = chromium()
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: true })
    return new Page(targetId, chromium().session(sessionId))
  }

  private constructor(targetId: string, session: CdpSession) {
    super()
    this.targetId = targetId
    this.#session = session
  }

  /** Injects the worlds and starts listening; the page is still on its initial empty document. */
  async prepare(options: PageOptions): Promise<void> {
    const page = this.#session
    this.#followScripts()
    this.#followConsole()
    this.#followLoading()
    const busName = randomBytes(12).toString('hex')
    const scripts = pageScripts(options.preload, options.additionalArguments, busName)
    // One burst: waiting for each answer would cost a round trip each.
    const [{ frameTree }] = await Promise.all([
      page.send('Page.getFrameTree'),
      page.send('Page.enable'),
      page.send('Runtime.enable'),
      page.send('Log.enable'),
      // Without the limit, posted bodies are copied into events, which stalls large uploads.
      page.send('Network.enable', { maxPostDataSize: 1 }),
      page.send('Runtime.addBinding', { name: '__standinPost', executionContextName: ISOLATED_WORLD }),
      ...scripts.map((script) => page.send('Page.addScriptToEvaluateOnNewDocument', script)),
    ])
    this.#frameId = frameTree.frame.id
  }

  async navigate(url: string): Promise<void> {
    this.#lastError = ''
    const answer = await this.#session.send('Page.navigate', { url: urls.toLoopback(url) })
    // A failure with a loader shows an error page, which 'failed' reports.
    if (answer.errorText !== undefined && !answer.loaderId) {
      throw new Error(`${answer.errorText} loading '${url}'`)
    }
  }

  reload(ignoreCache: boolean): void {
    this.#session.post('Page.reload', { ignoreCache })
  }

  stop(): void {
    this.#session.post('Page.stopLoading')
  }

  async evaluate(code: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    })
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    }
    return result.value
  }

  /** To the isolated world; lost without a word when there is none, as Electron's messages are. */
  deliver(message: ToPage, executionContextId = this.#worldId): void {
    if (executionContextId === undefined) return
    this.#session.post('Runtime.callFunctionOn', {
      functionDeclaration: 'text => __standinDeliver(text)',
      executionContextId,
      arguments: [{ value: codec.encode(message) }],
    })
  }

  async screenshot(clip?: Protocol.Page.Viewport): Promise<Buffer> {
    const { data } = await this.#session.send('Page.captureScreenshot', {
      format: 'png',
      ...(clip && { clip }),
    })
    return Buffer.from(data, 'base64')
  }

  async printToPdf(parameters: Protocol.Page.printToPDFParameters): Promise<Buffer> {
    const { data } = await this.#session.send('Page.printToPDF', parameters)
    return Buffer.from(data, 'base64')
  }

  bringToFront(): void {
    this.#session.post('Page.bringToFront')
  }

  emulateColorScheme(scheme: 'light' | 'dark' | ''): void {
    this.#session.post('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    })
  }

  crash(): Promise<void> {
    return crashRenderer(this.#session, this.#frameId, this.#crash.promise, this.#processId)
  }

  /** The renderer's process, known some time after each load. */
  get processId(): number | undefined {
    return this.#processId
  }

  learnProcessId(): void {
    if (this.#processId !== undefined || this.#learning) return
    this.#learning = true
    rendererProcessId(this.#session, this.#frameId)
      .then((pid) => {
        this.#processId = pid
      })
      .catch(() => {})
      .finally(() => {
        this.#learning = false
      })
  }

  /** Asks before each navigation of the top frame that the page itself starts. */
  async watchNavigation(allowed: (url: string) => boolean): Promise<void> {
    if (this.#watchingNavigation) return
    this.#watchingNavigation = true
    const page = this.#session
    page.on('Fetch.requestPaused', ({ requestId, frameId, request, redirectedRequestId }) => {
      const asks = frameId === this.#frameId && redirectedRequestId === undefined
      if (!asks || allowed(urls.fromLoopback(request.url))) page.post('Fetch.continueRequest', { requestId })
      else page.post('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    })
    await page.send('Fetch.enable', { patterns: [{ resourceType: 'Document' }] })
  }

  targetCrashed(status: string, exitCode: number): void {
    this.#worldId = undefined
    this.#processId = undefined
    this.#crash.resolve('crashed')
    this.#crash = Promise.withResolvers()
    this.emit('crashed', { reason: REASON_BY_STATUS[status] ?? 'crashed', exitCode })
  }

  #followScripts(): void {
    const page = this.#session
    page.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== '__standinPost') return
      this.emit('message', codec.decode(payload) as FromPage, executionContextId)
    })
    page.on('Runtime.executionContextCreated', ({ context: created }) => {
      const aux = created.auxData as { readonly frameId?: string } | undefined
      if (created.name === ISOLATED_WORLD && aux?.frameId === this.#frameId) this.#worldId = created.id
    })
    page.on('Runtime.executionContextsCleared', () => {
      this.#worldId = undefined
    })
  }

  #followConsole(): void {
    const page = this.#session
    page.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const from = stackTrace?.callFrames[0]
      const message = args.map((arg) => String(arg.value ?? arg.description ?? arg.type)).join(' ')
      this.#console(CONSOLE_LEVELS[type] ?? 'info', message, from?.lineNumber, from?.url)
    })
    page.on('Runtime.exceptionThrown', ({ exceptionDetails: { text, exception, lineNumber, url } }) => {
      this.#console('error', `${text} ${exception?.description ?? ''}`.trim(), lineNumber, url)
    })
    page.on('Log.entryAdded', ({ entry }) => {
      this.#console(CONSOLE_LEVELS[entry.level] ?? 'info', entry.text, entry.lineNumber, entry.url)
    })
  }

  #console(level: ConsoleEntry['level'], message: string, lineNumber = 0, sourceId = ''): void {
    this.emit('console', { level, message, lineNumber, sourceId: urls.fromLoopback(sourceId) })
  }

  #followLoading(): void {
    const page = this.#session
    page.on('Network.loadingFailed', ({ type, errorText }) => {
      if (type === 'Document') this.#lastError = errorText
    })
    page.on('Page.frameStartedNavigating', ({ frameId }) => {
      if (frameId === this.#frameId) this.emit('loading')
    })
    page.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined) return
      this.#processId = undefined
      const url = urls.fromLoopback(frame.unreachableUrl ?? frame.url)
      if (frame.unreachableUrl === undefined) this.emit('navigated', url)
      else this.emit('failed', url, this.#lastError.replace(/^net::/, '') || 'ERR_FAILED')
    })
    page.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.#frameId) this.emit('navigated-in-page', urls.fromLoopback(url))
    })
    page.on('Page.domContentEventFired', () => {
      this.emit('dom-ready')
      // Chromium's own title event lags behind.
      page.send('Runtime.evaluate', { expression: 'document.title', returnByValue: true }).then(
        ({ result }) => this.emit('title', String(result.value)),
        () => {},
      )
    })
    page.on('Page.loadEventFired', () => {
      this.emit('loaded')
      // Not at once: a trace costs Chromium the time in which the app starts.
      setTimeout(() => this.learnProcessId(), LEARN_PROCESS_ID_MS).unref()
    })
  }
}
