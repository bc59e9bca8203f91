import type { Ladder, Paging } from '../domain/escalation/out-of-band.ts'
import type { ChainHead } from '../domain/log/entry.ts'
import type { Hole } from '../domain/log/proof.ts'
import type { IssuedContent } from '../domain/policy/policy.ts'
import type { KeptEntry } from '../domain/retention/purge-plan.ts'
import type { Receipts } from '../domain/workstation/state.ts'

/**
 * Where the hub keeps what must survive it. Every write is durable when its promise resolves. Instants are ISO.
 * A store that does not answer now rejects with `StoreUnavailable`.
 */
export type HubStore = {
  readonly meta: MetaStore
  readonly policies: PolicyStore
  readonly enrolment: EnrolmentStore
  readonly devices: DeviceStore
  readonly physicians: PhysicianStore
  readonly log: LogStore
  readonly retention: RetentionStore
  readonly quarantine: QuarantineStore
  readonly pages: PageStore
  readonly mailbox: MailboxStore
  readonly pushSubscriptions: PushSubscriptionStore
  readonly pagerEndings: PagerEndingStore
  /** These are null where a store has one hub alone. */
  readonly once: OnceStore | null
  readonly leases: LeaseStore | null
  readonly exchange: Exchange | null
  /** Rejects when the store cannot answer. */
  readonly check: () => Promise<void>
  readonly close: () => Promise<void>
}

export type MetaStore = {
  readonly get: (name: string) => Promise<string | null>
  readonly set: (name: string, value: string) => Promise<void>
  /** Keeps what is there; else stores `make()`. Two hubs starting at once agree on one value. */
  readonly getOrMake: (name: string, make: () => string) => Promise<string>
}

export type StoredPolicy = {
  readonly version: number
  readonly issuedAt: string
  readonly content: IssuedContent
  readonly signature: string
}
export type PolicyStore = {
  readonly current: () => Promise<StoredPolicy | null>
  /** That of `current`, without its content; 0 if there is none. */
  readonly version: () => Promise<number>
  /** The version must be the next one; false if another hub has issued it already. */
  readonly add: (policy: StoredPolicy) => Promise<boolean>
}

export type EnrolmentCode = {
  readonly codeHash: string
  readonly roomId: string
  readonly expiresAt: string
  readonly usedAt: string | null
}
export type EnrolmentStore = {
  readonly addCode: (code: Omit<EnrolmentCode, 'usedAt'>) => Promise<void>
  readonly code: (codeHash: string) => Promise<EnrolmentCode | null>
  /** Uses the code up and makes the device known (again: a device that enrols anew keeps its log), or neither. */
  readonly enrol: (codeHash: string, device: Omit<Device, 'revokedAt'>) => Promise<boolean>
}

export type Device = {
  readonly deviceId: string
  readonly publicKey: string
  readonly roomId: string
  readonly hostname: string
  readonly enrolledAt: string
  readonly revokedAt: string | null
}
export type DeviceStore = {
  readonly get: (deviceId: string) => Promise<Device | null>
  readonly list: () => Promise<readonly Device[]>
  /** False if there is no such device. */
  readonly revoke: (deviceId: string, at: string) => Promise<boolean>
  /** Identifiers of revoked devices, which another process may have revoked. */
  readonly revoked: () => Promise<readonly string[]>
}

export type Invite = {
  readonly codeHash: string
  readonly physicianId: string
  readonly expiresAt: string
  readonly usedAt: string | null
}
export type Passkey = {
  readonly credentialId: string
  readonly physicianId: string
  /** COSE, base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly createdAt: string
}
export type IssuedCertificate = {
  readonly publicKey: string
  readonly physicianId: string
  readonly issuedAt: string
  readonly expiresAt: string
}
export type PhysicianStore = {
  readonly addInvite: (invite: Omit<Invite, 'usedAt'>) => Promise<void>
  readonly invite: (codeHash: string) => Promise<Invite | null>
  /** Uses the invite up and keeps the passkey, or neither. */
  readonly register: (codeHash: string, passkey: Passkey) => Promise<boolean>
  readonly passkey: (credentialId: string) => Promise<Passkey | null>
  readonly passkeysOf: (physicianId: string) => Promise<readonly Passkey[]>
  readonly countUse: (credentialId: string, counter: number) => Promise<void>
  readonly addCertificate: (certificate: IssuedCertificate) => Promise<void>
  readonly endSession: (sessionId: string, expiresAt: string) => Promise<void>
  readonly isEnded: (sessionId: string) => Promise<boolean>
}

