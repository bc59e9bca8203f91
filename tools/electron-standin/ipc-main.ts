import { EventEmitter } from 'node:events'
import type { MainFrame } from './main-frame.ts'
import type { WebContents } from './web-contents.ts'

/** The event that comes with every message from a page; the same object serves `on` and `handle`. */
export interface IpcEvent {
  readonly type: 'frame'
  readonly sender: WebContents
  readonly senderFrame: MainFrame
  readonly processId: number
  readonly frameId: number
  readonly ports: readonly never[]
  reply(channel: string, ...args: unknown[]): void
}

type InvokeHandler = (event: IpcEvent, ...args: unknown[]) => unknown

/** `ipcMain`, and the `ipc` of each WebContents. */
export class IpcHub extends EventEmitter {
  readonly #handlers = new Map<string, InvokeHandler>()

  handle(channel: string, handler: InvokeHandler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    }
    this.#handlers.set(channel, handler)
  }

  handleOnce(channel: string, handler: InvokeHandler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel)
      return handler(event, ...args)
    })
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  handlerOf(channel: string): InvokeHandler | undefined {
    return this.#handlers.get(channel)
  }
}

export const ipcMain = new IpcHub()

export type InvokeResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly value: Error }

/** Answers `ipcRenderer.invoke` as Electron does, errors flattened to a message included. */
export async function answerInvoke(
  hubs: readonly IpcHub[],
  event: IpcEvent,
  channel: string,
  args: readonly unknown[],
): Promise<InvokeResult> {
  const failure = (reason: string): InvokeResult => ({
    ok: false,
    value: new Error(`Error invoking remote method '${channel}': ${reason}`),
  })
  const handler = hubs.map((hub) => hub.handlerOf(channel)).find((found) => found !== undefined)
  if (!handler) return failure(`Error: No handler registered for '${channel}'`)
  try {
    return { ok: true, value: await handler(event, ...args) }
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error)
    return failure(String(error))
  }
}

/** A result that cannot be cloned fails the call in the page instead of leaving it waiting. */
export function replyCloned(
  reply: (id: number, ok: boolean, value: unknown) => void,
  id: number,
  result: { readonly ok: boolean; readonly value: unknown },
): void {
  try {
    reply(id, result.ok, result.value)
  } catch (error) {
    reply(id, false, error)
  }
}
