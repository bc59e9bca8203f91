import { randomUUID } from 'node:crypto'
import { deviceIdOf } from '../contract/hub.ts'
import type { Json } from '../domain/log/canonical.ts'
import { type ChainHead, emptyChain, type LogEntry, sealEntry } from '../domain/log/entry.ts'
import type { Checkpoint } from '../domain/log/proof.ts'
import type { SignedCardsWord } from '../domain/policy/cards-approval.ts'
import {
  type Holds,
  type JournalEvent,
  journalEventSchema,
  withEvent,
} from '../domain/retention/journal-events.ts'
import { publicKeySha256, type SigningKeyPair, sha256Hex, signJson } from '../platform/node/ed25519.ts'
import { type HubClock, nowIso } from './clock.ts'
import type { LogStore, StoredEntry } from './store.ts'
import { createTurns } from './turns.ts'

/** Where the journal stands, which holds it has in force there, and what was said about the cards up to there. */
export type JournalState = {
  readonly head: ChainHead
  readonly holds: Holds
  /** Oldest first. */
  readonly cards: readonly SignedCardsWord[]
}

/**
 * What the hub itself does to records, as a log of the same format: its device is the hub's signing key. Hubs that
 * share a store share it. Each write is sealed from the head that it was judged by and signed at once.
 */
export type Journal = {
  readonly deviceId: string
  readonly state: () => Promise<JournalState>
  /** The rows that follow `head`: the events, and the hub's signature over them. */
  readonly rows: (head: ChainHead, events: readonly JournalEvent[]) => readonly StoredEntry[]
  readonly append: (event: JournalEvent) => Promise<void>
}

const pageEntries = 500

export function createJournal(log: LogStore, keys: SigningKeyPair, clock: HubClock): Journal {
  const deviceId = deviceIdOf(publicKeySha256(keys.publicKey))
  const boot = randomUUID()
  const startedAt = performance.now()
  let known: JournalState = { head: emptyChain, holds: new Map(), cards: [] }

  const inTurn = createTurns()

  /** One reading at a time: each goes on where the one before has come to, and takes no row twice. */
  const state = (): Promise<JournalState> =>
    inTurn(async () => {
      for (;;) {
        const rows = await log.read(deviceId, known.head.seq + 1, pageEntries)
        for (const { seq, hash, entry } of rows) known = { ...after(known, entry), head: { seq, hash } }
        if (rows.length < pageEntries) return known
      }
    })

  function rows(head: ChainHead, events: readonly JournalEvent[]): readonly StoredEntry[] {
    const sealed: LogEntry[] = []
    const add = (type: string, body: LogEntry['body']) =>
      void sealed.push(
        sealEntry(
          sealed.at(-1) ?? head,
          {
            device: deviceId,
            at: nowIso(clock),
            boot,
            mono: Math.round(performance.now() - startedAt),
            actor: { kind: 'system' },
            type,
            session: null,
            body,
          },
          sha256Hex,
        ),
      )
    for (const event of events) {
      const { type, body } = journalEventSchema.parse(event)
      add(type, body as unknown as LogEntry['body'])
    }
    const { seq, hash } = sealed.at(-1) ?? head
    const checkpoint: Checkpoint = { purpose: 'scanside-log-checkpoint', device: deviceId, seq, hash }
    const signature = signJson(keys.privateKey, checkpoint as unknown as Json)
    add('log-checkpointed', { reason: 'count', checkpoint, publicKey: keys.publicKey, signature })
    return sealed.map((entry) => ({
      seq: entry.seq,
      hash: entry.hash,
      prev: entry.prev,
      entry: JSON.stringify(entry),
    }))
  }

  return {
    deviceId,
    state,
    rows,
    async append(event) {
      let head: ChainHead
      do head = (await state()).head
      while (!(await log.append(deviceId, head, rows(head, [event]), nowIso(clock))))
    },
  }
}

function after(state: JournalState, text: string): JournalState {
  const { type, body, at }: LogEntry = JSON.parse(text)
  const event = journalEventSchema.safeParse({ type, body }).data
  if (event === undefined) return state
  switch (event.type) {
    case 'cards-approved':
    case 'cards-approval-withdrawn':
      return { ...state, cards: [...state.cards, event.body.signed] }
    default:
      return { ...state, holds: withEvent(state.holds, event, at) }
  }
}
