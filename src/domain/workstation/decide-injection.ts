import type { Event } from '../log/events.ts'
import type { ContrastAgent } from '../policy/policy.ts'
import { fail, ok } from '../result.ts'
import { evaluateGate, type GateReport } from '../session/gate.ts'
import { addMs, durationInWords } from '../time.ts'
import type { DecideContext, Decision } from './decide.ts'
import { leftToObserveMs, requirePolicy, workingSession } from './queries.ts'
import type { CommandOf, WorkstationState } from './state.ts'

/** Without a policy to say otherwise, a patient is observed for twenty minutes. */
const defaultObservationMs = 20 * 60_000

export function startInjection(
  state: WorkstationState,
  { agentId, volumeMl, route, lot }: CommandOf<'start-injection'>,
  context: DecideContext,
): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  const { facts, kind } = session.value
  if (kind === 'screening') return fail('screening', 'Complete the screening first.')
  if (kind === 'injecting') return fail('injecting', 'An injection is running already. Stop it first.')
  if (kind !== 'ready') {
    return fail('not-ready', 'Choose "Another injection" first: every injection passes the checks by itself.')
  }
  const gate = evaluateGate(state, context)
  if (!gate.open) {
    return fail('gate-closed', `Not ready to inject. ${failingInWords(gate)}.`)
  }
  const known = requirePolicy(context.policy)
  if (!known.ok) return known
  const agent = known.value.agents.find((listed) => listed.id === agentId)
  if (agent === undefined) {
    return fail('unknown-agent', "That contrast agent is not on the site's list. Choose one that is.")
  }
  if (agent.class !== facts.contrastClass) {
    return fail(
      'wrong-class',
      `${agent.name} (${agent.brand}) is ${agent.class}; this patient was screened for ${facts.contrastClass} contrast. Choose another agent, or open a session for the right class.`,
    )
  }
  if (!(volumeMl > 0 && volumeMl <= agent.volumeMl.max)) {
    return fail(
      'volume',
      `${volumeMl} mL is outside what the site allows for ${agent.name} (up to ${agent.volumeMl.max} mL). Check the volume.`,
    )
  }
  return ok([
    {
      type: 'injection-started',
      session: facts.id,
      body: {
        agentId,
        agent: `${agent.name} (${agent.brand})`,
        concentration: concentrationInWords(agent),
        volumeMl,
        route,
        lot,
        physicianId: state.supervisor.primary,
        gate: gate.checks.map(({ check, outcome, detail }) => ({
          check,
          outcome: outcome === 'overridden' ? 'overridden' : 'passed',
          detail,
        })),
      },
    },
  ])
}

export const concentrationInWords = ({ concentration }: ContrastAgent): string =>
  `${concentration.value} ${concentration.unit}`

/** Each failing check by what it found; used in rejections. */
export const failingInWords = (gate: GateReport): string =>
  gate.checks
    .filter((check) => check.outcome === 'failed')
    .map((check) => check.detail)
    .join('; ')

/** Works on a locked screen too: that contrast has stopped flowing is a fact, whoever says it. */
export function stopInjection(state: WorkstationState, { now, policy }: DecideContext): Decision {
  if (state.session.kind !== 'injecting') return fail('not-injecting', 'No injection is running.')
  const { facts } = state.session
  const durationMs = policy?.observationMs ?? defaultObservationMs
  const observation: Event = {
    type: 'observation-started',
    session: facts.id,
    body: { dueAt: addMs(now, durationMs), durationMs },
  }
  // A crash between the two events leaves a stopped injection without its observation.
  if (facts.injections.at(-1)?.stoppedAt != null) return ok([observation])
  return ok([{ type: 'injection-stopped', session: facts.id, body: {} }, observation])
}

export function prepareInjection(state: WorkstationState): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  if (session.value.kind !== 'observing') {
    return fail('not-observing', 'Another injection can be prepared only while the patient is observed.')
  }
  return ok([{ type: 'injection-prepared', session: session.value.facts.id, body: {} }])
}

export function endObservation(
  state: WorkstationState,
  { earlyReason }: CommandOf<'end-observation'>,
  clocks: DecideContext,
): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  const { facts } = session.value
  // From "ready" too: whoever prepared another injection and then gives none still has a patient to observe.
  const observation = 'observation' in session.value ? session.value.observation : null
  if (observation === null) return fail('not-observing', 'No patient is being observed.')
  const leftMs = leftToObserveMs(observation, clocks)
  if (leftMs > 0 && earlyReason === null) {
    return fail(
      'early',
      `The observation has ${durationInWords(leftMs)} to go. Wait, or say why it ends early.`,
    )
  }
  return ok([
    { type: 'observation-ended', session: facts.id, body: { early: leftMs > 0 ? earlyReason : null } },
  ])
}

export function closeSession(
  state: WorkstationState,
  { disposition, note }: CommandOf<'close-session'>,
): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  if (session.value.kind !== 'closing') {
    return fail(
      'not-closing',
      session.value.facts.injections.length > 0
        ? 'End the observation first.'
        : 'Nothing has been injected in this session. Abandon it instead, and say why.',
    )
  }
  if (state.reaction !== null && !state.reaction.drill) {
    return fail(
      'help-open',
      'The call for help is still open. End it, and say how it ended, before you close the session.',
    )
  }
  return ok([{ type: 'session-closed', session: session.value.facts.id, body: { disposition, note } }])
}
