import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { Readable, Writable } from 'node:stream'
import type { Protocol } from './protocol.ts'

type Method = keyof Protocol.CommandParameters & keyof Protocol.CommandReturnValues & string
type EventName = keyof Protocol.Events & string
type Result<M extends Method> = Protocol.CommandReturnValues[M]

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: { readonly sessionId?: string }
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Pending {
  readonly method: string
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** One DevTools session: the browser itself, or a page attached to flatly. */
export class CdpSession {
  readonly #browser: Chromium
  readonly #id: string | undefined
  readonly #events = new EventEmitter().setMaxListeners(0)

  constructor(browser: Chromium, id?: string) {
    this.#browser = browser
    this.#id = id
  }

  send<M extends Method>(method: M, params?: Protocol.CommandParameters[M]): Promise<Result<M>> {
    return this.#browser.send(method, params ?? {}, this.#id)
  }

  /** Sends without caring for the answer: the page may be gone by then. */
  post<M extends Method>(method: M, params?: Protocol.CommandParameters[M]): void {
    this.send(method, params).catch(() => {})
  }

  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: Protocol.Events[E]) => void): () => void {
    this.#events.on(event, listener)
    return () => this.#events.off(event, listener)
  }

  dispatch(event: string, payload: unknown): void {
    this.#events.emit(event, payload)
  }
}

/** Splits a byte stream at NUL, the separator of Chromium's `--remote-debugging-pipe`. */
export function splitAtNul(onMessage: (text: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  return (chunk) => {
    let rest = chunk
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      parts.push(rest.subarray(0, end))
      const whole = Buffer.concat(parts)
      parts = []
      rest = rest.subarray(end + 1)
      onMessage(whole.toString())
    }
    if (rest.length > 0) parts.push(rest)
  }
}

/** A running Chromium, driven over its debugging pipe: it dies by itself when this process does. */
export class Chromium extends EventEmitter<{ exit: [why: string] }> {
  readonly root = new CdpSession(this)
  readonly #child: ChildProcess
  readonly #input: Writable
  readonly #pending = new Map<number, Pending>()
  readonly #sessions = new Map<string, CdpSession>()
  #lastId = 0
  #gone = false

  constructor(executable: string, args: readonly string[], options: { readonly forwardLog: boolean }) {
    super()
    this.#child = spawn(executable, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: process.env.DBUS_SESSION_BUS_ADDRESS ?? 'disabled:' },
    })
    const [, , log, input, output] = this.#child.stdio
    if (!(log instanceof Readable && input instanceof Writable && output instanceof Readable)) {
      throw new Error('stand-in: Chromium was started without its pipes')
    }
    this.#input = input
    // A write that fails means that Chromium is gone, which its exit event reports.
    input.on('error', () => {})
    output.on(
      'data',
      splitAtNul((text) => this.#receive(JSON.parse(text))),
    )
    forwardLines(log, options.forwardLog)
    this.#child.once('exit', (code, signal) => this.#ended(signal ?? `exit code ${code}`))
    this.#child.once('error', (error) => this.#ended(error.message))
    process.once('exit', () => {
      if (!this.#gone) this.#child.kill('SIGKILL')
    })
  }

  session(id: string): CdpSession {
    const known = this.#sessions.get(id)
    if (known) return known
    const session = new CdpSession(this, id)
    this.#sessions.set(id, session)
    return session
  }

  send<M extends Method>(method: M, params: object, sessionId?: string): Promise<Result<M>> {
    if (this.#gone) return Promise.reject(new Error(`${method}: Chromium is gone`))
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject })
      this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  async close(): Promise<void> {
    if (this.#gone) return
    const ended = new Promise<void>((resolve) => this.once('exit', () => resolve()))
    this.root.post('Browser.close')
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(impatience)
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      const pending = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.error) pending?.reject(new Error(`${pending.method}: ${message.error.message}`))
      else pending?.resolve(message.result as never)
      return
    }
    if (message.method === undefined) return
    const session = message.sessionId === undefined ? this.root : this.#sessions.get(message.sessionId)
    session?.dispatch(message.method, message.params)
    if (message.method === 'Target.detachedFromTarget') this.#sessions.delete(message.params?.sessionId ?? '')
  }

  #ended(why: string): void {
    if (this.#gone) return
    this.#gone = true
    for (const { method, reject } of this.#pending.values()) reject(new Error(`${method}: Chromium is gone`))
    this.#pending.clear()
    this.emit('exit', why)
  }
}

/** Playwright waits for the DevTools line; the rest of Chromium's log is noise unless asked for. */
function forwardLines(log: Readable, everything: boolean): void {
  let partial = ''
  log.setEncoding('utf8').on('data', (text: string) => {
    const lines = (partial + text).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) {
      if (everything || line.startsWith('DevTools listening on ')) process.stderr.write(`${line}\n`)
    }
  })
}
