/// <reference lib="dom" />
// What runs inside pages. Both functions are injected as text, so each must stay self-contained.
import type { makeBridge } from './bridge.ts'
import type { makeCodec } from './codec.ts'

/** What the isolated world tells the main process, through a binding that the page cannot see. */
export type FromPage =
  | { readonly kind: 'send'; readonly channel: string; readonly args: readonly unknown[] }
  | {
      readonly kind: 'invoke'
      readonly id: number
      readonly channel: string
      readonly args: readonly unknown[]
    }
  | { readonly kind: 'permission'; readonly id: number; readonly ask: PermissionAsk }
  | { readonly kind: 'open'; readonly url: string; readonly frameName: string; readonly features: string }
  | { readonly kind: 'preload-error'; readonly path: string; readonly error: Error }

/** `request` when a page wants to use something, `check` when it only looks whether it may. */
export interface PermissionAsk {
  readonly how: 'request' | 'check'
  readonly permission: 'media' | 'display-capture'
  readonly mediaTypes: readonly ('audio' | 'video')[]
}

/** What the main process tells the isolated world. */
export type ToPage =
  | { readonly kind: 'reply'; readonly id: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: 'message'; readonly channel: string; readonly args: readonly unknown[] }

/** In the page's own world: what the preload exposes, and the questions that Chromium would not ask us. */
export function mainWorld(busName: string, bridge: typeof makeBridge): void {
  if (window !== window.top) return
  const call = bridge(window, `${busName}:isolated`, `${busName}:main`, {
    expose: (key: string, api: unknown) => {
      if (Object.hasOwn(window, key)) {
        throw new Error('Cannot bind an API on top of an existing property on the window object')
      }
      Object.defineProperty(window, key, { value: api, enumerable: true })
    },
  })
  const allowed = (
    how: PermissionAsk['how'],
    permission: PermissionAsk['permission'],
    mediaTypes: PermissionAsk['mediaTypes'],
  ) => call('permission', [{ how, permission, mediaTypes }]) as Promise<boolean>
  const denied = () => new DOMException('Permission denied', 'NotAllowedError')

  // Absent in an insecure context, where there is nothing to guard.
  const devices = globalThis.MediaDevices?.prototype
  if (devices) {
    const { getUserMedia, getDisplayMedia } = devices
    devices.getUserMedia = async function (constraints) {
      const mediaTypes: ('audio' | 'video')[] = []
      if (constraints?.audio) mediaTypes.push('audio')
      if (constraints?.video) mediaTypes.push('video')
      if (mediaTypes.length > 0 && !(await allowed('request', 'media', mediaTypes))) throw denied()
      return getUserMedia.call(this, constraints)
    }
    devices.getDisplayMedia = async function (options) {
      if (!(await allowed('request', 'display-capture', []))) throw denied()
      return getDisplayMedia.call(this, options)
    }
  }

  const permissions = globalThis.Permissions?.prototype
  if (permissions) {
    const { query } = permissions
    const mediaTypeByName: Record<string, 'audio' | 'video'> = { camera: 'video', microphone: 'audio' }
    permissions.query = async function (descriptor) {
      const status = await query.call(this, descriptor)
      const mediaType = mediaTypeByName[descriptor.name]
      if (mediaType && !(await allowed('check', 'media', [mediaType]))) {
        Object.defineProperty(status, 'state', { value: 'denied' })
      }
      return status
    }
  }

  window.open = (url = 'about:blank', frameName = '', features = '') => {
    call('open', [new URL(String(url), document.baseURI).href, frameName, features])
    return null
  }
}

type PreloadFunction = (
  require: (module: string) => unknown,
  module: { exports: object },
  exports: object,
  process: object,
  filename: string,
  dirname: string,
) => void

