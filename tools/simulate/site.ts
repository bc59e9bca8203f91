import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import { samplePins, sampleSite } from '../sample-site.ts'

export const simulatedSiteId = 'simulated-site'
export type SimulatedRoom = { readonly roomId: string; readonly primary: string; readonly standby: string }
export type SimulatedSite = {
  readonly content: PolicyContent
  readonly rooms: readonly SimulatedRoom[]
  readonly physicianIds: readonly string[]
}

/** Rooms by turns to physicians: each has two, and each physician has as many as any other. */
export function simulatedSite(roomCount: number, physicianCount: number): SimulatedSite {
  const sample = sampleSite(new Date(), samplePins)
  const [physician] = sample.physicians
  if (physician === undefined) throw new Error('the sample site has physicians')
  const physicianIds = Array.from({ length: physicianCount }, (_, index) => `p-${index + 1}`)
  const at = (index: number) => physicianIds[index % physicianCount] ?? ''
  const rooms = Array.from({ length: roomCount }, (_, index) => ({
    roomId: `r-${index + 1}`,
    primary: at(index),
    // Not always the same neighbour: each physician stands by for many.
    standby: at(index + 1 + (Math.floor(index / physicianCount) % (physicianCount - 1))),
  }))
  const content: PolicyContent = {
    ...sample,
    site: { ...sample.site, id: simulatedSiteId, name: 'Simulated site' },
    rooms: rooms.map(({ roomId, primary, standby }, index) => ({
      id: roomId,
      name: `Room ${index + 1}`,
      modality: index % 2 === 0 ? 'CT' : 'MR',
      bench: [primary, standby],
    })),
    physicians: physicianIds.map((id, index) => ({ ...physician, id, name: `Dr. ${index + 1}` })),
    medicalDirectors: physicianIds.slice(0, 1),
    worklist: [],
  }
  return { content, rooms, physicianIds }
}
