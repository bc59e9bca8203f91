import type { Alarm } from './alarms.ts'

export const notificationPermission = (): NotificationPermission | 'unsupported' =>
  'Notification' in globalThis ? Notification.permission : 'unsupported'

/** Asks the person, in their gesture, whether the system may show alarms over other windows. */
export async function askNotifications(): Promise<NotificationPermission | 'unsupported'> {
  const permission = notificationPermission()
  return permission === 'default' ? Notification.requestPermission() : permission
}

/** Notifications that stay until they are taken away, and bring the console to the front when clicked. */
export function notifyOf(focus: () => void) {
  return (alarm: Alarm, words: { readonly title: string; readonly body: string }) => {
    if (notificationPermission() !== 'granted') return undefined
    try {
      const shown = new Notification(words.title, {
        body: words.body,
        tag: alarm.page.escalationId,
        requireInteraction: true,
        // The console sounds by itself, and longer than the system would.
        silent: true,
      })
      shown.onclick = () => {
        focus()
        shown.close()
      }
      return () => shown.close()
    } catch {
      // Some systems allow notifications to workers alone; sound, title and page do without.
      return undefined
    }
  }
}
