import { deviceIdOf, logAckSchema } from '../../src/contract/hub.ts'
import { emptyChain, sealEntry } from '../../src/domain/log/entry.ts'
import { openExistingStore, type StorePlace } from '../../src/hub/open-store.ts'
import { systemClock } from '../../src/platform/node/clock.ts'
import {
  generateKeyPair,
  publicKeySha256,
  type SigningKeyPair,
  sha256Hex,
  signJson,
} from '../../src/platform/node/ed25519.ts'
import { askHub } from '../../src/platform/node/hub-http.ts'
import { createTokenSource } from '../../src/platform/node/hub-token.ts'
import { knowDevice } from '../support/known-device.ts'
import { linkDraft } from './long-log.ts'

/** A device that is enrolled, and its log in batches as they are sent. */
export type Sender = { readonly token: string; readonly batches: readonly Batch[] }
type Batch = { readonly body: string; readonly lastSeq: number }
export type Shape = { readonly devices: number; readonly batches: number; readonly entriesABatch: number }

/** Devices with logs that nobody has yet, made and signed in before anything is measured. */
export async function makeSenders(place: StorePlace, hub: string, shape: Shape): Promise<readonly Sender[]> {
  const keys = Array.from({ length: shape.devices }, generateKeyPair)
  await enrolAll(place, keys)
  return Promise.all(
    keys.map(async (key) => ({ token: await tokenOf(hub, key), batches: batchesOf(nameOf(key), shape) })),
  )
}

const nameOf = ({ publicKey }: SigningKeyPair) => deviceIdOf(publicKeySha256(publicKey))

/** Past the hub's own door, which lets in ten a minute. */
async function enrolAll(place: StorePlace, keys: readonly SigningKeyPair[]): Promise<void> {
  const opened = await openExistingStore(place)
  if (!opened.ok) throw new Error(opened.error.message)
  try {
    for (const key of keys)
      await knowDevice(opened.value, { deviceId: nameOf(key), publicKey: key.publicKey, roomId: 'ct-2' })
  } finally {
    await opened.value.close()
  }
}

async function tokenOf(hub: string, key: SigningKeyPair): Promise<string> {
  const source = createTokenSource({
    hub,
    deviceId: nameOf(key),
    sign: (value) => signJson(key.privateKey, value),
    clock: systemClock(),
  })
  const token = await source.get()
  if (!token.ok) throw new Error(token.error.message)
  return token.value.token
}

function batchesOf(deviceId: string, { batches, entriesABatch }: Shape): readonly Batch[] {
  let head = emptyChain
  return Array.from({ length: batches }, () => {
    const entries = Array.from({ length: entriesABatch }, () => {
      const entry = sealEntry(head, linkDraft(deviceId, head.seq), sha256Hex)
      head = { seq: entry.seq, hash: entry.hash }
      return entry
    })
    return { body: JSON.stringify({ deviceId, entries }), lastSeq: head.seq }
  })
}

export type Load = { readonly entriesPerS: number; readonly repliesMs: readonly number[] }

/** All at once, each with one batch under way, until everything is acknowledged. */
export async function send(hub: string, senders: readonly Sender[]): Promise<Load> {
  const repliesMs: number[] = []
  const startedMs = performance.now()
  await Promise.all(
    senders.map(async ({ token, batches }) => {
      for (const { body, lastSeq } of batches) {
        const sentMs = performance.now()
        const reply = await askHub(hub, { method: 'POST', path: '/api/log', body, token })
        repliesMs.push(performance.now() - sentMs)
        const ack = reply.ok ? logAckSchema.safeParse(reply.value.body).data?.ack : undefined
        if (ack !== lastSeq)
          throw new Error(`the hub answered ${JSON.stringify(reply)} up to entry ${lastSeq}`)
      }
    }),
  )
  const tookMs = performance.now() - startedMs
  const entries = senders.reduce((sum, { batches }) => sum + (batches.at(-1)?.lastSeq ?? 0), 0)
  return { entriesPerS: (entries * 1000) / tookMs, repliesMs }
}
