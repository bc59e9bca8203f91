import type { Policy } from '../../domain/policy/policy.ts'
import { formatPersonName } from '../../ui/time.ts'

export type WorklistItem = Policy['worklist'][number]

/** Exams of the room's modality first in time; every word of the search must be found somewhere. */
export function worklistFor(
  policy: Policy | null,
  modality: WorklistItem['modality'] | undefined,
  search: string,
): readonly WorklistItem[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean)
  return (policy?.worklist ?? [])
    .filter((item) => modality === undefined || item.modality === modality)
    .filter((item) => {
      const text = [item.accession, formatPersonName(item.patientName), item.patientId, item.procedure]
        .join(' ')
        .toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    .toSorted((a, b) => a.scheduledAt.localeCompare(b.scheduledAt))
}
