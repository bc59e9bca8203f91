import type { Hole } from '../../domain/log/proof.ts'
import type { Problem } from '../../domain/result.ts'

/** What syncing says to people. Whatever it is, no entry leaves this computer. */
export const failing = (error: unknown): Problem => ({
  kind: 'sync-disk',
  message: `The log on this computer cannot be read or written for syncing (${error instanceof Error ? error.message : String(error)}). It is tried again by itself. Tell your IT.`,
})
export const lyingAck = (seq: number): Problem => ({
  kind: 'sync-ack-not-believed',
  message: `The hub confirms entry ${seq} of another log than this one. It is not believed: all entries stay here and are sent again. Tell your IT.`,
})
export const unsignedAck = (seq: number): Problem => ({
  kind: 'sync-ack-not-signed',
  message: `The hub confirms entry ${seq}, but not with the key that it had when this room was enrolled. It is not believed: all entries stay here and are sent again. Tell your IT.`,
})
export const lostAtHub = (seq: number): Problem => ({
  kind: 'sync-lost-at-hub',
  message: `The hub has this log only up to entry ${seq} again; the rest is sent once more from here. Tell your IT.`,
})
export const strange = (status: number): Problem => ({
  kind: 'sync-refused',
  message: `The hub refuses this log with status ${status}. All entries stay here and are sent again.`,
})
export const misunderstood = (words: string): Problem => ({
  kind: 'sync-malformed',
  message: `The hub does not understand this log: ${words} All entries stay here and are sent again.`,
})
export const ahead = (seq: number): Problem => ({
  kind: 'sync-rollback',
  message: `The hub has entries up to ${seq}, this computer fewer: its disk was set back to an older state, or another computer works under its name. Nothing is synced until that is cleared up; all entries stay here. Call your IT and your compliance officer; do not delete anything.`,
})
export const damaged = (holes: readonly Hole[]): Problem => ({
  kind: 'sync-damaged-here',
  message: `${holes.length === 1 ? 'Entry' : 'Entries'} ${holes.map(({ seq }) => seq).join(', ')} of the log on this computer ${holes.length === 1 ? 'is' : 'are'} damaged: the content is not what its hash says. The hub keeps the damaged text apart, and all other entries are synced. Tell your IT to check this computer’s disk; do not delete anything.`,
})
export const forked = (words: string): Problem => ({
  kind: 'sync-fork',
  message: `Two logs are being written under this workstation’s name: another computer was probably set up from a copy of this one’s disk, or this disk was set back to an older state (${words}) The help button works as always. The entries of this computer stay here, and the hub keeps copies of them apart from its record. Call your IT: one of the two computers must be enrolled anew. Do not delete anything.`,
})
export const stopped = (kind: string, words: string): Problem => ({
  kind: `sync-${kind}`,
  message: `Syncing has stopped, because this log and the hub's copy contradict each other (${words}) All entries stay on this computer. Call your compliance officer; do not delete anything.`,
})
