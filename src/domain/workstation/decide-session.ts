import type { Event } from '../log/events.ts'
import { standingOf } from '../policy/cards-standing.ts'
import { roomOf } from '../policy/policy.ts'
import { fail, ok } from '../result.ts'
import { evaluateGate } from '../session/gate.ts'
import type { DecideContext, Decision } from './decide.ts'
import { patientWork, requirePolicy, unansweredQuestions, workingSession } from './queries.ts'
import type { CommandOf, WorkstationState } from './state.ts'

export function openSession(
  state: WorkstationState,
  { exam, contrastClass }: CommandOf<'open-session'>,
  { policy, cards, now, roomId, newId }: DecideContext,
): Decision {
  const known = requirePolicy(policy)
  if (!known.ok) return known
  if (state.operator.kind !== 'signed-in') {
    return fail('signed-out', 'Sign in first: a session needs a technologist by name.')
  }
  if (state.session.kind !== 'none') {
    return fail(
      'session-open',
      `The session for exam ${state.session.facts.exam.accession} is still open. Close it before you open another.`,
    )
  }
  const room = roomId === null ? undefined : roomOf(known.value, roomId)
  if (room === undefined) {
    return fail(
      'unknown-room',
      `The site's policy does not know this room${roomId === null ? '' : ` (${roomId})`}. Ask your administrator to add it, or enrol this workstation again.`,
    )
  }
  if (exam.modality !== room.modality) {
    return fail(
      'wrong-modality',
      `Exam ${exam.accession} is ${exam.modality}, and ${room.name} is ${room.modality}. Choose an exam for this room.`,
    )
  }
  return ok([
    {
      type: 'session-opened',
      session: newId(),
      body: {
        exam,
        contrastClass,
        roomId: room.id,
        policyVersion: known.value.version,
        rulePack: known.value.rules.pack,
        cardsEdition: known.value.cards.edition,
        ...(cards === null ? {} : { cards: standingOf(cards, now) }),
      },
    },
  ])
}

export function answerScreening(
  state: WorkstationState,
  { questionId, answer, note }: CommandOf<'answer-screening'>,
  context: DecideContext,
): Decision {
  const work = patientWork(state, context)
  if (!work.ok) return work
  const { facts, kind, policy } = work.value
  if (kind === 'injecting') {
    return fail('injecting', 'An injection is running. Stop it before you change a screening answer.')
  }
  if (kind === 'closing') {
    return fail('closing', 'The session is being closed. Write what you learned into the closing note.')
  }
  const question = policy.screening.find((asked) => asked.id === questionId)
  if (question === undefined) {
    return fail('unknown-question', `The site's policy has no screening question "${questionId}".`)
  }
  if (!question.classes.includes(facts.contrastClass)) {
    return fail('other-class', `"${question.text}" is not asked before ${facts.contrastClass} contrast.`)
  }
  const before = facts.answers[questionId]
  if (before !== undefined && before.answer === answer && before.note === note) return ok([])
  return ok([
    {
      type: 'screening-answered',
      session: facts.id,
      body: {
        questionId,
        text: question.text,
        answer,
        leadsTo: answer === 'yes' ? question.yes : 'go-on',
        note,
      },
    },
  ])
}

export function completeScreening(state: WorkstationState, context: DecideContext): Decision {
  const work = patientWork(state, context)
  if (!work.ok) return work
  const { facts, kind, policy } = work.value
  if (kind !== 'screening') {
    return fail('already-complete', 'The screening of this session is complete already.')
  }
  const open = unansweredQuestions(policy, facts)
  if (open.length > 0) {
    return fail(
      'unanswered',
      `Not answered yet: ${open.map((question) => `"${question.text}"`).join(', ')}. Answer every question first.`,
    )
  }
  return ok([{ type: 'screening-completed', session: facts.id, body: {} }])
}

export function checkInResponder(
  state: WorkstationState,
  { responderId }: CommandOf<'check-in-responder'>,
  context: DecideContext,
): Decision {
  const work = patientWork(state, context)
  if (!work.ok) return work
  const { facts, policy } = work.value
  const responder = policy.responders.find((listed) => listed.id === responderId)
  if (responder === undefined) {
    return fail(
      'unknown-responder',
      "That responder is not on the site's list. Choose one who is, or ask your administrator to add them.",
    )
  }
  if (facts.responderId === responderId) return ok([])
  // Whether their BLS is valid is judged by the gate, at the time of each injection.
  const { name, role, blsValidUntil } = responder
  return ok([
    { type: 'responder-checked-in', session: facts.id, body: { responderId, name, role, blsValidUntil } },
  ])
}

export function overrideCheck(
  state: WorkstationState,
  { check, finding, reason }: CommandOf<'override-check'>,
  context: DecideContext,
): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  const { facts, kind } = session.value
  if (kind !== 'screening' && kind !== 'ready') {
    return fail(
      'not-ready',
      'A check can be overridden only before an injection, at the step "Ready". Prepare the injection first.',
    )
  }
  const found = evaluateGate(state, context).checks.find((evaluated) => evaluated.check === check)
  if (found === undefined) {
    return fail('not-demanded', `The site's rules do not demand "${check}": there is nothing to override.`)
  }
  if (found.outcome === 'overridden') {
    return fail('already-overridden', 'This check is overridden already; the reason is in the record.')
  }
  if (found.outcome === 'passed') {
    return fail('passes', `This check passes (${found.detail}): there is nothing to override.`)
  }
  if (found.override === 'never') {
    return fail(
      'never',
      `${found.detail}. This cannot be overridden (${found.source}): it has to be put right before the injection.`,
    )
  }
  if (found.detail !== finding) {
    return fail(
      'finding-changed',
      `This has changed while you wrote: ${found.detail}. Read it, and override that if it is right.`,
    )
  }
  const overridden: Event = {
    type: 'check-overridden',
    session: facts.id,
    body: { check, finding, reason },
  }
  if (check !== 'supervision-gap') return ok([overridden])
  return ok([overridden, { type: 'supervision-gap-closed', session: facts.id, body: { by: 'override' } }])
}

export function abandonSession(state: WorkstationState, { reason }: CommandOf<'abandon-session'>): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  const { facts } = session.value
  if (facts.injections.length > 0) {
    return fail(
      'injected',
      'Contrast has been given in this session, so it cannot be abandoned. End the observation and close it; the note can say why it ended early.',
    )
  }
  return ok([{ type: 'session-abandoned', session: facts.id, body: { reason } }])
}
