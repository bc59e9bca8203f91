import type { LinkState } from '../link/link.ts'
import type { Policy } from '../policy/policy.ts'
import { msBetween } from '../time.ts'
import type { Escalation } from '../workstation/state.ts'
import { type Holder, holderOf, ladderMs, waitingFor } from './ladder.ts'
import { firstWith, type ReceiptsById } from './receipts.ts'

type NameOf = (physicianId: string) => string
type Links = Readonly<Record<string, LinkState>>

/** How far a call for help has come, each a different fact. `words` is what the technologist reads. */
export type EscalationProgress = {
  readonly stage: 'calling' | 'delivered' | 'seen' | 'accepted' | 'on-screen' | 'unreachable'
  readonly physicianId: string | null
  readonly words: string
  /** Whether the words ask for the telephone: the call alone is not to be relied on any more. */
  readonly telephone: boolean
}

/** Who declines is followed by the next within this; only then are they the last word. */
const nextWithinMs = 2000

/** What has been reached so far. The furthest fact counts, and "accepted" is never called help. */
export function escalationProgress(
  escalation: Escalation,
  nameOf: NameOf,
  elapsedMs: number,
  timing: Policy['escalation'],
  links: Links,
): EscalationProgress {
  const { receipts, roundReceipts, pressedAt } = escalation
  const waiting = waitingFor(roundReceipts)
  const onScreen = firstWith(roundReceipts, 'onScreen') ?? firstWith(receipts, 'onScreen')
  if (onScreen !== undefined) {
    const isAnswered = roundReceipts[onScreen]?.onScreen != null
    const others = isAnswered ? [] : waiting.filter((id) => id !== onScreen)
    const muted = isMuted(links[onScreen]) ? ', muted' : ''
    return quiet('on-screen', onScreen, `${nameOf(onScreen)} is on screen${muted}${also(others, nameOf)}`)
  }
  const holder = holderOf(roundReceipts, pressedAt, elapsedMs, timing)
  if (holder !== null) return accepted(holder, roundReceipts, nameOf, waiting, links)

  const refused = refusedBy(roundReceipts)
  if (refused.length > 0 && waiting.length === 0 && sinceLastRefusal(escalation, elapsedMs) >= nextWithinMs) {
    return loud('unreachable', null, `${names(refused, nameOf)} cannot come. ${telephone(escalation)}`)
  }
  const isOver = elapsedMs >= ladderMs(timing)
  const others = (who: string) =>
    escalation.round === 1
      ? ''
      : also(
          waiting.filter((id) => id !== who),
          nameOf,
        )
  /** What was reached, and why that is not enough any more. */
  const reached = (stage: 'seen' | 'delivered', who: string, what: string, butLate: string) => {
    if (escalation.unreachable !== null)
      return loud(stage, who, `${what}, and the connection is lost. ${telephone(escalation)}`)
    return isOver
      ? loud(stage, who, `${what}${butLate}. ${telephone(escalation)}${others(who)}`)
      : quiet(stage, who, `${what}${others(who)}`)
  }
  const seen = firstWith(roundReceipts, 'seen')
  if (seen !== undefined) {
    return reached('seen', seen, `${nameOf(seen)} sees the alarm`, ' and is not on screen')
  }
  const delivered = firstWith(roundReceipts, 'delivered')
  if (delivered !== undefined) {
    const what = `Reached ${possessive(nameOf(delivered))} console`
    return reached('delivered', delivered, what, ', and nobody is on screen')
  }
  const sinceRoundMs = elapsedMs - msBetween(pressedAt, escalation.roundAt)
  if (escalation.unreachable !== null || sinceRoundMs >= ladderMs(timing)) {
    return loud('unreachable', null, unreachableWords(escalation))
  }
  return calling(escalation, nameOf, isOver)
}

const isMuted = (link: LinkState | undefined): boolean =>
  link?.kind === 'partial' && link.lacks.includes('physician-is-muted')

type Stage = EscalationProgress['stage']
const quiet = (stage: Stage, physicianId: string | null, words: string): EscalationProgress => ({
  stage,
  physicianId,
  words,
  telephone: false,
})
const loud = (stage: Stage, physicianId: string | null, words: string): EscalationProgress => ({
  ...quiet(stage, physicianId, words),
  telephone: true,
})

function accepted(
  { physicianId, kind }: Holder,
  receipts: ReceiptsById,
  nameOf: NameOf,
  waiting: readonly string[],
  links: Links,
): EscalationProgress {
  const has = `${nameOf(physicianId)} has it —`
  if (kind !== 'overdue') return quiet('accepted', physicianId, `${has} not on screen yet`)
  const hasLeft = receipts[physicianId]?.left != null
  const what = !hasLeft
    ? 'still not on screen'
    : links[physicianId]?.kind === 'partial'
      ? 'not on screen any more'
      : 'the link is lost'
  const others = waiting.length === 0 ? '' : `. Calling ${names(waiting, nameOf)}…`
  return loud('accepted', physicianId, `${has} ${what}. Telephone, and do not wait${others}`)
}

function calling(escalation: Escalation, nameOf: NameOf, isOver: boolean): EscalationProgress {
  const { round, roundReceipts } = escalation
  const called = waitingFor(roundReceipts)
  const refused = refusedBy(roundReceipts)
  const who = called.length === 0 ? 'the physician' : names(called, nameOf)
  const before = refused.length === 0 ? '' : `${names(refused, nameOf)} cannot come. `
  const words = `${before}${round > 1 ? 'Calling again:' : 'Calling'} ${who}…`
  return isOver
    ? loud('calling', called[0] ?? null, `${words} ${telephone(escalation)}`)
    : quiet('calling', called[0] ?? null, words)
}

const refusedBy = (receipts: ReceiptsById): readonly string[] =>
  Object.keys(receipts).filter((id) => receipts[id]?.declined != null)

function sinceLastRefusal({ roundReceipts, pressedAt }: Escalation, elapsedMs: number): number {
  const at = Object.values(roundReceipts).flatMap(({ declined }) => declined ?? [])
  const last = at.sort().at(-1) ?? pressedAt
  return elapsedMs - msBetween(pressedAt, last)
}

const names = (ids: readonly string[], nameOf: NameOf): string => ids.map(nameOf).join(', ')

const also = (ids: readonly string[], nameOf: NameOf): string =>
  ids.length === 0 ? '' : `. Calling ${names(ids, nameOf)} too…`

/** What to do when nobody comes by way of this program. */
const telephone = ({ kind }: Escalation): string =>
  kind === 'reaction' ? 'Call 911 / code team' : 'Telephone the physician'

const unreachableWords = (escalation: Escalation): string => {
  const what = telephone(escalation)
  return `Nobody reached yet: ${what.charAt(0).toLowerCase()}${what.slice(1)}`
}

const possessive = (name: string): string => (name.endsWith('s') ? `${name}'` : `${name}'s`)
