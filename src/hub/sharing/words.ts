import type { RoomStatus } from '../../contract/hub.ts'
import type { PageEnd } from '../../contract/room-view.ts'
import type { LogEntry } from '../../domain/log/entry.ts'
import type { Statement } from '../../domain/statement/statement.ts'

/** One live connection, as the hub that has it tells the others. */
export type PeerState =
  | {
      readonly kind: 'workstation'
      readonly id: string
      readonly deviceId: string
      readonly roomId: string
      readonly sinceMs: number
      readonly status: RoomStatus | null
    }
  | {
      readonly kind: 'console'
      readonly id: string
      readonly physicianId: string
      readonly sessionId: string
      readonly sessionEndsAtMs: number
      readonly onCall: { readonly connectionId: string; readonly sinceMs: number } | null
    }

/** What concerns a call that another hub may be looking after. */
export type PagingWord =
  | { readonly kind: 'heard'; readonly statement: Statement }
  | { readonly kind: 'logged'; readonly deviceId: string; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'page-end'; readonly deviceId: string; readonly end: PageEnd }
  /** The speaker looks after this call from now on. */
  | { readonly kind: 'page-moved'; readonly escalationId: string }

/** What hubs on one database say to each other. */
export type Word =
  | { readonly kind: 'alive' }
  | { readonly kind: 'bye' }
  /** Asks for `all`, which names this question. */
  | { readonly kind: 'who'; readonly question: string }
  | { readonly kind: 'all'; readonly peers: readonly PeerState[]; readonly answers: string }
  | { readonly kind: 'peer'; readonly peer: PeerState }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'send'; readonly id: string; readonly event: string; readonly message: unknown }
  | { readonly kind: 'close'; readonly id: string }
  | { readonly kind: 'enrolled'; readonly deviceId: string; readonly roomId: string }
  | { readonly kind: 'site' }
  | PagingWord

export type Envelope = {
  readonly from: string
  /** Counts what this hub has said, to everyone alike: a number that is missing is a word that was missed. */
  readonly n: number
  /** The only hub that this is for. */
  readonly to?: string
  readonly word: Word
}

/** Says something to the other hubs, or to one of them; without others, to nobody. */
export type Publish = (word: Word, to?: string) => void
