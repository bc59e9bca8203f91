import { fail, ok } from '../result.ts'
import type { DecideContext, Decision } from './decide.ts'
import { workingSession } from './queries.ts'
import type { CommandOf, WorkstationState } from './state.ts'

/** The technologist taps what both physicians have said aloud. */
export function confirmHandover(
  state: WorkstationState,
  { offer }: CommandOf<'confirm-handover'>,
  { policy }: DecideContext,
): Decision {
  const session = workingSession(state)
  if (!session.ok) return session
  const { handover } = state.supervisor
  if (handover === null || handover.offer !== offer) {
    return fail('no-handover', 'There is no such handover to confirm any more: look who supervises now.')
  }
  if (handover.stage !== 'done') {
    return fail('handover-open', 'It is not handed over yet. Wait until the screen says who supervises now.')
  }
  const nameOf = (id: string) => policy?.physicians.find((known) => known.id === id)?.name ?? id
  const words = `${nameOf(handover.from)} has handed over, ${nameOf(handover.to)} supervises now`
  return ok([{ type: 'handover-confirmed', session: session.value.facts.id, body: { offer, words } }])
}
