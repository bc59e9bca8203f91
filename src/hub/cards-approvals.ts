import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import {
  type CardsApproval,
  type CardsApproved,
  type CardsWithdrawn,
  type JudgedCards,
  maxApprovalDays,
  type SignedCardsWord,
} from '../domain/policy/cards-approval.ts'
import { cardsText, isMedicalDirector, judgeCards } from '../domain/policy/judge-cards.ts'
import type { JournalEvent } from '../domain/retention/journal-events.ts'
import { addMs, dayOf } from '../domain/time.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { verifySignedStatement } from '../platform/node/verify-statement.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import { Refusal } from './refusal.ts'
import { createTurns } from './turns.ts'

type Hub = Pick<HubContext, 'journal' | 'store' | 'site' | 'keys' | 'clock' | 'log'>

/**
 * What medical directors say about the site's reaction cards. The journal keeps every word of it, and only adds;
 * the policy carries the newest approval to the rooms, which judge it by themselves.
 */
export type CardsApprovals = {
  /** Oldest first. */
  readonly words: () => Promise<readonly SignedCardsWord[]>
  readonly judged: () => JudgedCards
  /** @throws {Refusal} */
  readonly take: (physicianId: string, signed: SignedCardsWord) => Promise<void>
  /** Brings the policy to what the journal says, after a crash between the two or at another hub. */
  readonly settle: () => Promise<void>
}

export function createCardsApprovals(ctx: Hub): CardsApprovals {
  const words = async () => (await ctx.journal.state()).cards
  const inTurn = createTurns()
  const settle = () => inTurn(() => ctx.site.approve(async () => approvalIn(await words())))

  return {
    words,
    settle,
    judged: () =>
      judgeCards(ctx.site.policy(), {
        sha256Hex,
        isSigned: (word) => verifySignedStatement<SignedCardsWord['statement']>(word, ctx.keys.publicKey),
      }),
    async take(physicianId, signed) {
      const { statement } = signed
      for (;;) {
        const { head, cards } = await ctx.journal.state()
        const known = cards.find((word) => word.statement.id === statement.id)
        if (known !== undefined) {
          if (!isSame(known.statement, statement)) throw conflict()
          break
        }
        assertTakeable(ctx, physicianId, signed, cards)
        const rows = ctx.journal.rows(head, [eventOf(signed)])
        if (await ctx.store.log.append(ctx.journal.deviceId, head, rows, nowIso(ctx.clock))) {
          ctx.log.info({ physicianId, edition: ctx.site.policy().cards.edition }, statement.kind)
          break
        }
        // Another hub has written meanwhile: judged again.
      }
      await settle()
    },
  }
}

/** The newest approval and what ended it. Whoever withdraws one does not bring back the one before. */
function approvalIn(words: readonly SignedCardsWord[]): CardsApproval | undefined {
  const last = words.at(-1)
  if (last === undefined) return undefined
  if (isApproval(last)) return { approved: last }
  if (!isWithdrawal(last)) return undefined
  const { approvalId } = last.statement
  const ended = words.filter(isApproval).find(({ statement }) => statement.id === approvalId)
  return ended && { approved: ended, withdrawn: last }
}

type Signed<S> = Omit<SignedCardsWord, 'statement'> & { readonly statement: S }
const isApproval = (word: SignedCardsWord): word is Signed<CardsApproved> =>
  word.statement.kind === 'cards-approved'
const isWithdrawal = (word: SignedCardsWord): word is Signed<CardsWithdrawn> =>
  word.statement.kind === 'cards-approval-withdrawn'

function eventOf(signed: SignedCardsWord): JournalEvent {
  if (isApproval(signed)) return { type: 'cards-approved', body: { signed } }
  if (isWithdrawal(signed)) return { type: 'cards-approval-withdrawn', body: { signed } }
  throw new Error('a word about the cards is an approval or a withdrawal')
}

/** @throws {Refusal} */
function assertTakeable(
  ctx: Hub,
  physicianId: string,
  signed: SignedCardsWord,
  words: readonly SignedCardsWord[],
): void {
  const { statement } = signed
  const policy = ctx.site.policy()
  const now = nowIso(ctx.clock)
  if (statement.physicianId !== physicianId)
    throw new Refusal(403, 'not-your-word', 'You can speak for yourself only.')
  if (!isMedicalDirector(policy, physicianId))
    throw new Refusal(
      403,
      'not-medical-director',
      'The policy does not name you medical director of this site, so you cannot approve its cards. Its administrator can name you (medicalDirectors in the site’s file).',
    )
  if (statement.siteId !== policy.site.id || statement.name !== ctx.site.physician(physicianId)?.name)
    throw new Refusal(
      409,
      'other-site',
      'This was signed for another site or under another name than the hub’s policy has now. Load the cards anew and sign again.',
    )
  const verified = verifySignedStatement<SignedCardsWord['statement']>(signed, ctx.keys.publicKey, now)
  if (!verified.ok) throw new Refusal(401, verified.error.kind, verified.error.message)
  if (statement.kind === 'cards-approved') assertApprovable(statement, policy.cards, now)
  else assertInForce(statement, words)
}

function assertApprovable(
  { cards, validUntil }: CardsApproved,
  current: Parameters<typeof cardsText>[0],
  now: string,
): void {
  if (cards.hash !== sha256Hex(cardsText(current)) || cards.edition !== current.edition)
    throw new Refusal(
      409,
      'other-cards',
      'The site’s cards have changed since they were shown to you. Load them anew, read them, and approve those.',
    )
  const latest = dayOf(addMs(now, maxApprovalDays * 86_400_000))
  if (validUntil < dayOf(now) || validUntil > latest)
    throw new Refusal(
      400,
      'expiry-out-of-range',
      `An approval ends on a day from ${dayOf(now)} to ${latest}: choose one between them.`,
    )
}

function assertInForce({ approvalId }: CardsWithdrawn, words: readonly SignedCardsWord[]): void {
  const last = words.at(-1)
  if (last === undefined || !isApproval(last) || last.statement.id !== approvalId)
    throw new Refusal(
      409,
      'approval-not-in-force',
      'This approval is not the newest one: it was withdrawn or replaced meanwhile. Load the cards anew.',
    )
}

const isSame = (a: SignedCardsWord['statement'], b: SignedCardsWord['statement']): boolean =>
  canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json)

const conflict = () =>
  new Refusal(409, 'statement-conflict', 'Another word of this name is here already; it stays as it was.')
