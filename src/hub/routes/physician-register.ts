import {
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { nowIso } from '../clock.ts'
import { hashCode } from '../codes.ts'
import type { HubContext } from '../context.ts'
import type { Once } from '../once.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from '../server.ts'
import type { Invite } from '../store.ts'
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

/** COSE: EdDSA, ES256, RS256. What authenticators of today have, by name rather than by the library's default. */
const supportedAlgorithmIDs = [-8, -7, -257]

const inviteSchema = z.strictObject({ invite: z.string().min(4).max(64) })
const verifySchema = inviteSchema.extend({ response: credentialSchema })

/** POST /api/physician/register/options · /verify: an invite becomes a passkey. */
export function physicianRegisterRoutes(
  app: FastifyInstance,
  ctx: HubContext,
  ceremonies: Once<Ceremony>,
): void {
  const ceremony = ceremonyRoute(ctx)

  app.post('/api/physician/register/options', ceremony, async (request, reply) => {
    const inviteHash = hashCode(readBody(inviteSchema, request.body).invite)
    const { physicianId } = await openInvite(ctx, inviteHash)
    const name = ctx.site.physician(physicianId)?.name ?? physicianId
    const passkeys = await ctx.store.physicians.passkeysOf(physicianId)
    const options = await generateRegistrationOptions({
      rpName: 'Scanside',
      rpID: relyingParty(ctx).rpID,
      userName: name,
      userDisplayName: name,
      userID: new TextEncoder().encode(physicianId),
      timeout: ceremonyMs,
      attestationType: 'none',
      supportedAlgorithmIDs,
      excludeCredentials: passkeys.map(({ credentialId }) => ({ id: credentialId })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await beginCeremony(ctx, ceremonies, reply, {
      kind: 'register',
      challenge: options.challenge,
      inviteHash,
    })
    return options
  })

  app.post('/api/physician/register/verify', ceremony, async (request, reply) => {
    const { invite, response } = readBody(verifySchema, request.body)
    const { challenge, inviteHash } = await takeCeremony(ceremonies, request, 'register')
    if (hashCode(invite) !== inviteHash)
      throw new Refusal(400, 'ceremony-over', 'This was begun with another invite. Try again.')
    const { physicianId } = await openInvite(ctx, inviteHash)
    const result = await verified(
      ctx,
      verifyRegistrationResponse({
        response: response as unknown as RegistrationResponseJSON,
        ...expectedOf(ctx, challenge),
        supportedAlgorithmIDs,
      }),
    )
    const { credential } = result.registrationInfo
    if ((await ctx.store.physicians.passkey(credential.id)) !== null)
      throw new Refusal(409, 'already-registered', 'This passkey is registered already. Sign in with it.')
    const kept = await ctx.store.physicians.register(inviteHash, {
      credentialId: credential.id,
      physicianId,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      createdAt: nowIso(ctx.clock),
    })
    if (!kept) throw usedInvite()
    ctx.log.info({ physicianId }, 'physician registered')
    await beginSession(ctx, reply, physicianId)
    return { ok: true }
  })
}

/** @throws {Refusal} unless the invite can still be used. */
async function openInvite(ctx: HubContext, inviteHash: string): Promise<Invite> {
  const invite = await ctx.store.physicians.invite(inviteHash)
  if (invite === null)
    throw new Refusal(
      403,
      'invite-wrong',
      'This invite is not known here. Use the whole link that you were sent.',
    )
  if (invite.usedAt !== null) throw usedInvite()
  if (invite.expiresAt <= nowIso(ctx.clock))
    throw new Refusal(403, 'invite-expired', `This invite expired at ${invite.expiresAt}. Ask for a new one.`)
  if (ctx.site.physician(invite.physicianId) === undefined)
    throw new Refusal(
      403,
      'invite-of-nobody',
      'The physician of this invite is no longer in the site. Ask its administrator.',
    )
  return invite
}

const usedInvite = (): Refusal =>
  new Refusal(
    403,
    'invite-used',
    'This invite has been used. Sign in with your passkey, or ask for a new invite.',
  )
