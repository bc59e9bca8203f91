import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SiteCards } from '../../contract/hub.ts'
import type {
  CardsApproved,
  SignedCardsApproved,
  SignedCardsWord,
} from '../../domain/policy/cards-approval.ts'
import { cardsText } from '../../domain/policy/judge-cards.ts'
import { fail, type Problem, type Result } from '../../domain/result.ts'
import type { HubApi } from '../account/hub-api.ts'
import type { StatementSigner } from '../statements/console-key.ts'

export type CardsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | {
      readonly kind: 'loaded'
      readonly site: SiteCards
      /** Of the cards that are shown, reckoned here: what is signed is what was read, whatever the hub says of it. */
      readonly hash: string
      readonly busy: boolean
      /** Why the last approval or withdrawal was not taken. */
      readonly problem: Problem | null
    }

/** The site's reaction cards for a physician to read, and for a medical director to approve. */
export type CardsKeeper = {
  readonly store: StoreApi<CardsState>
  readonly load: () => Promise<void>
  readonly approve: (validUntil: string) => Promise<void>
  readonly withdraw: (approval: SignedCardsApproved, reason: string) => Promise<void>
}

export type CardsParts = {
  readonly api: Pick<HubApi, 'cards' | 'sayOfCards'>
  readonly subtle: Pick<SubtleCrypto, 'digest'>
  readonly signer: () => StatementSigner | null
  /** As the hub calls whoever is signed in. */
  readonly selfName: () => string
  readonly instant: () => string
  readonly newId: () => string
}

export function createCards(parts: CardsParts): CardsKeeper {
  const store = createStore<CardsState>(() => ({ kind: 'loading' }))

  async function load(problem: Problem | null = null): Promise<void> {
    const answer = await parts.api.cards()
    if (!answer.ok) return store.setState({ kind: 'failed', problem: answer.error }, true)
    const site = answer.value
    const hash = await sha256Hex(parts.subtle, cardsText(site.cards))
    store.setState({ kind: 'loaded', site, hash, busy: false, problem }, true)
  }

  /** Signs what `of` makes of the cards that are shown, sends it, and shows what came of it. */
  async function say(of: (shown: Shown, base: Base) => SignedCardsWord['statement']): Promise<void> {
    const shown = store.getState()
    if (shown.kind !== 'loaded' || shown.busy) return
    store.setState({ ...shown, busy: true, problem: null }, true)
    const done = await signAndSend((base) => of(shown, base), shown.site.siteId)
    await load(done.ok ? null : done.error)
  }

  async function signAndSend(
    of: (base: Base) => SignedCardsWord['statement'],
    siteId: string,
  ): Promise<Result<unknown>> {
    const signer = parts.signer()
    if (signer === null)
      return fail('no-signing', 'This page cannot sign what you say now. Wait a moment, then try again.')
    const { physicianId } = signer
    const base = { id: parts.newId(), physicianId, name: parts.selfName(), siteId, at: parts.instant() }
    try {
      return await parts.api.sayOfCards((await signer.sign(of(base))) as SignedCardsWord)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return fail('signing-failed', `The signing key failed: ${why}. Nothing was sent; try again.`)
    }
  }

  return {
    store,
    load: () => load(),
    approve: (validUntil) =>
      say(({ site: { cards }, hash }, base) => ({
        kind: 'cards-approved',
        ...base,
        cards: { edition: cards.edition, hash },
        validUntil,
      })),
    withdraw: ({ statement }, reason) =>
      say((_, base) => ({ kind: 'cards-approval-withdrawn', ...base, approvalId: statement.id, reason })),
  }
}

type Shown = Extract<CardsState, { kind: 'loaded' }>
type Base = Pick<CardsApproved, 'id' | 'physicianId' | 'name' | 'siteId' | 'at'>

async function sha256Hex(subtle: Pick<SubtleCrypto, 'digest'>, text: string): Promise<string> {
  const bytes = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The approval that may be withdrawn: the last word, if it is one. */
export function inForce(words: readonly SignedCardsWord[]): SignedCardsApproved | undefined {
  const last = words.at(-1)
  return last !== undefined && last.statement.kind === 'cards-approved'
    ? (last as SignedCardsApproved)
    : undefined
}