export type StoredEntry = {
  readonly seq: number
  readonly hash: string
  readonly prev: string
  /** JSON text of the entry as it came. */
  readonly entry: string
}
/** In the place of an entry whose text did not have the hash by which the next one names it. */
export const holeText = '{}'

export type Incident = {
  readonly deviceId: string
  readonly at: string
  readonly kind: string
  readonly seq: number
  readonly detail: string
}
export type LogStore = {
  readonly head: (deviceId: string) => Promise<ChainHead>
  /** How many entries are here; their numbers do not tell, where segments meet and what was before is purged. */
  readonly count: (deviceId: string) => Promise<number>
  /** Hashes of those of these entries that are stored, by sequence. */
  readonly hashes: (deviceId: string, seqs: readonly number[]) => Promise<ReadonlyMap<number, string>>
  /** All entries or none; false if the chain no longer ends at `head`. */
  readonly append: (
    deviceId: string,
    head: ChainHead,
    entries: readonly StoredEntry[],
    receivedAt: string,
  ) => Promise<boolean>
  /** Places of which only the hash is known, and no text yet: rows that were appended with `holeText`. */
  readonly holes: (deviceId: string) => Promise<readonly Hole[]>
  /** The text of such a place has come; false if there is no such place, or it is filled. */
  readonly fill: (deviceId: string, entry: StoredEntry, receivedAt: string) => Promise<boolean>
  /** In pages, so that a million entries need no memory. */
  readonly read: (deviceId: string, fromSeq: number, limit: number) => Promise<readonly StoredEntry[]>
  readonly addIncident: (incident: Incident) => Promise<void>
  readonly incidents: (deviceId: string) => Promise<readonly Incident[]>
}

/** Removes the beginning of a device's log, and nothing else, ever. */
export type RetentionStore = {
  /** Up to where a device's log is here no more; the empty chain if it is whole. */
  readonly purged: (deviceId: string) => Promise<ChainHead>
  /** Entries with when they came, in pages. */
  readonly kept: (deviceId: string, fromSeq: number, limit: number) => Promise<readonly KeptEntry[]>
  /**
   * All of it or nothing; false if one of the two chains is no longer what was judged. The store itself refuses, by a
   * clock of its own, to let anything go that is younger than seven years or that the journal does not name.
   */
  readonly purge: (purge: Purge) => Promise<boolean>
}
export type Purge = {
  readonly deviceId: string
  /** As `purged` said. */
  readonly after: ChainHead
  /** The last entry that goes. */
  readonly to: ChainHead
  readonly journal: {
    readonly deviceId: string
    readonly head: ChainHead
    /** The first of them names the purge. */
    readonly rows: readonly StoredEntry[]
    readonly at: string
  }
}

/** Work that one of the hubs does at a time, until its lease is over; by the store's clock. */
export type LeaseStore = {
  /** Takes or renews it; false if another hub has it. */
  readonly take: (name: string, ms: number) => Promise<boolean>
}

/** What cannot go into the chain, as it came, under the sequence and hash that it claims. */
export type Quarantined = {
  readonly deviceId: string
  readonly seq: number
  readonly hash: string
  readonly at: string
  readonly reason: 'damaged' | 'broken-chain' | 'fork' | 'stranded'
  readonly text: string
}
/** Only grows: nothing in it is changed, none of it deleted. */
export type QuarantineStore = {
  /** What is there already is left out; answers with how many were new. */
  readonly add: (items: readonly Quarantined[]) => Promise<number>
  readonly has: (deviceId: string, seq: number, hash: string) => Promise<boolean>
  readonly count: (deviceId: string) => Promise<number>
  /** In the order in which they came, in pages. */
  readonly list: (deviceId: string, skip: number, limit: number) => Promise<readonly Quarantined[]>
}

