/**
 * Shows pages that come by Web Push, also with the console closed. Without imports: the browser loads it as one file.
 * What of a worker it needs is named here, because the types of pages and of workers exclude each other.
 */
type Waiting = { readonly waitUntil: (work: Promise<unknown>) => void }
type Pushed = Waiting & { readonly data: { readonly json: () => unknown } | null }
type Clicked = Waiting & { readonly notification: Notification }
type Client = { readonly url: string; readonly focus: () => Promise<unknown> }
type PushWorker = {
  readonly addEventListener: {
    (type: 'install' | 'activate', listener: (event: Waiting) => void): void
    (type: 'push', listener: (event: Pushed) => void): void
    (type: 'notificationclick', listener: (event: Clicked) => void): void
  }
  readonly skipWaiting: () => Promise<void>
  readonly registration: {
    readonly showNotification: (
      title: string,
      options: NotificationOptions & { readonly renotify: boolean },
    ) => Promise<void>
    readonly scope: string
  }
  readonly clients: {
    readonly claim: () => Promise<void>
    readonly matchAll: (options: {
      readonly type: 'window'
      readonly includeUncontrolled: true
    }) => Promise<readonly Client[]>
    readonly openWindow: (url: string) => Promise<unknown>
  }
}

export {}

const worker = globalThis as unknown as PushWorker

// A newer one waits for no page to be closed: consoles stay open for days.
worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()))
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))

worker.addEventListener('push', (event) => {
  const { title, body, tag } = read(event.data)
  // Called again, the same call takes the place of its notification, and must be heard all the same.
  const options = { body, tag, renotify: true, requireInteraction: true }
  event.waitUntil(worker.registration.showNotification(title, options))
})

worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(toConsole())
})

/** Any console counts, also one that was there before this worker: a second would take the call from the first. */
async function toConsole(): Promise<void> {
  const { scope } = worker.registration
  const open = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const console = open.find(({ url }) => url.startsWith(scope))
  await (console === undefined ? worker.clients.openWindow(scope) : console.focus())
}

/** What cannot be read still calls somebody. */
function read(data: Pushed['data']): { readonly title: string; readonly body: string; readonly tag: string } {
  const text = (value: unknown, otherwise: string) =>
    typeof value === 'string' && value !== '' ? value : otherwise
  let said: Record<string, unknown> = {}
  try {
    said = Object(data?.json()) as Record<string, unknown>
  } catch {
    // Said below.
  }
  return {
    title: text(said.title, 'A room calls for help'),
    body: text(said.body, 'Open the console.'),
    tag: text(said.tag, 'scanside'),
  }
}
