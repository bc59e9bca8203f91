import { hubProblemSchema } from '../../contract/hub.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { networkProblem } from './network-problem.ts'

export type HubReply = { readonly status: number; readonly body: unknown }
export type HubRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** JSON text, sent as it is; or what it became by `encoding`. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly encoding?: string
  readonly token?: string
  readonly signal?: AbortSignal
}

/** How long the hub may take to answer before it counts as unreachable, ms. */
const answerWithinMs = 10_000
/** No answer of the hub is larger than this; more means that something else answers, bytes. */
const maxReplyBytes = 8 * 1024 * 1024

/** One request to the hub. Every answer with a status is a reply; everything else is a named problem. */
export async function askHub(hub: string, request: HubRequest): Promise<Result<HubReply, Problem>> {
  const { method, path, body, encoding, token, signal } = request
  // Not `AbortSignal.timeout`, which would keep the request and its body until then, answered or not.
  const end = new AbortController()
  const abort = () => end.abort(signal?.reason)
  const deadline = setTimeout(() => end.abort(tooLate()), answerWithinMs)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  try {
    const response = await fetch(`${hub}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body }),
      signal: end.signal,
    })
    if (response.status >= 300 && response.status < 400) return { ok: false, error: sendsOn(hub, response) }
    const text = await readLimited(response)
    return ok({ status: response.status, body: parseJson(text) })
  } catch (error) {
    return { ok: false, error: networkProblem(hub, error) }
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', abort)
  }
}

/** What `AbortSignal.timeout` gives as its reason. */
const tooLate = () => new DOMException('The hub does not answer in time.', 'TimeoutError')

/** The hub's own words where it gave some, else the status in words. */
export function refusalOf(hub: string, { status, body }: HubReply): Problem {
  const parsed = hubProblemSchema.safeParse(body)
  if (parsed.success) return parsed.data.error
  if (status >= 500) {
    return { kind: 'hub-error', message: `The hub ${hub} failed (status ${status}). It is asked again.` }
  }
  return notAHub(hub, `status ${status}`)
}

export const notAHub = (hub: string, detail: string): Problem => ({
  kind: 'not-a-hub',
  message: `What answers at ${hub} is not a Scanside hub (${detail}). Check the address and its port.`,
})

/** A hub answers by itself; following would send a code or a token to whoever is named. */
function sendsOn(hub: string, response: Response): Problem {
  const target = response.headers.get('location') ?? ''
  const where = URL.canParse(target, hub) ? new URL(target, hub).origin : 'somewhere else'
  return {
    kind: 'not-a-hub',
    message: `What answers at ${hub} is not a Scanside hub: it sends on to ${where}. Check the address and its port.`,
  }
}

/**
 * The address as it is kept: scheme, host and port alone. Plain HTTP counts for this computer only, because what
 * travels (policy with PIN verifiers, log) must not be readable on a hospital network.
 */
export function hubAddress(text: string): Result<string, Problem<'bad-address'>> {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (url === undefined || url.hostname === '' || !/^https?:$/.test(url.protocol)) {
    return fail(
      'bad-address',
      `“${text}” is not the address of a hub. It looks like https://hub.example.org or https://hub.example.org:8443.`,
    )
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return fail('bad-address', 'The address of the hub is only scheme, name and port, without anything more.')
  }
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    return fail(
      'bad-address',
      `The hub ${url.host} must be reached over https://, because patient data travels.`,
    )
  }
  return ok(url.origin)
}

async function readLimited(response: Response): Promise<string> {
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (declared > maxReplyBytes) throw new Error(`an answer of ${declared} bytes`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxReplyBytes) throw new Error(`an answer of more than ${maxReplyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
