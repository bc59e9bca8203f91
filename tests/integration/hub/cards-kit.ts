import { type SiteCards, siteCardsSchema } from '../../../src/contract/hub.ts'
import type { CardsApproved, CardsWithdrawn } from '../../../src/domain/policy/cards-approval.ts'
import type { PolicyContent } from '../../../src/domain/policy/policy.ts'
import { addMs, dayOf } from '../../../src/domain/time.ts'
import { approvalOf, withdrawalOf } from '../../support/cards-words.ts'
import { testSite } from '../../support/site.ts'
import type { Reply, TestPhysician } from './kit.ts'

/** A site whose medical director is Dr. Chen. */
export const directedSite = (over: Partial<PolicyContent> = {}): PolicyContent =>
  testSite({ medicalDirectors: ['dr-chen'], ...over })

export const cardsOf = async (physician: TestPhysician): Promise<SiteCards> =>
  siteCardsSchema.parse((await physician.get('/api/physician/cards')).body)

export const inDays = (day: string, days: number): string =>
  dayOf(addMs(`${day}T00:00:00.000Z`, days * 86_400_000))

/** Approves the cards as they are read, as the console does. */
export async function approve(
  physician: TestPhysician,
  over: Partial<CardsApproved> = {},
): Promise<{ readonly said: CardsApproved; readonly reply: Reply }> {
  const { cards, siteId, today } = await cardsOf(physician)
  const named = { physicianId: physician.physicianId, name: 'Dr. A. Chen', at: new Date().toISOString() }
  const site = { cards, site: { id: siteId } } as PolicyContent
  const said = approvalOf(site, { ...named, validUntil: inDays(today, 365), ...over })
  return { said, reply: await send(physician, said) }
}

export const withdraw = (
  physician: TestPhysician,
  approved: CardsApproved,
  over: Partial<CardsWithdrawn> = {},
): Promise<Reply> => send(physician, withdrawalOf(approved, { at: new Date().toISOString(), ...over }))

export const send = async (
  physician: TestPhysician,
  statement: CardsApproved | CardsWithdrawn,
): Promise<Reply> =>
  physician.post('/api/physician/cards/approval', { signed: await physician.sign(statement) })
