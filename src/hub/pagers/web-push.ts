import { createHash } from 'node:crypto'
import webPush from 'web-push'
import type { PushSubscriptionStore } from '../store.ts'
import { delivered, type Outcome, type PagerWay, undelivered } from './pager.ts'
import { posted } from './post.ts'
import type { PagerSettings } from './settings.ts'
import { textOf, titleOf } from './words.ts'

export type VapidKeys = { readonly publicKey: string; readonly privateKey: string }

export const newVapidKeys = (): VapidKeys => webPush.generateVAPIDKeys()

/** A page that comes minutes late alarms for nothing. */
const worthForS = 120

/**
 * To every browser in which the physician agreed (RFC 8030, 8291, 8292): encrypted for that browser alone, so that
 * the service in between reads nothing.
 */
export function webPushWay(
  settings: PagerSettings['webPush'],
  keys: VapidKeys,
  subscriptions: Pick<PushSubscriptionStore, 'of' | 'remove'>,
  subject: () => string,
): PagerWay<{ readonly kind: 'web-push' }> {
  return {
    async send(_channel, notice, attempt) {
      if (notice.to.kind !== 'physician') return undelivered(true, 'only physicians have browsers to push to')
      const known = await subscriptions.of(notice.to.physicianId).catch(() => null)
      if (known === null) return undelivered(false, 'the hub’s database does not answer')
      if (known.length === 0)
        return undelivered(
          true,
          'no browser of theirs takes pages: they have not gone on call with notifications allowed',
        )
      const payload = JSON.stringify({
        title: titleOf(notice),
        body: textOf(notice),
        tag: notice.call?.escalationId ?? notice.id,
        url: notice.link,
      })
      const topic = createHash('sha256').update(notice.id).digest('base64url').slice(0, 32)
      const outcomes = await Promise.all(
        known.map(async ({ endpoint, p256dh, auth }): Promise<Outcome> => {
          const name = new URL(endpoint).host
          const details = prepared(endpoint, { p256dh, auth }, payload, topic)
          if (details === null) return undelivered(true, `the browser’s keys at ${name} cannot be used`)
          const sent = await posted(
            { url: endpoint, ca: settings?.ca, name: `push service ${name}`, ...details },
            attempt,
          )
          // The browser has taken its consent back, or is gone.
          if (sent.status === 404 || sent.status === 410)
            await subscriptions.remove(endpoint).catch(() => undefined)
          return sent
        }),
      )
      const taken = outcomes.find(({ ok }) => ok)
      if (taken !== undefined) return delivered(taken.words)
      const first = outcomes.find((outcome) => !outcome.ok && !outcome.final) ?? outcomes[0]
      return first ?? undelivered(true, 'no browser takes pages')
    },
  }

  function prepared(
    endpoint: string,
    browser: { readonly p256dh: string; readonly auth: string },
    payload: string,
    topic: string,
  ) {
    try {
      const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: browser }, payload, {
        TTL: worthForS,
        urgency: 'high',
        topic,
        contentEncoding: 'aes128gcm',
        vapidDetails: { subject: settings?.subject ?? subject(), ...keys },
      })
      const named = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
      return { headers: Object.fromEntries(named), body: body ?? '' }
    } catch {
      return null
    }
  }
}

/** Where the browsers' makers take pushes. An endpoint comes from a browser, so it is followed to no other place. */
const services = [
  /^fcm\.googleapis\.com$/,
  /^(.+\.)?push\.services\.mozilla\.com$/,
  /^(.+\.)?notify\.windows\.com$/,
  /^(.+\.)?push\.apple\.com$/,
]

export function isPushService(endpoint: string, settings: PagerSettings['webPush']): boolean {
  const url = URL.parse(endpoint)
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false
  if (settings?.services?.includes(url.host)) return true
  return url.port === '' && services.some((service) => service.test(url.hostname))
}
