import { canonicalJson, type Json } from '../../src/domain/log/canonical.ts'
import type {
  CardsApproved,
  CardsWithdrawn,
  SignedCardsApproved,
  SignedCardsWithdrawn,
  SignedCardsWord,
} from '../../src/domain/policy/cards-approval.ts'
import { cardsText } from '../../src/domain/policy/judge-cards.ts'
import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import type { ConsoleCertificate } from '../../src/domain/statement/statement.ts'
import { generateKeyPair, type SigningKeyPair, sha256Hex, signJson } from '../../src/platform/node/ed25519.ts'

/** What the approval of a policy's cards says, by whoever is given. */
export const approvalOf = (
  { cards, site }: Pick<PolicyContent, 'cards' | 'site'>,
  over: Partial<CardsApproved> & Pick<CardsApproved, 'physicianId' | 'name' | 'at' | 'validUntil'>,
): CardsApproved => ({
  kind: 'cards-approved',
  id: 'a-1',
  siteId: site.id,
  cards: { edition: cards.edition, hash: sha256Hex(cardsText(cards)) },
  ...over,
})

export const withdrawalOf = (
  { id, physicianId, name, siteId }: CardsApproved,
  over: Partial<CardsWithdrawn> & Pick<CardsWithdrawn, 'at'>,
): CardsWithdrawn => ({
  kind: 'cards-approval-withdrawn',
  id: 'w-1',
  physicianId,
  name,
  siteId,
  approvalId: id,
  reason: 'a dose was wrong',
  ...over,
})

/** As a console signs it: with a key of its own, which the hub has certified for who speaks. */
export function signedBy(hub: SigningKeyPair, statement: CardsApproved): SignedCardsApproved
export function signedBy(hub: SigningKeyPair, statement: CardsWithdrawn): SignedCardsWithdrawn
export function signedBy(hub: SigningKeyPair, statement: SignedCardsWord['statement']): SignedCardsWord {
  const key = generateKeyPair()
  const { physicianId, at } = statement
  const certificate: ConsoleCertificate['certificate'] = {
    physicianId,
    publicKey: key.publicKey,
    issuedAt: at,
    expiresAt: at,
  }
  return {
    statement,
    signature: signJson(key.privateKey, JSON.parse(canonicalJson(statement as unknown as Json))),
    signer: { certificate, signature: signJson(hub.privateKey, certificate) },
  } as SignedCardsWord
}
