import { insteadInWords } from '../coverage/instead-words.ts'
import type { Actor, LogEntry } from '../log/entry.ts'
import type { EventOf } from '../log/events.ts'
import type { CardsStanding } from '../policy/cards-approval.ts'
import { type ContrastClass, type Exam, type Physician, type Policy, timeZoneOf } from '../policy/policy.ts'
import { eventOf } from '../workstation/evolve.ts'
import type { Escalation, Injection, OrderReceived } from '../workstation/state.ts'
import { type FoldedSession, foldSession } from './fold-session.ts'
import { type LinkSpan, linkSpans, notLive } from './link-spans.ts'
import { actorInWords, type NameOf, wordsFor } from './words.ts'

export type RecordedInjection = Injection & {
  readonly startedBy: Actor
  /** When contrast flowed and the supervising physician's link was not live; empty is what one hopes for. */
  readonly notLive: readonly { readonly from: string; readonly to: string; readonly cause: string }[]
}

export type RecordedEscalation = {
  readonly escalation: Escalation
  /** The reaction card that was followed last; null while none was. */
  readonly card: CardChosen | null
  /** The room's cards at the press, and how they were approved; null where the log does not say. */
  readonly cardsAtPress: CardsStanding | null
  readonly end: { readonly kind: 'cancelled' | 'ended'; readonly at: string; readonly words: string } | null
}

export type SupervisionSpan = {
  readonly physicianId: string | null
  readonly name: string
  readonly from: string
  readonly to: string
  /** How it came to them. */
  readonly how: string
}

export type CardChosen = EventOf<'card-chosen'>['body'] & { readonly at: string }

export type TimelineLine = {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly actor: Actor
  readonly who: string
  readonly words: string
}

export type RecordEnding =
  | { readonly kind: 'open' }
  | { readonly kind: 'abandoned'; readonly at: string; readonly reason: string }
  | {
      readonly kind: 'closed'
      readonly at: string
      readonly seq: number
      readonly hash: string
      readonly disposition: EventOf<'session-closed'>['body']['disposition']
      readonly note: string
    }

/** What one session's log entries say, as data: the document, the screens and the exports are made from it. */
export type SessionRecord = {
  readonly sessionId: string
  readonly deviceId: string
  readonly site: { readonly name: string; readonly state: string } | null
  /** Of the site; UTC where the policy does not say. */
  readonly timeZone: string
  readonly roomName: string
  readonly exam: Exam
  readonly contrastClass: ContrastClass
  readonly openedAt: string
  readonly ending: RecordEnding
  readonly technologists: readonly string[]
  readonly responders: readonly EventOf<'responder-checked-in'>['body'][]
  /**
   * Everybody who supervised an injection or was brought into the session, or else who was on call; with licences as
   * the policy knows them.
   */
  readonly supervisors: readonly {
    readonly physicianId: string
    readonly name: string
    readonly known: Physician | null
  }[]
  /** Who was the supervising physician from when to when, without holes; null: nobody was on call. */
  readonly supervision: readonly SupervisionSpan[]
  readonly answers: readonly {
    readonly answer: EventOf<'screening-answered'>['body']
    readonly decision: 'go-on' | 'do-not-inject' | null
  }[]
  readonly decisions: readonly { readonly at: string; readonly words: string }[]
  readonly overrides: readonly (EventOf<'check-overridden'>['body'] & { readonly at: string })[]
  readonly injections: readonly RecordedInjection[]
  readonly observation: {
    readonly startedAt: string
    readonly dueAt: string
    readonly endedAt: string | null
    readonly early: string | null
  } | null
  readonly orders: readonly (OrderReceived & { readonly physician: string })[]
  readonly escalations: readonly RecordedEscalation[]
  readonly links: readonly LinkSpan[]
  readonly gaps: readonly {
    readonly at: string
    readonly words: string
    readonly closedAt: string | null
    readonly closedBy: 'physician-review' | 'override' | null
  }[]
  readonly signature: {
    readonly physicianId: string
    readonly physician: string
    readonly at: string
    readonly closingHash: string
    /** Whether it is the supervising physician's, bound to this session's closing entry. */
    readonly fits: boolean
  } | null
  readonly rules: {
    readonly policyVersion: number
    readonly pack: string
    readonly cardsEdition: string
    /** As the session was opened; null in logs of before this was said. */
    readonly cards: CardsStanding | null
    readonly sources: Readonly<Record<string, string>>
  }
  readonly chain: {
    readonly first: { readonly seq: number; readonly hash: string }
    readonly last: { readonly seq: number; readonly hash: string }
    readonly count: number
  }
  readonly timeline: readonly TimelineLine[]
  /** Names of everybody in it by identifier. */
  readonly names: Readonly<Record<string, string>>
}

/** Resolves staff through the policy; an identifier that it does not know stands for itself. */
export function nameOfIn(policy: Policy | null): NameOf {
  const names = new Map<string, string>()
  for (const person of [
    ...(policy?.physicians ?? []),
    ...(policy?.technologists ?? []),
    ...(policy?.responders ?? []),
  ]) {
    names.set(person.id, person.name)
  }
  return (id) => names.get(id) ?? id
}

/**
 * The record of the session that these entries open first.
 * @param entries as `recordEntries` picks them
 * @throws if no session is opened in them: there is nothing that a record could be of
 */
