import { challengeResponseSchema, challengeToSign, tokenResponseSchema } from '../../contract/hub.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { ok, type Problem, type Result } from '../../domain/result.ts'
import type { Clock } from './clock.ts'
import { askHub, notAHub, refusalOf } from './hub-http.ts'

/** A short-lived proof that this device holds its key. `skewMs`: hub's wall clock minus this computer's. */
export type HubToken = { readonly token: string; readonly skewMs: number }

export type TokenSource = {
  /** The token at hand, or a new one shortly before that expires. Concurrent callers share one request. */
  readonly get: () => Promise<Result<HubToken, Problem>>
  /** The hub refused it: the next `get` asks again. */
  readonly forget: (token: string) => void
}

export type TokenOptions = {
  readonly hub: string
  readonly deviceId: string
  readonly sign: (value: Json) => string
  readonly clock: Clock
}

/** A token is renewed when this share of its life is over. */
const renewAfter = 0.8

export function createTokenSource({ hub, deviceId, sign, clock }: TokenOptions): TokenSource {
  let held: { readonly token: HubToken; readonly renewAtMono: number } | undefined
  let asking: Promise<Result<HubToken, Problem>> | undefined

  const post = async (path: string, body: unknown): Promise<Result<unknown, Problem>> => {
    const answer = await askHub(hub, { method: 'POST', path, body: JSON.stringify(body) })
    if (!answer.ok) return answer
    if (answer.value.status !== 200) return { ok: false, error: refusalOf(hub, answer.value) }
    return ok(answer.value.body)
  }

  const ask = async (): Promise<Result<HubToken, Problem>> => {
    const offered = await post('/api/device/challenge', { deviceId })
    if (!offered.ok) return offered
    const challenge = challengeResponseSchema.safeParse(offered.value).data?.challenge
    if (challenge === undefined) return { ok: false, error: notAHub(hub, 'its answer is not a challenge') }
    const sentAtMs = clock.nowMs()
    const signature = sign(challengeToSign(deviceId, challenge))
    const granted = await post('/api/device/token', { deviceId, challenge, signature })
    if (!granted.ok) return granted
    const parsed = tokenResponseSchema.safeParse(granted.value)
    if (!parsed.success) return { ok: false, error: notAHub(hub, 'its answer is not a token') }
    const { token, expiresInS, now } = parsed.data
    const skewMs = Math.round(Date.parse(now) - (sentAtMs + clock.nowMs()) / 2)
    held = { token: { token, skewMs }, renewAtMono: clock.mono() + expiresInS * 1000 * renewAfter }
    return ok(held.token)
  }

  return {
    get: () => {
      if (held !== undefined && clock.mono() < held.renewAtMono) return Promise.resolve(ok(held.token))
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    forget: (token) => {
      if (held?.token.token === token) held = undefined
    },
  }
}
