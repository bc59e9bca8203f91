import type { Snapshot } from '../../contract/ipc.ts'
import { type OutOfBandShown, outOfBandShown } from '../../domain/escalation/out-of-band-words.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { formatClock } from '../../ui/time.ts'
import { physicianName } from '../workstation/people.ts'

/** What is said of pagers at this moment. */
export const pagersShown = (snapshot: Snapshot, call: Escalation): OutOfBandShown =>
  outOfBandShown(call, snapshot.hub.kind === 'online', {
    nameOf: (physicianId) => physicianName(snapshot, physicianId),
    clockOf: formatClock,
  })
