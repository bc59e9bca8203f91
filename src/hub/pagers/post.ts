import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type Attempt, delivered, type Outcome, oneLine, undelivered } from './pager.ts'

const maxAnswerBytes = 16 * 1024

export type Post = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** Roots to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined
  /** How the other side is called in words. */
  readonly name: string
}
export type Answer = { readonly status: number; readonly body: string }

/** One POST. Redirects are answers like any other and are never followed: nobody is led elsewhere. */
export function post({ url, headers, body, ca }: Post, { signal }: Attempt): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestTls : requestPlain
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
    }
    const request = send(url, ca === undefined ? options : { ...options, ca }, (response) => {
      const parts: Buffer[] = []
      let bytes = 0
      response.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes <= maxAnswerBytes) parts.push(part)
        else response.destroy()
      })
      response.on('error', reject)
      response.on('close', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** What cannot be put right by sending it again: wrong key, wrong form, nobody there. */
const isFinal = (status: number): boolean =>
  status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429

export async function posted(
  message: Post,
  attempt: Attempt,
): Promise<Outcome & { readonly status?: number }> {
  try {
    const { status } = await post(message, attempt)
    if (status >= 200 && status < 300) return { ...delivered(`taken by ${message.name}`), status }
    return { ...undelivered(isFinal(status), `${message.name} answered ${status}`), status }
  } catch (error) {
    return undelivered(false, notReached(message.name, error, attempt))
  }
}

export function notReached(name: string, error: unknown, { signal }: Attempt): string {
  if (signal.aborted) return `${name} did not answer in time`
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return oneLine(
    `${name} cannot be reached (${code || (error instanceof Error ? error.message : String(error))})`,
  )
}
