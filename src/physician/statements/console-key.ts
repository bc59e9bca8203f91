import { canonicalJson, type Json } from '../../domain/log/canonical.ts'
import type { SignedCardsWord } from '../../domain/policy/cards-approval.ts'
import { fail, ok, type Result } from '../../domain/result.ts'
import type { ConsoleCertificate, SignedStatement, Statement } from '../../domain/statement/statement.ts'
import type { HubApi } from '../account/hub-api.ts'
import { toBase64url } from './bytes.ts'
import type { Storage } from './storage.ts'

/** What a physician says to a room, or a medical director about the site's cards. */
type Signable = Statement | SignedCardsWord['statement']
type Signed<S> = Omit<SignedStatement, 'statement'> & { readonly statement: S }

/** Signs what the physician says. The private key never leaves WebCrypto. */
export type StatementSigner = {
  readonly physicianId: string
  readonly sign: <S extends Signable>(statement: S) => Promise<Signed<S>>
  readonly certificate: () => ConsoleCertificate
  /** Fetches a fresh certificate for the same key. */
  readonly renew: () => Promise<Result<ConsoleCertificate>>
}

type StoredKey = { readonly physicianId: string; readonly pair: CryptoKeyPair }

const slot = 'signing'

/** Takes this browser's key for the physician, or makes one, and has the hub certify it. */
export async function openSigner(
  subtle: SubtleCrypto,
  storage: Storage,
  api: HubApi,
  physicianId: string,
): Promise<Result<StatementSigner>> {
  // A browser that keeps nothing can still sign: with a new key at every visit.
  const kept = (await storage.get('keys', slot).catch(() => undefined)) as StoredKey | undefined
  let pair = kept?.physicianId === physicianId ? kept.pair : undefined
  if (pair === undefined) {
    const made = await makeKey(subtle)
    if (!made.ok) return made
    pair = made.value
    await storage.put('keys', slot, { physicianId, pair } satisfies StoredKey).catch(() => undefined)
  }
  const { privateKey, publicKey } = pair
  const raw = toBase64url(await subtle.exportKey('raw', publicKey))
  const certify = async () => {
    const answer = await api.consoleKey(raw)
    return answer.ok ? ok(answer.value.signer) : answer
  }
  const first = await certify()
  if (!first.ok) return first
  let certificate = first.value
  return ok({
    physicianId,
    certificate: () => certificate,
    async sign(statement) {
      const bytes = new TextEncoder().encode(canonicalJson(statement as unknown as Json))
      const signature = toBase64url(await subtle.sign('Ed25519', privateKey, bytes))
      return { statement, signature, signer: certificate }
    },
    async renew() {
      const fresh = await certify()
      if (fresh.ok) certificate = fresh.value
      return fresh
    },
  })
}

/** Whoever uses this browser next must not sign as the one who left. */
export const forgetKey = (storage: Storage): Promise<void> => storage.remove('keys', slot)

async function makeKey(subtle: SubtleCrypto): Promise<Result<CryptoKeyPair>> {
  try {
    const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    if ('privateKey' in pair) return ok(pair)
  } catch {
    // Falls through to the same answer: the browser does not know the algorithm.
  }
  return fail(
    'no-signing',
    'This browser cannot sign with Ed25519, so a room could not trust what you say. Use Chrome or Edge 137, Safari 17 or Firefox 129, or newer.',
  )
}
