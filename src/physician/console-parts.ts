import type { StoreApi } from 'zustand/vanilla'
import type { LinkState } from '../domain/link/link.ts'
import type { Order } from '../domain/statement/statement.ts'
import type { ConsoleLinks, ConsoleLinksOptions, ConsoleMeasurement } from '../platform/web/session-links.ts'
import type { AccountKeeper } from './account/account.ts'
import type { HubApi } from './account/hub-api.ts'
import type { AlarmKeeper } from './alarms/alarm-keeper.ts'
import type { Call } from './call/call.ts'
import type { Preferences } from './call/preferences.ts'
import type { CardsKeeper } from './cards/cards.ts'
import type { HubConnection, openHubSocket } from './hub/hub-socket.ts'
import type { PagesHereKeeper } from './push/pages-here.ts'
import type { Handover } from './rooms/handovers.ts'
import type { Rooms } from './rooms/rooms.ts'
import type { Takeover } from './rooms/takeovers.ts'
import type { Outbox } from './statements/outbox.ts'
import type { Saying } from './statements/say.ts'
import type { Signing } from './statements/signing.ts'
import type { Storage } from './statements/storage.ts'
import type { Clock } from './ticker/clock.ts'

/** What the page shows besides what its modules know. */
export type PageState = {
  readonly openRoomId: string | null
  /** The site's reaction cards are shown, in the place of rooms. */
  readonly cardsOpen: boolean
  readonly recentOrders: readonly Order[]
  /** Things that went wrong and that a person should know, in words. */
  readonly notices: readonly string[]
  /** Why a ringing alarm cannot be heard now; null while it can, or need not. */
  readonly soundProblem: string | null
}

export type Console = {
  readonly account: AccountKeeper
  readonly connection: StoreApi<HubConnection>
  readonly page: StoreApi<PageState>
  readonly rooms: Rooms
  /** Rooms that have brought this physician in, and wait for their word. */
  readonly takeovers: StoreApi<readonly Takeover[]>
  /** Whether a room, or a colleague in a room, waits for this physician's word on who supervises it. */
  readonly isCalledIn: () => boolean
  readonly alarms: AlarmKeeper
  readonly outbox: Outbox
  readonly signing: Signing
  readonly call: Call
  readonly pagesHere: PagesHereKeeper
  readonly cards: CardsKeeper
  readonly start: () => Promise<void>
  readonly goOnCall: () => Promise<void>
  readonly goOffCall: () => void
  readonly retrySigning: () => Promise<void>
  /** @param stopPages in this browser, also while the console is closed */
  readonly signOut: (stopPages: boolean) => Promise<void>
  readonly openRoom: (deviceId: string | null) => void
  readonly showCards: (open: boolean) => void
  readonly accept: (escalationId: string) => void
  readonly decline: (escalationId: string, reason: string) => void
  /** Confirms that this physician supervises the room that brought them in, and goes there. */
  readonly takeOver: (takeover: Takeover) => void
  /** Takes over the room that somebody hands over, and goes there. */
  readonly acceptHandover: (handover: Handover) => void
  readonly say: (deviceId: string, saying: Saying) => void
  readonly setMuted: (muted: boolean) => void
  readonly soundProblem: (problem: string | null) => void
  readonly dismissNotice: (words: string) => void
}

export type ConsoleParts = {
  readonly clock: Clock
  readonly storage: Storage
  readonly api: HubApi
  readonly account: AccountKeeper
  readonly call: Call
  readonly preferences: Preferences
  readonly pagesHere: PagesHereKeeper
  readonly subtle: SubtleCrypto
  readonly newId: () => string
  readonly isVisible: () => boolean
  readonly openSocket: typeof openHubSocket
  readonly createLinks: (options: ConsoleLinksOptions) => ConsoleLinks
  readonly assess: (measurement: ConsoleMeasurement, ageMs: number) => LinkState
}
