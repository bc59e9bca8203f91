import type { BrowserContext, Page } from '@playwright/test'

/** A notification that a page has given to the system. */
export type Notified = {
  readonly title: string
  readonly body: string
  readonly requireInteraction: boolean
  readonly tag: string
  readonly permission: NotificationPermission
  readonly closed: boolean
}

declare global {
  interface Window {
    notified: { -readonly [K in keyof Notified]: Notified[K] }[]
  }
}

/** Notes, on pages that are opened from now on, what the browser's own constructor makes of each notification. */
export async function watchNotifications(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.notified = []
    const Native = globalThis.Notification
    globalThis.Notification = class extends Native {
      readonly #noted: Window['notified'][number]
      constructor(...args: ConstructorParameters<typeof Native>) {
        super(...args)
        const { title, body, requireInteraction, tag } = this
        const { permission } = Native
        this.#noted = { title, body, requireInteraction, tag, permission, closed: false }
        window.notified.push(this.#noted)
      }
      override close() {
        this.#noted.closed = true
        super.close()
      }
    }
  })
}

export const notificationsOf = (page: Page): Promise<readonly Notified[]> =>
  page.evaluate(() => window.notified)
