import {
  type Gap,
  type Order,
  roundMember,
  roundOf,
  type Statement,
} from '../../domain/statement/statement.ts'
import type { Say } from '../alarms/alarms.ts'

/** What every statement carries. */
export type StatementBase = Pick<Statement, 'id' | 'physicianId' | 'deviceId' | 'at'>

/** A person's own words to a room; alarm receipts come from the alarms' fold. */
export type Saying =
  | {
      readonly kind: 'ordered'
      readonly sessionId: string | null
      readonly escalationId: string | null
      readonly order: Order
    }
  | {
      readonly kind: 'decided'
      readonly sessionId: string
      readonly questionId: string
      readonly answerSeq?: number
      readonly decision: 'go-on' | 'do-not-inject'
      readonly note: string
    }
  | { readonly kind: 'records-confirmed'; readonly sessionId: string }
  | { readonly kind: 'took-over'; readonly sessionId: string; readonly from: string }
  | { readonly kind: 'handover-offered'; readonly sessionId: string; readonly to: string }
  | {
      readonly kind: 'handover-accepted' | 'handover-declined'
      readonly sessionId: string
      readonly offer: string
    }
  | { readonly kind: 'gap-reviewed'; readonly gap?: Gap; readonly note: string }
  | { readonly kind: 'signed'; readonly sessionId: string; readonly closingHash: string }

export const statementOf = (base: StatementBase, saying: Saying): Statement => ({ ...base, ...saying })

export function receiptOf(base: StatementBase, { word, page, reason }: Say): Statement {
  const about = { escalationId: page.escalationId, ...roundMember(roundOf(page)) }
  return word === 'declined'
    ? { ...base, kind: word, ...about, reason: reason ?? '' }
    : { ...base, kind: word, ...about }
}
