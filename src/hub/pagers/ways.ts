import type { PagerChannel } from '../../domain/policy/policy.ts'
import type { HubStore } from '../store.ts'
import { emailWay } from './email.ts'
import type { Attempt, Notice, Outcome } from './pager.ts'
import { undelivered } from './pager.ts'
import { pagerDutyWay } from './pagerduty.ts'
import type { PagerSettings } from './settings.ts'
import { newVapidKeys, type VapidKeys, webPushWay } from './web-push.ts'
import { webhookWay } from './webhook.ts'

/** Every way out behind one interface. No call rejects, or takes longer than `attemptMs`. */
export type Ways = {
  readonly send: (channel: PagerChannel, notice: Notice, nowMs: number) => Promise<Outcome>
  readonly hasEnd: (channel: PagerChannel) => boolean
  readonly end: (channel: PagerChannel, notice: Notice, nowMs: number) => Promise<Outcome>
  readonly vapidPublicKey: string
  /** Lets go of what is under way. */
  readonly stop: () => void
}

const attemptMs = 12_000

export async function openWays(
  settings: PagerSettings,
  store: Pick<HubStore, 'meta' | 'pushSubscriptions'>,
  publicUrl: () => string,
): Promise<Ways> {
  // Every hub of the store pushes with the same key: browsers know it.
  const keys = JSON.parse(
    await store.meta.getOrMake('vapid-keys', () => JSON.stringify(newVapidKeys())),
  ) as VapidKeys
  const stopping = new AbortController()
  const subject = () => (publicUrl().startsWith('https:') ? publicUrl() : 'mailto:scanside@localhost')
  const email = emailWay(settings.smtp)
  const webhook = webhookWay(settings.webhooks)
  const pagerduty = pagerDutyWay(settings.pagerduty)
  const push = webPushWay(settings.webPush, keys, store.pushSubscriptions, subject)

  async function sent(channel: PagerChannel, notice: Notice, attempt: Attempt): Promise<Outcome> {
    switch (channel.kind) {
      case 'email':
        return email.send(channel, notice, attempt)
      case 'webhook':
        return webhook.send(channel, notice, attempt)
      case 'pagerduty':
        return pagerduty.send(channel, notice, attempt)
      case 'web-push':
        return push.send(channel, notice, attempt)
    }
  }
  async function ended(channel: PagerChannel, notice: Notice, attempt: Attempt): Promise<Outcome> {
    if (channel.kind === 'webhook' && webhook.end) return webhook.end(channel, notice, attempt)
    if (channel.kind === 'pagerduty' && pagerduty.end) return pagerduty.end(channel, notice, attempt)
    return undelivered(true, 'this kind of pager has no end')
  }
  const within = (nowMs: number): Attempt => ({
    nowMs,
    signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(attemptMs)]),
  })
  const unexpected = (error: unknown) =>
    undelivered(false, error instanceof Error ? error.message : String(error))

  return {
    send: (channel, notice, nowMs) => sent(channel, notice, within(nowMs)).catch(unexpected),
    hasEnd: ({ kind }) => kind === 'webhook' || kind === 'pagerduty',
    end: (channel, notice, nowMs) => ended(channel, notice, within(nowMs)).catch(unexpected),
    vapidPublicKey: keys.publicKey,
    stop: () => stopping.abort(),
  }
}
