import { EventEmitter } from 'node:events'
import type {
  MessageBoxOptions,
  MessageBoxReturnValue,
  SaveDialogOptions,
  SaveDialogReturnValue,
} from 'electron'
import { preventable } from './events.ts'
import { sayOnce, strictClass, strictModule } from './refuse.ts'

// No desktop stands behind these: they remember what they were told, and say that they show nothing.

const callbackByAccelerator = new Map<string, () => void>()

/** Lets a test press a shortcut, since no key ever arrives. */
export const PRESS_SHORTCUT = Symbol.for('standin.pressShortcut')

export const globalShortcut = strictModule('globalShortcut', {
  register(accelerator: string, callback: () => void): boolean {
    sayOnce('global shortcuts are remembered, but no key reaches them')
    if (callbackByAccelerator.has(accelerator)) return false
    callbackByAccelerator.set(accelerator, callback)
    return true
  },
  isRegistered: (accelerator: string) => callbackByAccelerator.has(accelerator),
  unregister(accelerator: string): void {
    callbackByAccelerator.delete(accelerator)
  },
  unregisterAll: () => callbackByAccelerator.clear(),
  [PRESS_SHORTCUT](accelerator: string): boolean {
    const callback = callbackByAccelerator.get(accelerator)
    callback?.()
    return callback !== undefined
  },
})

const blockerTypeById = new Map<number, string>()
let lastBlockerId = 0

export const powerSaveBlocker = strictModule('powerSaveBlocker', {
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep'): number {
    lastBlockerId += 1
    blockerTypeById.set(lastBlockerId, type)
    return lastBlockerId
  },
  stop: (id: number) => blockerTypeById.delete(id),
  isStarted: (id: number) => blockerTypeById.has(id),
} satisfies Electron.PowerSaveBlocker)

/** Emits nothing by itself; tests emit what they need, as they do with Electron. */
class PowerMonitor extends EventEmitter {}
export const powerMonitor = new PowerMonitor()
strictClass('powerMonitor', PowerMonitor)

interface NotificationOptions {
  readonly title?: string
  readonly body?: string
  readonly silent?: boolean
  readonly urgency?: 'normal' | 'critical' | 'low'
  readonly timeoutType?: 'default' | 'never'
}

export class Notification extends EventEmitter {
  title: string
  body: string
  silent: boolean
  urgency: 'normal' | 'critical' | 'low'
  timeoutType: 'default' | 'never'

  static isSupported(): boolean {
    return true
  }

  constructor(options: NotificationOptions = {}) {
    super()
    this.title = options.title ?? ''
    this.body = options.body ?? ''
    this.silent = options.silent ?? false
    this.urgency = options.urgency ?? 'normal'
    this.timeoutType = options.timeoutType ?? 'default'
  }

  show(): void {
    console.error(`stand-in: notification: ${this.title}`)
    queueMicrotask(() => this.emit('show', preventable({})))
  }

  close(): void {
    queueMicrotask(() => this.emit('close', preventable({})))
  }
}
strictClass('Notification', Notification)

/** Electron's dialogs take the parent window first, or not at all. */
function optionsOf<T extends object>(args: readonly unknown[]): T {
  return args[args.length > 1 ? 1 : 0] as T
}

export const dialog = strictModule('dialog', {
  async showSaveDialog(...args: unknown[]): Promise<SaveDialogReturnValue> {
    const { title = 'a file' } = optionsOf<SaveDialogOptions>(args)
    console.error(`stand-in: no dialog to save ${title}; answered as cancelled`)
    return { canceled: true, filePath: '' }
  },

  async showMessageBox(...args: unknown[]): Promise<MessageBoxReturnValue> {
    const options = optionsOf<MessageBoxOptions>(args)
    const response = options.cancelId ?? 0
    console.error(`stand-in: ${options.message} Answered ${options.buttons?.[response] ?? response}`)
    return { response, checkboxChecked: options.checkboxChecked ?? false }
  },

  showErrorBox(title: string, content: string): void {
    console.error(`${title}\n${content}`)
  },
})

export const shell = strictModule('shell', {
  async openExternal(url: string): Promise<void> {
    console.error(`stand-in: would open ${url}`)
  },
  showItemInFolder(file: string): void {
    console.error(`stand-in: would show ${file} in its folder`)
  },
})
