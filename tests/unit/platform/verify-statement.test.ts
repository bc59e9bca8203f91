import { describe, expect, it } from 'vitest'
import type { SignedStatement, Statement } from '../../../src/domain/statement/statement.ts'
import { generateKeyPair, signJson } from '../../../src/platform/node/ed25519.ts'
import { verifySignedStatement } from '../../../src/platform/node/verify-statement.ts'

const hub = generateKeyPair()
const consoleKey = generateKeyPair()
const now = '2026-11-20T12:00:00.000Z'

const certificate = {
  physicianId: 'dr-chen',
  publicKey: consoleKey.publicKey,
  issuedAt: '2026-11-20T08:00:00.000Z',
  expiresAt: '2026-11-20T20:00:00.000Z',
}

function sign(over: Partial<Statement> = {}, cert = certificate, by = hub): SignedStatement {
  const statement = {
    kind: 'accepted',
    id: 'st-1',
    physicianId: 'dr-chen',
    deviceId: 'd-1',
    at: '2026-11-20T11:59:00.000Z',
    escalationId: 'e-1',
    ...over,
  } as Statement
  return {
    statement,
    signature: signJson(consoleKey.privateKey, statement),
    signer: { certificate: cert, signature: signJson(by.privateKey, cert) },
  }
}

const kindOf = (signed: SignedStatement, at = now) => {
  const result = verifySignedStatement(signed, hub.publicKey, at)
  return result.ok ? 'ok' : result.error.kind
}

describe('a signed statement', () => {
  it('is taken when hub, console and physician agree', () => {
    const signed = sign()
    expect(verifySignedStatement(signed, hub.publicKey, now)).toEqual({ ok: true, value: signed.statement })
  })

  it('is taken weeks later: it waited in a mailbox', () => {
    expect(kindOf(sign(), '2026-12-20T12:00:00.000Z')).toBe('ok')
  })

  it('is taken from a console whose clock is a time zone off', () => {
    expect(kindOf(sign({ at: '2026-11-20T20:30:00.000Z' }))).toBe('ok')
  })

  it.each([
    ['certificate-not-by-hub', sign({}, certificate, generateKeyPair())],
    ['certificate-of-another', sign({ physicianId: 'dr-rao' })],
    ['certificate-out-of-time', sign({ at: '2026-11-22T12:00:00.000Z' })],
    ['certificate-out-of-time', sign({ at: '2026-11-18T12:00:00.000Z' })],
    ['statement-not-by-certificate', { ...sign(), signature: sign({ id: 'st-2' }).signature }],
    [
      'certificate-not-by-hub',
      sign({}, { ...certificate, publicKey: generateKeyPair().publicKey }, consoleKey),
    ],
  ])('is refused: %s', (kind, signed) => {
    expect(kindOf(signed)).toBe(kind)
  })

  it('is refused by the hub from far in the future, and not by a workstation, whose clock proves nothing', () => {
    expect(verifySignedStatement(sign(), hub.publicKey).ok).toBe(true)
    expect(kindOf(sign(), '2026-11-18T12:00:00.000Z')).toBe('statement-from-the-future')
  })
})
