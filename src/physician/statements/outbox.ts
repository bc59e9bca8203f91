import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  type SignedStatement,
  type Statement,
  signedStatementSchema,
} from '../../domain/statement/statement.ts'
import type { Clock } from '../ticker/clock.ts'
import type { StatementSigner } from './console-key.ts'
import type { Storage } from './storage.ts'

/** A statement that its room has not confirmed yet. */
export type PendingStatement = {
  readonly statement: Statement
  readonly attempts: number
  /** Whether the hub has taken it; the room has not, or it would not be here. */
  readonly atHub: boolean
  /** The hub's words when it refused, until a later attempt succeeds. */
  readonly refusal: string | null
}

export type OutboxState = {
  readonly pending: readonly PendingStatement[]
  /** What rooms have confirmed to this page, newest last: shown until the room's own view shows it. */
  readonly confirmed: readonly Statement[]
  /** Statements that could not even be signed, with the reason: the person must act. */
  readonly unsigned: readonly { readonly statement: Statement; readonly reason: string }[]
}

export type HubAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'offline' }

/** Both ways that a statement can take to its room; each may be closed at any time. */
export type StatementWays = {
  readonly hub: (signed: SignedStatement) => Promise<HubAnswer>
  /** False: the channel to that room is closed. */
  readonly peer: (signed: SignedStatement) => boolean
}

export type Outbox = {
  readonly store: StoreApi<OutboxState>
  /** Takes what an earlier page of this physician left unsaid. */
  readonly load: (physicianId: string) => Promise<void>
  readonly say: (signer: StatementSigner, statement: Statement) => Promise<void>
  readonly logged: (statementId: string) => void
  /** A way has opened: everything is tried again at once. */
  readonly hurry: () => void
  readonly renewed: (signer: StatementSigner) => void
  /** The person has read that this could not be signed. */
  readonly putAway: (statementId: string) => void
  readonly close: () => void
}

const nothing: OutboxState = { pending: [], confirmed: [], unsigned: [] }
const confirmedKept = 100

const backoffMs = [500, 1000, 2000, 4000, 8000, 15_000] as const

/** How long to wait after so many attempts: never for ever, spread by up to a quarter so that consoles do not chime. */
export function retryDelayMs(attempts: number, jitter: number): number {
  const base = backoffMs[Math.min(Math.max(attempts, 1), backoffMs.length) - 1] ?? 15_000
  return base * (1 + 0.25 * jitter)
}

/** Repeats every statement over both ways until its room says that it is in the log. There is no last attempt. */
export function createOutbox(storage: Storage, ways: StatementWays, clock: Clock): Outbox {
  const store = createStore<OutboxState>(() => ({ ...nothing }))
  const held = new Map<string, { signed: SignedStatement; cancelTimer: () => void }>()
  /** Confirmations can overtake the storage of what they confirm. */
  const done = new Set<string>()

  const patch = (id: string, change: (entry: PendingStatement) => PendingStatement) =>
    store.setState(({ pending }) => ({
      pending: pending.map((entry) => (entry.statement.id === id ? change(entry) : entry)),
    }))

  function attempt(id: string): void {
    const entry = held.get(id)
    if (entry === undefined) return
    entry.cancelTimer()
    patch(id, (e) => ({ ...e, attempts: e.attempts + 1 }))
    const attempts = store.getState().pending.find((e) => e.statement.id === id)?.attempts ?? 1
    entry.cancelTimer = clock.after(retryDelayMs(attempts, clock.jitter()), () => attempt(id))
    ways.peer(entry.signed)
    void ways.hub(entry.signed).then((answer) => {
      if (answer.kind === 'taken') patch(id, (e) => ({ ...e, atHub: true, refusal: null }))
      if (answer.kind === 'refused') patch(id, (e) => ({ ...e, refusal: answer.message }))
    })
  }

  function take(signed: SignedStatement): void {
    const { statement } = signed
    if (held.has(statement.id) || done.has(statement.id)) return
    held.set(statement.id, { signed, cancelTimer: () => undefined })
    const fresh: PendingStatement = { statement, attempts: 0, atHub: false, refusal: null }
    store.setState(({ pending }) => ({ pending: [...pending, fresh] }))
    attempt(statement.id)
  }

  return {
    store,
    async load(physicianId) {
      for (const value of await storage.all('statements')) {
        const parsed = signedStatementSchema.safeParse(value)
        if (parsed.success && parsed.data.statement.physicianId === physicianId) take(parsed.data)
      }
    },
    async say(signer, statement) {
      let signed: SignedStatement
      try {
        signed = await signer.sign(statement)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        store.setState(({ unsigned }) => ({ unsigned: [...unsigned, { statement, reason }] }))
        return
      }
      // Sent before it is stored: an acceptance must not wait for a disk.
      take(signed)
      await storage.put('statements', statement.id, signed).catch(() => undefined)
      if (done.has(statement.id)) await storage.remove('statements', statement.id).catch(() => undefined)
    },
    logged(statementId) {
      done.add(statementId)
      const entry = held.get(statementId)
      if (entry === undefined) return
      entry.cancelTimer()
      held.delete(statementId)
      store.setState(({ pending, confirmed }) => ({
        pending: pending.filter((e) => e.statement.id !== statementId),
        confirmed: [...confirmed, entry.signed.statement].slice(-confirmedKept),
      }))
      void storage.remove('statements', statementId).catch(() => undefined)
    },
    hurry() {
      for (const id of [...held.keys()]) attempt(id)
    },
    renewed(signer) {
      const { certificate } = signer.certificate()
      for (const entry of held.values()) {
        // The signature is the key's, so a newer certificate for the same key speaks for it as well.
        if (entry.signed.signer.certificate.publicKey !== certificate.publicKey) continue
        entry.signed = { ...entry.signed, signer: signer.certificate() }
        void storage.put('statements', entry.signed.statement.id, entry.signed).catch(() => undefined)
      }
    },
    putAway: (statementId) =>
      store.setState(({ unsigned }) => ({
        unsigned: unsigned.filter(({ statement }) => statement.id !== statementId),
      })),
    close() {
      for (const entry of held.values()) entry.cancelTimer()
      held.clear()
      store.setState({ ...nothing })
    },
  }
}
