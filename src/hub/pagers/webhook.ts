import { createHmac } from 'node:crypto'
import type { Attempt, Notice, PagerWay } from './pager.ts'
import { undelivered } from './pager.ts'
import { posted } from './post.ts'
import type { PagerSettings } from './settings.ts'
import { textOf, titleOf } from './words.ts'

type Webhook = { readonly kind: 'webhook'; readonly target: string }

/**
 * Signed as the Standard Webhooks specification has it (HMAC-SHA256 over identifier, time and body), anew for each
 * attempt, so that whoever takes it can refuse what is forged or old.
 */
export function signatureOf(key: string, id: string, timestampS: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`
}

export function webhookWay(targets: PagerSettings['webhooks']): PagerWay<Webhook> {
  const say = async (event: string, { target }: Webhook, notice: Notice, attempt: Attempt) => {
    const known = targets?.[target]
    if (known === undefined)
      return undelivered(true, `the hub is told of no webhook "${target}": add it to its pagers file`)
    const id = `${notice.id} ${event}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    const body = JSON.stringify({ event, id, ...contentOf(notice) })
    const timestampS = Math.floor(attempt.nowMs / 1000)
    return posted(
      {
        url: known.url,
        ca: known.ca,
        name: `webhook "${target}"`,
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signatureOf(known.key, id, timestampS, body),
        },
      },
      attempt,
    )
  }
  return {
    send: (channel, notice, attempt) =>
      say(notice.about === 'test' ? 'test' : 'call-opened', channel, notice, attempt),
    end: (channel, notice, attempt) => say('call-ended', channel, notice, attempt),
  }
}

const contentOf = (notice: Notice) => ({
  call: notice.call,
  site: notice.site,
  to: notice.to.kind === 'physician' ? { ...notice.to, name: notice.name } : notice.to,
  callback: notice.callback,
  link: notice.link,
  title: titleOf(notice),
  text: textOf(notice),
})