export function sessionRecord(entries: readonly LogEntry[], policy: Policy | null): SessionRecord {
  const openedIndex = entries.findIndex((entry) => eventOf(entry)?.type === 'session-opened')
  const opening = entries[openedIndex]
  const opened = opening === undefined ? undefined : eventOf(opening)
  if (opening === undefined || opened?.type !== 'session-opened' || opened.session === null) {
    throw new Error('a session record needs the entry that opened the session')
  }
  const sessionId = opened.session
  const first = entries[0] ?? opening
  const nameOf = nameOfIn(policy)
  const folded = foldSession(entries, sessionId)
  const { facts, ending } = folded
  const last = entries.at(-1) ?? opening
  const to = ending.kind === 'open' ? last.at : ending.at
  const links = linkSpans(entries, opening.at, to, nameOf)
  const supervising = [
    ...facts.injections.map((injection) => injection.physicianId),
    ...folded.supervision.flatMap(({ physicianId, instead }) =>
      instead === null ? [] : [instead.physicianId, physicianId],
    ),
  ]
  const room = policy?.rooms.find((known) => known.id === opened.body.roomId)
  return {
    sessionId,
    deviceId: opening.device,
    site: policy === null ? null : { name: policy.site.name, state: policy.site.state },
    timeZone: timeZoneOf(policy),
    roomName: room?.name ?? opened.body.roomId,
    exam: opened.body.exam,
    contrastClass: opened.body.contrastClass,
    openedAt: opening.at,
    ending,
    technologists: [...folded.technologists].map(nameOf),
    responders: folded.responders,
    supervisors: [...new Set(supervising.some((id) => id !== null) ? supervising : [folded.primary])]
      .filter((id) => id !== null)
      .map((id) => ({
        physicianId: id,
        name: nameOf(id),
        known: policy?.physicians.find((physician) => physician.id === id) ?? null,
      })),
    supervision: folded.supervision.map((one, index) => ({
      physicianId: one.physicianId,
      name: one.physicianId === null ? 'Nobody on call' : nameOf(one.physicianId),
      from: one.from,
      to: folded.supervision[index + 1]?.from ?? to,
      how: howItCame(one, nameOf),
    })),
    answers: Object.values(facts.answers).map((answer) => ({
      answer,
      decision: facts.decisions[answer.questionId] ?? null,
    })),
    decisions: folded.decisions.map((entry) => ({ at: entry.at, words: wordsFor(entry, nameOf) })),
    overrides: folded.overrides,
    injections: facts.injections.map((injection, index) => ({
      ...injection,
      startedBy: folded.startedBy[index] ?? { kind: 'system' },
      notLive: notLive(links, injection.physicianId, injection.startedAt, injection.stoppedAt ?? to),
    })),
    observation: folded.observation,
    orders: [...facts.orders, ...folded.escalations.flatMap(({ escalation }) => escalation.orders)].map(
      (order) => ({ ...order, physician: nameOf(order.physicianId) }),
    ),
    escalations: folded.escalations,
    links,
    gaps: folded.gaps.map(({ entry, ...closed }) => ({
      at: entry.at,
      words: wordsFor(entry, nameOf),
      ...closed,
    })),
    signature: signatureOf(folded, nameOf),
    rules: rulesOf(opened.body, policy),
    chain: {
      first: { seq: first.seq, hash: first.hash },
      last: { seq: last.seq, hash: last.hash },
      count: entries.length,
    },
    timeline: entries.map((entry) => ({
      seq: entry.seq,
      at: entry.at,
      type: entry.type,
      actor: entry.actor,
      who: actorInWords(entry.actor, nameOf),
      words: wordsFor(entry, nameOf),
    })),
    names: Object.fromEntries(
      [...folded.people, ...links.map((span) => span.physicianId)].map((id) => [id, nameOf(id)]),
    ),
  }
}

function howItCame({ instead, confirmedAt }: FoldedSession['supervision'][number], nameOf: NameOf): string {
  if (instead === null) return ''
  const whose = insteadInWords(instead.why, nameOf(instead.physicianId))
  if (instead.why === 'handed-over') return `instead of ${whose}; accepted by them`
  const confirmed = confirmedAt === null ? 'not confirmed by them' : 'confirmed by them'
  return `instead of ${whose}; ${confirmed}`
}

/** A signature that fits the closing entry, or else the last one that came, said not to fit. */
function signatureOf(
  { signatures, ending, facts, primary }: FoldedSession,
  nameOf: NameOf,
): SessionRecord['signature'] {
  const closingHash = ending.kind === 'closed' ? ending.hash : null
  const supervisor = facts.injections.at(-1)?.physicianId ?? primary
  const fitting = signatures.find(
    (statement) =>
      statement.closingHash === closingHash && (supervisor === null || statement.physicianId === supervisor),
  )
  const signed = fitting ?? signatures.at(-1)
  if (signed === undefined) return null
  return {
    physicianId: signed.physicianId,
    physician: nameOf(signed.physicianId),
    at: signed.at,
    closingHash: signed.closingHash,
    fits: fitting !== undefined,
  }
}

function rulesOf(opened: EventOf<'session-opened'>['body'], policy: Policy | null): SessionRecord['rules'] {
  const samePack = policy?.rules.pack === opened.rulePack
  return {
    policyVersion: opened.policyVersion,
    pack: opened.rulePack,
    cardsEdition: opened.cardsEdition,
    cards: opened.cards ?? null,
    sources: Object.fromEntries(
      policy !== null && samePack ? policy.rules.items.map((rule) => [rule.check, rule.source]) : [],
    ),
  }
}
