export type RoomPart = {
  readonly deviceId: string
  readonly roomId: string
  readonly primary: string
  readonly standby: string
  /** PKCS#8, base64. */
  readonly privateKey: string
}
export type PhysicianPart = { readonly physicianId: string; readonly session: string }
export type AtHub<T> = T & { readonly hub: string }

/** Times are of the computer's monotonic clock, which all its processes share, ms. */
export type ToCrowd =
  | { readonly kind: 'physicians'; readonly physicians: readonly AtHub<PhysicianPart>[] }
  | {
      readonly kind: 'rooms'
      readonly rooms: readonly AtHub<RoomPart>[]
      /** Of a bare Socket.IO server. */
      readonly bare: string
      readonly seed: number
    }
  | { readonly kind: 'press'; readonly deviceId: string; readonly escalationId: string }
  | { readonly kind: 'echo' }
  /** Quiet: no more heartbeats from here on, so that the last of them can be answered. */
  | { readonly kind: 'tally'; readonly quiet: boolean }
  | { readonly kind: 'leave' }

export type FromCrowd =
  /** Everybody of the last list is connected. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'connected'; readonly count: number }
  | { readonly kind: 'pressed'; readonly escalationId: string; readonly atMs: number }
  | {
      readonly kind: 'paged'
      readonly escalationId: string
      readonly physicianId: string
      readonly atMs: number
    }
  | { readonly kind: 'echoed'; readonly tookMs: number }
  | ({ readonly kind: 'tally' } & CrowdTally)
  | { readonly kind: 'failed'; readonly words: string }

export type CrowdTally = {
  readonly statuses: number
  readonly statusesAnswered: number
  /** By the socket's own reason. */
  readonly lost: Readonly<Record<string, number>>
  /** By the hub's own kind. */
  readonly refused: Readonly<Record<string, number>>
}

export const sharedNowMs = (): number => Number(process.hrtime.bigint()) / 1e6
