import { linkInWords } from '../link/words.ts'
import { type GateCheckId, type Physician, type Policy, roomOf } from '../policy/policy.ts'
import { dayOf, inWords, isValidOn } from '../time.ts'
import { unansweredQuestions } from '../workstation/queries.ts'
import type { SessionFacts, WorkstationState } from '../workstation/state.ts'

/** What one check found. `final` marks what no override reaches. */
export type Finding = { readonly met: boolean; readonly detail: string; readonly final?: boolean }

export type FindingContext = {
  readonly now: string
  readonly policy: Policy
  readonly policyStale: boolean
}

type Judge = (state: WorkstationState, context: FindingContext) => Finding

const met = (detail: string): Finding => ({ met: true, detail })
const unmet = (detail: string): Finding => ({ met: false, detail })

const factsOf = (state: WorkstationState): SessionFacts | null =>
  state.session.kind === 'none' ? null : state.session.facts

const noSession = unmet('No session is open')

function nobodyOnCall(state: WorkstationState, policy: Policy): Finding {
  const roomId = factsOf(state)?.roomId
  const room = roomId === undefined ? undefined : roomOf(policy, roomId)
  return unmet(`No physician is on call for ${room?.name ?? 'this room'}`)
}

const nameOf = (policy: Policy, physicianId: string): string =>
  policy.physicians.find((known) => known.id === physicianId)?.name ?? physicianId

const twoWayAudioVideo: Judge = (state, { policy }) => {
  const { primary } = state.supervisor
  if (primary === null) return nobodyOnCall(state, policy)
  const link = state.links[primary] ?? { kind: 'none' }
  return { met: link.kind === 'live', detail: linkInWords(link, nameOf(policy, primary)) }
}

const physicianLicensed: Judge = (state, { now, policy }) => {
  const { primary } = state.supervisor
  if (primary === null) return nobodyOnCall(state, policy)
  const physician = policy.physicians.find((known) => known.id === primary)
  if (physician === undefined) return unmet(`${primary} is not among the physicians of the site's policy`)
  const facts = factsOf(state)
  if (facts === null) return noSession
  const room = roomOf(policy, facts.roomId)
  if (room !== undefined && !room.bench.includes(primary)) {
    return unmet(`${physician.name} is not on the list of physicians for ${room.name}`)
  }
  return licenceFinding(physician, policy.site.state, facts.exam.modality, now)
}

/** Virtual supervision is by a physician, licensed where the patient is, for this modality (ACR 2025; CA AB 460). */
export function licenceFinding(
  physician: Physician,
  state: string,
  modality: Physician['modalities'][number],
  now: string,
): Finding {
  const { name, role } = physician
  if (role !== 'MD' && role !== 'DO')
    return unmet(`${name} is ${role}, and virtual supervision needs a physician`)
  if (!physician.modalities.includes(modality))
    return unmet(`${name} is not credentialed for ${modality} contrast`)
  const held = physician.licenses.filter((license) => license.state === state).map((one) => one.validUntil)
  const until = held.sort().at(-1)
  if (until === undefined) return unmet(`${name} has no license for ${state} on file`)
  if (!isValidOn(until, now)) return unmet(`${name}'s ${state} license ended on ${until}`)
  return met(`${name} is licensed in ${state} for ${modality} contrast until ${until}`)
}

const responderOnSite: Judge = (state, { now, policy }) => {
  const id = factsOf(state)?.responderId
  if (id == null) return unmet('No on-site responder has checked in')
  const responder = policy.responders.find((listed) => listed.id === id)
  if (responder === undefined) return unmet(`${id} is no longer on the site's list of responders`)
  const { name, role, blsValidUntil } = responder
  return isValidOn(blsValidUntil, now)
    ? met(`${name}, ${role}, is on site (BLS until ${blsValidUntil})`)
    : unmet(`${name}'s BLS certificate ended on ${blsValidUntil}`)
}

const imagingRecords: Judge = (state, { policy }) => {
  const { primary } = state.supervisor
  const by = factsOf(state)?.recordsConfirmedBy ?? null
  if (primary === null) return nobodyOnCall(state, policy)
  if (by === primary) return met(`${nameOf(policy, primary)} has the patient's imaging records`)
  const missing = `${nameOf(policy, primary)} has not confirmed access to the patient's imaging records`
  return unmet(by === null ? missing : `${missing} (${nameOf(policy, by)} had)`)
}

const screeningComplete: Judge = (state, { policy }) => {
  const facts = factsOf(state)
  if (facts === null) return noSession
  const open = unansweredQuestions(policy, facts)
  if (open.length > 0)
    return unmet(`Not answered: ${open.map((question) => `"${question.text}"`).join(', ')}`)
  return facts.screeningCompleted
    ? met('Every screening question is answered')
    : unmet('The screening is not complete')
}

const physicianDecisions: Judge = (state) => {
  const facts = factsOf(state)
  if (facts === null) return noSession
  const textOf = (questionId: string) => facts.answers[questionId]?.text ?? questionId
  const stopped = Object.entries(facts.decisions).filter(([, decision]) => decision === 'do-not-inject')
  if (stopped.length > 0) {
    const texts = stopped.map(([questionId]) => `"${textOf(questionId)}"`).join(', ')
    return { met: false, detail: `The physician decided: do not inject (${texts})`, final: true }
  }
  const waiting = Object.values(facts.answers).filter(
    (answer) => answer.leadsTo === 'physician-decides' && facts.decisions[answer.questionId] === undefined,
  )
  if (waiting.length > 0) {
    return unmet(`The physician has to decide on ${waiting.map((answer) => `"${answer.text}"`).join(', ')}`)
  }
  const decided = Object.keys(facts.decisions).length
  return met(decided > 0 ? 'The physician decided to go on' : 'No answer waits for the physician')
}

const supervisionGap: Judge = (state) => {
  if (state.gap !== null) {
    const since = inWords(state.gap.openedAt)
    return unmet(`Supervision was lost during an injection at ${since} and has not been reviewed`)
  }
  return factsOf(state)?.overrides['supervision-gap'] === undefined
    ? met('No loss of supervision waits for review')
    : met('A loss of supervision was not reviewed by the physician')
}

const policyCurrent: Judge = (_state, { now, policy, policyStale }) => {
  if (policyStale) {
    return unmet(`The site's policy of ${inWords(policy.issuedAt)} is out of date: the hub has to confirm it`)
  }
  if (policy.rules.effectiveFrom > dayOf(now)) {
    return unmet(`The rule pack ${policy.rules.pack} applies only from ${policy.rules.effectiveFrom}`)
  }
  return met(`Policy version ${policy.version}, rule pack ${policy.rules.pack}`)
}

export const findings: Readonly<Record<GateCheckId, Judge>> = {
  'two-way-audio-video': twoWayAudioVideo,
  'physician-licensed': physicianLicensed,
  'responder-on-site': responderOnSite,
  'imaging-records': imagingRecords,
  'screening-complete': screeningComplete,
  'physician-decisions': physicianDecisions,
  'supervision-gap': supervisionGap,
  'policy-current': policyCurrent,
}
