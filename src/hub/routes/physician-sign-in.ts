import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { assertOwnOrigin } from '../auth.ts'
import type { HubContext } from '../context.ts'
import type { Once } from '../once.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import {
  beginCeremony,
  beginSession,
  type Ceremony,
  ceremonyMs,
  credentialSchema,
  relyingParty,
  takeCeremony,
  verified,
} from './physician-ceremony.ts'

const verifySchema = z.strictObject({ response: credentialSchema })

/** POST /api/physician/sign-in/options · /verify: a passkey becomes a session. */
export function physicianSignInRoutes(
  app: FastifyInstance,
  ctx: HubContext,
  ceremonies: Once<Ceremony>,
): void {
  const rateLimit = { max: ctx.limits.signInPerAddress, timeWindow: '1 minute' }

  app.post('/api/physician/sign-in/options', { config: { rateLimit } }, async (request, reply) => {
    assertOwnOrigin(ctx, request.headers.origin)
    // No list of credentials: the browser offers the passkeys it holds, and nobody learns who has one.
    const options = await generateAuthenticationOptions({
      rpID: relyingParty(ctx).rpID,
      timeout: ceremonyMs,
      userVerification: 'required',
    })
    beginCeremony(ctx, ceremonies, reply, { kind: 'sign-in', challenge: options.challenge })
    return options
  })

  app.post('/api/physician/sign-in/verify', { config: { rateLimit } }, async (request, reply) => {
    assertOwnOrigin(ctx, request.headers.origin)
    const { response } = readBody(verifySchema, request.body)
    const { challenge } = takeCeremony(ceremonies, request, 'sign-in')
    const passkey = await ctx.store.physicians.passkey(response.id)
    if (passkey === null)
      throw new Refusal(
        401,
        'passkey-unknown',
        'This passkey is not known here. Register with an invite first.',
      )
    const { physicianId, credentialId, counter } = passkey
    if (ctx.site.physician(physicianId) === undefined)
      throw new Refusal(
        403,
        'session-of-nobody',
        'You are no longer among this site’s physicians. Ask its administrator.',
      )
    const { rpID, origin } = relyingParty(ctx)
    const result = await verified(
      ctx,
      verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: { id: credentialId, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter },
      }),
    )
    if (!result.verified)
      throw new Refusal(401, 'passkey-refused', 'The passkey could not be verified. Try again.')
    await ctx.store.physicians.countUse(credentialId, result.authenticationInfo.newCounter)
    ctx.log.info({ physicianId }, 'physician signed in')
    await beginSession(ctx, reply, physicianId)
    return { ok: true }
  })
}
