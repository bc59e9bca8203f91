import { strictClass } from './refuse.ts'

interface FrameOwner {
  getURL(): string
  send(channel: string, ...args: unknown[]): void
  executeJavaScript(code: string): Promise<unknown>
}

/** The top frame of a page, which is the only one that has IPC here. */
export class MainFrame {
  readonly #owner: FrameOwner
  readonly parent = null
  readonly routingId = 1
  readonly processId = 1

  constructor(owner: FrameOwner) {
    this.#owner = owner
  }

  get top(): this {
    return this
  }

  get url(): string {
    return this.#owner.getURL()
  }

  get origin(): string {
    return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(this.url)?.[0] ?? 'null'
  }

  send(channel: string, ...args: unknown[]): void {
    this.#owner.send(channel, ...args)
  }

  executeJavaScript(code: string): Promise<unknown> {
    return this.#owner.executeJavaScript(code)
  }
}
strictClass('WebFrameMain', MainFrame)
