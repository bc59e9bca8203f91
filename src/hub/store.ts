import type { ChainHead } from '../domain/log/entry.ts'
import type { PolicyContent } from '../domain/policy/policy.ts'
import type { Receipts } from '../domain/workstation/state.ts'

/** Where the hub keeps what must survive it. Every write is durable when its promise resolves. Instants are ISO. */
export type HubStore = {
  readonly meta: MetaStore
  readonly policies: PolicyStore
  readonly enrolment: EnrolmentStore
  readonly devices: DeviceStore
  readonly physicians: PhysicianStore
  readonly log: LogStore
  readonly pages: PageStore
  readonly mailbox: MailboxStore
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
  readonly content: PolicyContent
  readonly signature: string
}
export type PolicyStore = {
  readonly current: () => Promise<StoredPolicy | null>
  /** The version must be the next one. */
  readonly add: (policy: StoredPolicy) => Promise<void>
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
export type Incident = {
  readonly deviceId: string
  readonly at: string
  readonly kind: string
  readonly seq: number
  readonly detail: string
}
export type LogStore = {
  readonly head: (deviceId: string) => Promise<ChainHead>
  /** Hashes of the stored entries from `fromSeq` to `toSeq`, in order. */
  readonly hashes: (deviceId: string, fromSeq: number, toSeq: number) => Promise<readonly string[]>
  /** All entries or none; false if the chain no longer ends at `head`. */
  readonly append: (
    deviceId: string,
    head: ChainHead,
    entries: readonly StoredEntry[],
    receivedAt: string,
  ) => Promise<boolean>
  /** In pages, so that a million entries need no memory. */
  readonly read: (deviceId: string, fromSeq: number, limit: number) => Promise<readonly StoredEntry[]>
  readonly addIncident: (incident: Incident) => Promise<void>
  readonly incidents: (deviceId: string) => Promise<readonly Incident[]>
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
  readonly takenBy: { readonly physicianId: string; readonly at: string } | null
}
export type PageStore = {
  readonly save: (page: StoredPage) => Promise<void>
  readonly remove: (escalationId: string) => Promise<void>
  readonly open: () => Promise<readonly StoredPage[]>
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
