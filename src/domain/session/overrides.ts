import type { Event } from '../log/events.ts'
import { type GateCheckId, gateCheckIdSchema } from '../policy/policy.ts'
import type { WorkstationState } from '../workstation/state.ts'

/**
 * Checks whose finding an event may have settled: an override given before it answered what was found then. The
 * gate compares the words too, because licences and questions change with policy and calendar, which no fold knows.
 */
function reconsideredBy(event: Event, { supervisor }: WorkstationState): readonly GateCheckId[] {
  switch (event.type) {
    case 'app-started':
      return ['two-way-audio-video']
    case 'link-changed':
      return event.body.physicianId === supervisor.primary ? ['two-way-audio-video'] : []
    case 'supervisor-chosen':
      return event.body.primary === supervisor.primary
        ? []
        : ['two-way-audio-video', 'physician-licensed', 'imaging-records']
    case 'policy-adopted':
      // The override of a loss of supervision has closed it: there is nothing left that could change.
      return gateCheckIdSchema.options.filter((check) => check !== 'supervision-gap')
    case 'responder-checked-in':
      return ['responder-on-site']
    case 'screening-answered':
      return ['screening-complete', 'physician-decisions']
    case 'screening-completed':
      return ['screening-complete']
    case 'statement-received':
      return reconsideredByWord[event.body.signed.statement.kind] ?? []
    default:
      return []
  }
}

const reconsideredByWord: Readonly<Partial<Record<string, readonly GateCheckId[]>>> = {
  decided: ['physician-decisions'],
  'records-confirmed': ['imaging-records'],
}

/** The state before `event` without the overrides that it puts an end to. */
export function withoutLapsedOverrides(state: WorkstationState, event: Event): WorkstationState {
  if (state.session.kind === 'none') return state
  const { facts } = state.session
  const ended = reconsideredBy(event, state).filter((check) => facts.overrides[check] !== undefined)
  if (ended.length === 0) return state
  const overrides = { ...facts.overrides }
  for (const check of ended) delete overrides[check]
  return { ...state, session: { ...state.session, facts: { ...facts, overrides } } }
}
