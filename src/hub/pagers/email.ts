import { createHash } from 'node:crypto'
import nodemailer from 'nodemailer'
import { delivered, type Notice, oneLine, type PagerWay, type Undelivered, undelivered } from './pager.ts'
import type { PagerSettings } from './settings.ts'
import { textOf, titleOf } from './words.ts'

type Email = { readonly kind: 'email'; readonly to: string }

const answerWithinMs = 10_000

/** By the site's mail server. That it took a message is all that can be known: not that anybody reads it. */
export function emailWay(smtp: PagerSettings['smtp']): PagerWay<Email> {
  if (smtp === undefined)
    return {
      send: async () => undelivered(true, 'the hub is told of no mail server: add smtp to its pagers file'),
    }
  const name = `mail server ${smtp.host}`
  return {
    async send({ to }, notice, { signal }) {
      // One connection a message: none is found dead when it is needed.
      const transport = nodemailer.createTransport({
        host: smtp.host,
        port: smtp.port,
        secure: smtp.security === 'tls',
        requireTLS: smtp.security === 'starttls',
        ignoreTLS: smtp.security === 'none',
        ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
        ...(smtp.ca === undefined ? {} : { tls: { ca: smtp.ca } }),
        connectionTimeout: answerWithinMs,
        greetingTimeout: answerWithinMs,
        socketTimeout: answerWithinMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const close = () => transport.close()
      signal.addEventListener('abort', close, { once: true })
      try {
        const late = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
        })
        await Promise.race([transport.sendMail(messageOf(smtp.from, to, notice)), late])
        return delivered(`taken by ${name}`)
      } catch (error) {
        return failureOf(name, error, signal)
      } finally {
        signal.removeEventListener('abort', close)
        close()
      }
    },
  }
}

function messageOf(from: string, to: string, notice: Notice) {
  const id = createHash('sha256').update(`${notice.id} ${to}`).digest('hex').slice(0, 32)
  const domain = from.split('@').at(-1)?.replace('>', '') ?? 'scanside'
  return {
    from,
    to,
    subject: titleOf(notice),
    text: textOf(notice),
    priority: 'high' as const,
    // The same for a repetition, which mail programs then show once.
    messageId: `<${id}@${domain}>`,
    headers: { 'auto-submitted': 'auto-generated' },
  }
}

/** RFC 5321: 5yz is for good, anything else may be better in a moment. What the server says may name mailboxes. */
function failureOf(name: string, error: unknown, signal: AbortSignal): Undelivered {
  if (signal.aborted) return undelivered(false, `${name} did not answer in time`)
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number }
  if (code === 'EAUTH' && responseCode !== undefined)
    return undelivered(
      responseCode >= 500,
      `${name} refused the hub's user name or password (${responseCode})`,
    )
  if (responseCode !== undefined)
    return undelivered(responseCode >= 500, `${name} refused the message (${responseCode})`)
  if (code === 'ETLS') return undelivered(false, `${name} offers no encryption that holds`)
  return undelivered(false, oneLine(`${name} cannot be reached (${code ?? String(error)})`))
}
