import { randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import type { HubClock } from './clock.ts'

export const deviceTokenS = 15 * 60
export const sessionS = 12 * 60 * 60

/** A physician's signed-in browser. */
export type Session = {
  readonly sessionId: string
  readonly physicianId: string
  readonly expiresAtMs: number
}

type TokenProblem = Problem<'token-expired' | 'token-invalid'>

/** What the hub hands out to be recognised again: signed, short-lived, for one purpose each. */
export type Tokens = {
  readonly forDevice: (deviceId: string) => Promise<string>
  readonly device: (token: string) => Promise<Result<string, TokenProblem>>
  readonly forPhysician: (physicianId: string) => Promise<string>
  readonly physician: (token: string) => Promise<Result<Session, TokenProblem>>
}

export function createTokens(secret: Uint8Array, clock: HubClock): Tokens {
  const issue = (audience: string, subject: string, ttlS: number) => {
    const nowS = Math.floor(clock.nowMs() / 1000)
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('scanside-hub')
      .setAudience(audience)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + ttlS)
      .sign(secret)
  }
  type Claims = { readonly subject: string; readonly id: string; readonly expiresAtMs: number }
  const read = async (audience: string, token: string): Promise<Result<Claims, TokenProblem>> => {
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        issuer: 'scanside-hub',
        audience,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['sub', 'jti', 'exp'],
      })
      const { sub = '', jti = '', exp = 0 } = payload
      return ok({ subject: sub, id: jti, expiresAtMs: exp * 1000 })
    } catch (error) {
      if (error instanceof errors.JWTExpired) return fail('token-expired', 'This token has expired.')
      return fail('token-invalid', 'This is not a token of this hub.')
    }
  }
  return {
    forDevice: (deviceId) => issue('device', deviceId, deviceTokenS),
    async device(token) {
      const claims = await read('device', token)
      return claims.ok ? ok(claims.value.subject) : claims
    },
    forPhysician: (physicianId) => issue('physician', physicianId, sessionS),
    async physician(token) {
      const claims = await read('physician', token)
      if (!claims.ok) return claims
      const { subject, id, expiresAtMs } = claims.value
      return ok({ physicianId: subject, sessionId: id, expiresAtMs })
    },
  }
}
