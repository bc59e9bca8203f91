import { z } from 'zod'
import { base64urlSchema, daySchema, idSchema, instantSchema, sha256HexSchema } from '../ids.ts'
import { consoleCertificateSchema } from '../statement/statement.ts'

const nameSchema = z.string().min(1).max(80)
const editionSchema = z.string().min(1)

const base = {
  /** Chosen at the source; the hub takes a word once however often it comes. */
  id: idSchema,
  physicianId: idSchema,
  /** As the policy calls them when they say it. */
  name: nameSchema,
  siteId: idSchema,
  at: instantSchema,
}

/** What a medical director says about the site's reaction cards, signed like a physician's word to a room. */
const cardsApprovedSchema = z.strictObject({
  kind: z.literal('cards-approved'),
  ...base,
  /** SHA-256 of `cardsText`: exactly these cards and no others. */
  cards: z.strictObject({ edition: editionSchema, hash: sha256HexSchema }),
  /** The last day on which it holds. */
  validUntil: daySchema,
})
export type CardsApproved = z.infer<typeof cardsApprovedSchema>

const cardsWithdrawnSchema = z.strictObject({
  kind: z.literal('cards-approval-withdrawn'),
  ...base,
  approvalId: idSchema,
  reason: z.string().trim().min(3).max(500),
})
export type CardsWithdrawn = z.infer<typeof cardsWithdrawnSchema>

const signed = <S extends z.ZodType>(statement: S) =>
  z.strictObject({ statement, signature: base64urlSchema, signer: consoleCertificateSchema })

export const signedCardsApprovedSchema = signed(cardsApprovedSchema)
export type SignedCardsApproved = z.infer<typeof signedCardsApprovedSchema>
export const signedCardsWithdrawnSchema = signed(cardsWithdrawnSchema)
export type SignedCardsWithdrawn = z.infer<typeof signedCardsWithdrawnSchema>
export const signedCardsWordSchema = z.union([signedCardsApprovedSchema, signedCardsWithdrawnSchema])
export type SignedCardsWord = z.infer<typeof signedCardsWordSchema>

/** The newest approval of the site's cards, whatever it is worth, and what ended it. Part of the signed policy. */
export const cardsApprovalSchema = z.strictObject({
  approved: signedCardsApprovedSchema,
  withdrawn: z.exactOptional(signedCardsWithdrawnSchema),
})
export type CardsApproval = z.infer<typeof cardsApprovalSchema>

const about = { by: nameSchema, physicianId: idSchema, at: instantSchema }

const unapprovedSchemas = [
  z.strictObject({ kind: z.literal('none') }),
  /** There is one, and it does not stand: not signed, or not by whom the policy names. */
  z.strictObject({ kind: z.literal('unfounded'), why: z.string().max(500) }),
  z.strictObject({ kind: z.literal('withdrawn'), ...about }),
  /** It is of other cards than these. */
  z.strictObject({ kind: z.literal('other-content'), ...about, edition: editionSchema }),
] as const

const content = { edition: editionSchema, hash: sha256HexSchema }

/** What the approval of a policy's cards is worth, but for the day: nobody who shows it later needs the signatures. */
export const judgedCardsSchema = z.strictObject({
  ...content,
  /** By the hub's clock: it is not earlier than this, whatever the clock here says. */
  policyIssuedAt: instantSchema,
  approval: z.discriminatedUnion('kind', [
    ...unapprovedSchemas,
    z.strictObject({ kind: z.literal('sound'), ...about, validUntil: daySchema }),
  ]),
})
export type JudgedCards = z.infer<typeof judgedCardsSchema>

/** How the cards stood at some moment: which content, and whether a medical director's approval held. */
export const cardsStandingSchema = z.strictObject({
  ...content,
  approval: z.discriminatedUnion('kind', [
    ...unapprovedSchemas,
    z.strictObject({ kind: z.literal('approved'), ...about, validUntil: daySchema }),
    z.strictObject({ kind: z.literal('expired'), ...about, validUntil: daySchema }),
  ]),
})
export type CardsStanding = z.infer<typeof cardsStandingSchema>

/** How long an approval may hold at most: a mistyped year must not approve for a century. */
export const maxApprovalDays = 731