/** A call for help that has not ended, as it must be found again after a restart. */
export type StoredPage = {
  readonly escalationId: string
  readonly deviceId: string
  /** JSON of the page as the room sent it. */
  readonly page: string
  /** When it was pressed, by the hub's clock. */
  readonly startedAt: string
  readonly primary: string | null
  readonly receipts: Readonly<Record<string, Receipts>>
  /** What the site had decided when it began; null for a call from before ladders were kept. */
  readonly ladder: Ladder | null
  /** How far each pager has come, by its key. */
  readonly pagings: Readonly<Record<string, Paging>>
}
/** Each call is looked after by one hub at a time. */
export type PageStore = {
  /** `first` makes this hub the one that looks after it; later, false if another hub does by now, or if it has ended. */
  readonly save: (page: StoredPage, which: 'first' | 'later') => Promise<boolean>
  readonly remove: (escalationId: string) => Promise<void>
  /** Takes over every call that no living hub looks after, and answers with those. */
  readonly takeOver: () => Promise<readonly StoredPage[]>
  /** Takes over this call, whoever looks after it; null if there is none or this hub does already. */
  readonly claim: (escalationId: string) => Promise<StoredPage | null>
  /** The calls that this hub looks after. */
  readonly mine: () => Promise<readonly string[]>
  /** Whether any hub looks after a call of this device. */
  readonly anyOf: (deviceId: string) => Promise<boolean>
}

/** Secrets that every hub of the store takes, each once. */
export type OnceStore = {
  readonly put: (secretHash: string, value: string, expiresAt: string, now: string) => Promise<void>
  readonly take: (
    secretHash: string,
  ) => Promise<{ readonly value: string; readonly expiresAt: string } | null>
}

/** A hub that has said nothing for so long is taken for dead: its connections vanish, its calls are taken over. */
export const leaseMs = 4000

/** How hubs that share a store hear each other: every hub hears what any of them says, itself included, in order. */
export type Exchange = {
  readonly hubId: string
  readonly join: (listener: ExchangeListener) => Promise<void>
  /** Sent as soon as the store answers; what waits too long is dropped. */
  readonly publish: (notice: string) => void
  readonly leave: () => Promise<void>
}
export type ExchangeListener = {
  readonly onNotice: (notice: string) => void
  /** What others said may have been missed. */
  readonly onMissed: () => void
  /** Every second. */
  readonly onBeat: () => void
}

export type Letter = {
  readonly statementId: string
  readonly deviceId: string
  readonly physicianId: string
  /** Tells a resent statement from another one under its name. */
  readonly hash: string
  /** JSON of the signed statement; forgotten once it is in the room's log. */
  readonly signed: string | null
  readonly receivedAt: string
  readonly loggedAt: string | null
}
export type MailboxStore = {
  /** Keeps the first letter of a name, and answers with the one that is kept. */
  readonly put: (letter: Letter) => Promise<Letter>
  /** In the order in which they came. */
  readonly undelivered: (deviceId: string) => Promise<readonly Letter[]>
  /** The letter, if this device had it waiting or has already said so. */
  readonly markLogged: (deviceId: string, statementId: string, at: string) => Promise<Letter | null>
}

/** A browser that has agreed to be pushed to; `endpoint` is a push service's address for it. */
export type PushSubscription = {
  readonly endpoint: string
  readonly physicianId: string
  readonly p256dh: string
  readonly auth: string
  readonly createdAt: string
}
export type PushSubscriptionStore = {
  /** A browser belongs to who signed in there last. Of each physician the newest ten are kept. */
  readonly put: (subscription: PushSubscription) => Promise<void>
  readonly of: (physicianId: string) => Promise<readonly PushSubscription[]>
  readonly remove: (endpoint: string) => Promise<void>
}

/** Another service that still has to hear that a call is over. */
export type PagerEnding = {
  readonly escalationId: string
  readonly pager: string
  /** JSON of the pager and its notice. */
  readonly message: string
  readonly since: string
  readonly attempts: number
}
export type PagerEndingStore = {
  /** Nobody claims it before `notBefore`. */
  readonly add: (ending: PagerEnding, notBefore: string) => Promise<void>
  /** What is due, each to one hub alone until `leasedUntil`. */
  readonly claim: (now: string, leasedUntil: string) => Promise<readonly PagerEnding[]>
  readonly postpone: (
    ending: Pick<PagerEnding, 'escalationId' | 'pager' | 'attempts'>,
    notBefore: string,
  ) => Promise<void>
  readonly remove: (ending: Pick<PagerEnding, 'escalationId' | 'pager'>) => Promise<void>
}
