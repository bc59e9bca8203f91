import type { z } from 'zod'
import {
  consoleKeyResponseSchema,
  hubProblemSchema,
  iceResponseSchema,
  meSchema,
  pushKeyResponseSchema,
  type pushSubscriptionSchema,
  siteCardsSchema,
} from '../../contract/hub.ts'
import type { SignedCardsWord } from '../../domain/policy/cards-approval.ts'
import { fail, ok, type Result } from '../../domain/result.ts'

/** The hub over HTTP, as the console uses it. Every answer is checked; every failure has words. */
export type HubApi = ReturnType<typeof createHubApi>

type Fetch = (path: string, init: RequestInit) => Promise<Response>

export function createHubApi(fetch: Fetch) {
  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Result<unknown>> {
    let response: Response
    try {
      response = await fetch(path, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
    } catch {
      return fail('unreachable', 'The hub cannot be reached. Check this computer’s network and try again.')
    }
    const answer = await response.json().catch(() => undefined)
    if (response.ok && answer !== undefined) return ok(answer)
    const problem = hubProblemSchema.safeParse(answer)
    if (problem.success) return { ok: false, error: problem.data.error }
    if (response.status === 401) return fail('session-ended', 'Your session has ended. Sign in again.')
    return fail(
      'unexpected',
      `The hub answered ${path} with status ${response.status}. Try again in a moment.`,
    )
  }

  async function read<T>(answer: Promise<Result<unknown>>, schema: z.ZodType<T>, path: string) {
    const result = await answer
    if (!result.ok) return result
    const parsed = schema.safeParse(result.value)
    if (parsed.success) return ok(parsed.data)
    return fail('unexpected', `This page did not understand the hub’s answer to ${path}. Reload the page.`)
  }

  return {
    me: () => read(call('GET', '/api/physician/me'), meSchema, '/api/physician/me'),
    registerOptions: (invite: string) => call('POST', '/api/physician/register/options', { invite }),
    registerVerify: (invite: string, response: unknown) =>
      call('POST', '/api/physician/register/verify', { invite, response }),
    signInOptions: () => call('POST', '/api/physician/sign-in/options', {}),
    signInVerify: (response: unknown) => call('POST', '/api/physician/sign-in/verify', { response }),
    signOut: () => call('POST', '/api/physician/sign-out', {}),
    consoleKey: (publicKey: string) =>
      read(
        call('POST', '/api/physician/console-key', { publicKey }),
        consoleKeyResponseSchema,
        '/api/physician/console-key',
      ),
    pushKey: () => read(call('GET', '/api/physician/push'), pushKeyResponseSchema, '/api/physician/push'),
    pushBegin: (subscription: z.infer<typeof pushSubscriptionSchema>) =>
      call('POST', '/api/physician/push', subscription),
    pushEnd: (endpoint: string) => call('POST', '/api/physician/push/end', { endpoint }),
    cards: () => read(call('GET', '/api/physician/cards'), siteCardsSchema, '/api/physician/cards'),
    sayOfCards: (signed: SignedCardsWord) => call('POST', '/api/physician/cards/approval', { signed }),
    ice: () => read(call('GET', '/api/ice'), iceResponseSchema, '/api/ice'),
  }
}
