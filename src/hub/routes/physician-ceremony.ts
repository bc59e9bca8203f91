import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { assertOwnOrigin, sessionCookie } from '../auth.ts'
import type { HubContext } from '../context.ts'
import type { Once } from '../once.ts'
import { Refusal } from '../refusal.ts'
import { sessionS } from '../tokens.ts'

/** A WebAuthn ceremony under way in one browser, bound to it by a short cookie. */
export type Ceremony =
  | { readonly kind: 'register'; readonly challenge: string; readonly inviteHash: string }
  | { readonly kind: 'sign-in'; readonly challenge: string }

export const ceremonyMs = 5 * 60_000
const ceremonyCookie = 'scanside_ceremony'

/** The outer form of what a browser's authenticator answers; the library reads the rest. */
export const credentialSchema = z.looseObject({
  id: z.string().min(1).max(1024),
  rawId: z.string().min(1).max(1024),
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: z.string() }),
  clientExtensionResults: z.looseObject({}),
})

/** Passkeys are bound to the host of the public address, and taken from its origin alone. */
export const relyingParty = (ctx: HubContext): { readonly rpID: string; readonly origin: string } => {
  const url = new URL(ctx.publicUrl())
  return { rpID: url.hostname, origin: url.origin }
}

/** What every step of a ceremony shares: few tries from one address, and only from the console's own page. */
export const ceremonyRoute = (ctx: HubContext) => ({
  config: { rateLimit: { max: ctx.limits.signInPerAddress, timeWindow: '1 minute' } },
  onRequest: async ({ headers }: FastifyRequest) => assertOwnOrigin(ctx, headers.origin),
})

/** What an authenticator's answer must be about, whether it registers or signs in. */
export function expectedOf(ctx: HubContext, challenge: string) {
  const { rpID, origin } = relyingParty(ctx)
  return {
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  }
}

export async function beginCeremony(
  ctx: HubContext,
  ceremonies: Once<Ceremony>,
  reply: FastifyReply,
  ceremony: Ceremony,
): Promise<void> {
  reply.setCookie(ceremonyCookie, await ceremonies.issue(ceremony), {
    ...cookieOptions(ctx),
    path: '/api/physician',
    maxAge: ceremonyMs / 1000,
  })
}

/** @throws {Refusal} if this browser has no such ceremony open. */
export async function takeCeremony<K extends Ceremony['kind']>(
  ceremonies: Once<Ceremony>,
  request: FastifyRequest,
  kind: K,
): Promise<Extract<Ceremony, { kind: K }>> {
  const ceremony = await ceremonies.take(request.cookies[ceremonyCookie] ?? '')
  if (ceremony?.kind !== kind)
    throw new Refusal(400, 'ceremony-over', 'This took too long or was begun elsewhere. Try again.')
  return ceremony as Extract<Ceremony, { kind: K }>
}

export async function beginSession(ctx: HubContext, reply: FastifyReply, physicianId: string): Promise<void> {
  reply.setCookie(sessionCookie, await ctx.tokens.forPhysician(physicianId), {
    ...cookieOptions(ctx),
    path: '/',
    maxAge: sessionS,
  })
}

export function forgetSession(ctx: HubContext, reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, { ...cookieOptions(ctx), path: '/' })
}

const cookieOptions = (ctx: HubContext) => ({
  httpOnly: true,
  sameSite: 'strict' as const,
  secure: ctx.publicUrl().startsWith('https:'),
})

/** Whatever does not verify: to the person it is one thing, to the log its reason. */
export async function verified<T extends { readonly verified: boolean }>(
  ctx: HubContext,
  verifying: Promise<T>,
): Promise<T & { readonly verified: true }> {
  let reason = 'the library did not verify it'
  try {
    const result = await verifying
    if (isVerified(result)) return result
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error)
  }
  ctx.log.info({ reason }, 'passkey refused')
  throw new Refusal(
    401,
    'passkey-refused',
    `The passkey was not accepted. Use the one you made for this address, ${ctx.publicUrl()}, and try again.`,
  )
}

const isVerified = <T extends { readonly verified: boolean }>(
  result: T,
): result is T & { readonly verified: true } => result.verified
