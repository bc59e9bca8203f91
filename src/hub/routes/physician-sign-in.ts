import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from '../context.ts'
import type { Once } from '../once.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import {
  beginCeremony,
  beginSession,
  type Ceremony,
  ceremonyMs,
  ceremonyRoute,
  credentialSchema,
  expectedOf,
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
  const ceremony = ceremonyRoute(ctx)

  app.post('/api/physician/sign-in/options', ceremony, async (_request, reply) => {
    // No list of credentials: the browser offers the passkeys it holds, and nobody learns who has one.
    const options = await generateAuthenticationOptions({
      rpID: relyingParty(ctx).rpID,
      timeout: ceremonyMs,
      userVerification: 'required',
    })
    await beginCeremony(ctx, ceremonies, reply, { kind: 'sign-in', challenge: options.challenge })
    return options
  })

  app.post('/api/physician/sign-in/verify', ceremony, async (request, reply) => {
    const { response } = readBody(verifySchema, request.body)
    const { challenge } = await takeCeremony(ceremonies, request, 'sign-in')
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
    const result = await verified(
      ctx,
      verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        ...expectedOf(ctx, challenge),
        credential: { id: credentialId, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter },
      }),
    )
    await ctx.store.physicians.countUse(credentialId, result.authenticationInfo.newCounter)
    ctx.log.info({ physicianId }, 'physician signed in')
    await beginSession(ctx, reply, physicianId)
    return { ok: true }
  })
}
