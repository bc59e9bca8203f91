import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import {
  generateKeyPair,
  loadKeyPair,
  type SigningKeyPair,
  serializePrivateKey,
} from '../platform/node/ed25519.ts'
import type { Allowances } from './allowances.ts'
import type { HubClock } from './clock.ts'
import type { HubConfig, HubLimits } from './config.ts'
import type { CopySchedule } from './copy-schedule.ts'
import type { Directory } from './directory.ts'
import type { Journal } from './journal.ts'
import type { Ways } from './pagers/ways.ts'
import type { Site } from './site.ts'
import type { HubStore, MetaStore } from './store.ts'
import type { Tokens } from './tokens.ts'

/** Everything that routes and sockets share. Made once, by `createHub`. */
export type HubContext = {
  readonly config: HubConfig
  readonly limits: HubLimits
  readonly allowances: Allowances
  readonly clock: HubClock
  readonly store: HubStore
  readonly keys: SigningKeyPair
  readonly journal: Journal
  /** Null where no copy is asked for. */
  readonly copy: CopySchedule | null
  readonly tokens: Tokens
  readonly site: Site
  readonly directory: Directory
  /** Out of the hub to people who are not at a console. */
  readonly ways: Ways
  readonly log: FastifyBaseLogger
  readonly refusals: Refusals
  /** The console's address, without a slash at its end. Known once the hub listens. */
  readonly publicUrl: () => string
}

/** Counts refusals by their kind: what is refused is never silent. */
export type Refusals = {
  readonly count: (kind: string) => void
  readonly totals: () => Readonly<Record<string, number>>
}

export function createRefusals(): Refusals {
  const totals = new Map<string, number>()
  return {
    count: (kind) => void totals.set(kind, (totals.get(kind) ?? 0) + 1),
    totals: () => Object.fromEntries(totals),
  }
}

/** Keys are made on the first start and stay with the data directory. */
export async function loadKeys(meta: MetaStore): Promise<{ signing: SigningKeyPair; secret: Uint8Array }> {
  const signing = await meta.getOrMake('signing-key', () => serializePrivateKey(generateKeyPair().privateKey))
  const secret = await meta.getOrMake('token-secret', () => randomBytes(32).toString('base64'))
  return { signing: loadKeyPair(signing), secret: Buffer.from(secret, 'base64') }
}