/** In the isolated world: `ipcRenderer`, `contextBridge` and the app's preload. */
export function isolatedWorld(
  busName: string,
  bridge: typeof makeBridge,
  codecMaker: typeof makeCodec,
  setup: { readonly preloadPath: string; readonly process: object },
  preload?: PreloadFunction,
): void {
  if (window !== window.top) return
  interface Listener {
    readonly listener: (event: object, ...args: unknown[]) => void
    readonly once: boolean
  }
  interface Waiting {
    readonly resolve: (value: unknown) => void
    readonly reject: (error: unknown) => void
  }
  const scope = globalThis as unknown as {
    __standinPost: (text: string) => void
    __standinDeliver: (text: string) => void
  }
  const post = scope.__standinPost
  const bytes = Uint8Array as unknown as { fromBase64: (text: string) => Uint8Array }
  const codec = codecMaker(
    (value) => (value as unknown as { toBase64: () => string }).toBase64(),
    (text) => bytes.fromBase64(text),
  )
  const tell = (message: FromPage) => post(codec.encode(message))
  const refuse = (what: string) => () => {
    throw new Error(`stand-in: ${what} is not implemented`)
  }

  let lastId = 0
  const waitingById = new Map<number, Waiting>()
  const request = (message: (id: number) => FromPage) =>
    new Promise<unknown>((resolve, reject) => {
      lastId += 1
      tell(message(lastId))
      waitingById.set(lastId, { resolve, reject })
    })

  const listenersByChannel = new Map<string, Listener[]>()
  const listenersOf = (channel: string) => listenersByChannel.get(channel) ?? []
  const add = (once: boolean) => (channel: string, listener: Listener['listener']) => {
    listenersByChannel.set(channel, [...listenersOf(channel), { listener, once }])
    return ipcRenderer
  }
  const remove = (channel: string, listener: Listener['listener']) => {
    const at = listenersOf(channel).findLastIndex((entry) => entry.listener === listener)
    listenersByChannel.set(
      channel,
      listenersOf(channel).filter((_entry, index) => index !== at),
    )
    return ipcRenderer
  }
  const ipcRenderer: object = {
    on: add(false),
    addListener: add(false),
    once: add(true),
    off: remove,
    removeListener: remove,
    removeAllListeners: (channel?: string) => {
      if (channel === undefined) listenersByChannel.clear()
      else listenersByChannel.delete(channel)
      return ipcRenderer
    },
    listenerCount: (channel: string) => listenersOf(channel).length,
    send: (channel: string, ...args: unknown[]) => tell({ kind: 'send', channel, args }),
    invoke: (channel: string, ...args: unknown[]) => request((id) => ({ kind: 'invoke', id, channel, args })),
    sendSync: refuse('ipcRenderer.sendSync'),
    sendToHost: refuse('ipcRenderer.sendToHost'),
    postMessage: refuse('ipcRenderer.postMessage'),
  }

  scope.__standinDeliver = (text) => {
    const message = codec.decode(text) as ToPage
    if (message.kind === 'reply') {
      const waiting = waitingById.get(message.id)
      waitingById.delete(message.id)
      if (message.ok) waiting?.resolve(message.value)
      else waiting?.reject(message.value)
      return
    }
    const listeners = listenersOf(message.channel)
    listenersByChannel.set(
      message.channel,
      listeners.filter((entry) => !entry.once),
    )
    for (const { listener } of listeners) {
      try {
        listener({ sender: ipcRenderer, ports: [] }, ...message.args)
      } catch (error) {
        reportError(error)
      }
    }
  }

  const open = (url: string, frameName: string, features: string) =>
    tell({ kind: 'open', url, frameName, features })
  const call = bridge(window, `${busName}:main`, `${busName}:isolated`, {
    permission: (ask: PermissionAsk) => request((id) => ({ kind: 'permission', id, ask })),
    open,
  })
  window.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target=_blank]') : null
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented) return
    event.preventDefault()
    open(link.href, '', '')
  })
  if (!preload) return

  const electron = new Proxy<Record<string, unknown>>(
    {
      ipcRenderer,
      contextBridge: {
        exposeInMainWorld: (key: string, api: unknown) => {
          call('expose', [key, api])
        },
        exposeInIsolatedWorld: refuse('contextBridge.exposeInIsolatedWorld'),
      },
    },
    {
      get: (members, name) =>
        typeof name === 'symbol' || name === '__esModule' || name in members
          ? Reflect.get(members, name)
          : refuse(`electron.${name} in a preload`)(),
    },
  )
  const require = (name: string) => {
    if (/^electron(?:\/(?:renderer|common))?$/.test(name)) return electron
    throw new Error(`module not found: ${name}`)
  }
  const module = { exports: {} }
  const dirname = setup.preloadPath.replace(/[\\/][^\\/]*$/, '')
  try {
    preload(require, module, module.exports, setup.process, setup.preloadPath, dirname)
  } catch (error) {
    console.error(`Unable to load preload script: ${setup.preloadPath}`)
    console.error(error)
    const cause = error instanceof Error ? error : new Error(String(error))
    tell({ kind: 'preload-error', path: setup.preloadPath, error: cause })
  }
}
