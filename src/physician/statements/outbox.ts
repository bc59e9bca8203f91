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
  /** Said, and sent as soon as this page can sign them. They are in this page's memory alone. */
  readonly unsigned: readonly Statement[]
  /** Why signing failed when it was last tried; null when it did not. */
  readonly signProblem: string | null
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
  /**
   * Takes a statement for good: it is signed when there is a key, and then repeated until its room has it.
   * Resolves once it would outlive this page (true), or when this outbox closes before that (false).
   */
  readonly say: (statement: Statement) => Promise<boolean>
  /** There is a key now: signs what waits for it. */
  readonly signWaiting: () => void
  /**
   * It is in the log of its room.
   * @param from the room that says so by its own channel; the hub asks no room about another's statements
   * @returns the room that the statement is for, if it waits here: only that one confirms it
   */
  readonly logged: (statementId: string, from?: string) => string | undefined
  /** A way has opened: everything is tried again at once. */
  readonly hurry: () => void
  readonly renewed: (signer: StatementSigner) => void
  readonly close: () => void
}

type Waiting = {
  readonly statement: Statement
  readonly kept: (kept: boolean) => void
  busy: boolean
}

const nothing: OutboxState = { pending: [], confirmed: [], unsigned: [], signProblem: null }
const confirmedKept = 100

const signAgainMs = 5000
const backoffMs = [500, 1000, 2000, 4000, 8000, 15_000] as const

/** How long to wait after so many attempts: never for ever, spread by up to a quarter so that consoles do not chime. */
export function retryDelayMs(attempts: number, jitter: number): number {
  const base = backoffMs[Math.min(Math.max(attempts, 1), backoffMs.length) - 1] ?? 15_000
  return base * (1 + 0.25 * jitter)
}

/** Repeats every statement over both ways until its room says that it is in the log. There is no last attempt. */
export function createOutbox(
  storage: Storage,
  ways: StatementWays,
  clock: Clock,
  signer: () => StatementSigner | null,
): Outbox {
  const store = createStore<OutboxState>(() => ({ ...nothing }))
  const held = new Map<string, { signed: SignedStatement; cancelTimer: () => void }>()
  const waiting = new Map<string, Waiting>()
  let cancelSigning = () => {}
  /** Confirmations can overtake the storage of what they confirm. By whom: undefined is the hub. */
  const done = new Map<string, string | undefined>()
  const isDone = ({ id, deviceId }: Statement) => done.has(id) && (done.get(id) ?? deviceId) === deviceId

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
    if (held.has(statement.id) || isDone(statement)) return
    held.set(statement.id, { signed, cancelTimer: () => undefined })
    const fresh: PendingStatement = { statement, attempts: 0, atHub: false, refusal: null }
    store.setState(({ pending }) => ({ pending: [...pending, fresh] }))
    attempt(statement.id)
  }

  const showWaiting = (signProblem: string | null) =>
    store.setState({ unsigned: [...waiting.values()].map(({ statement }) => statement), signProblem })

  async function sign(entry: Waiting): Promise<void> {
    const { statement } = entry
    const key = signer()
    if (key === null || entry.busy) return
    entry.busy = true
    let signed: SignedStatement
    try {
      signed = await key.sign(statement)
    } catch (error) {
      entry.busy = false
      if (!waiting.has(statement.id)) return
      showWaiting(error instanceof Error ? error.message : String(error))
      cancelSigning()
      cancelSigning = clock.after(signAgainMs, signWaiting)
      return
    }
    if (!waiting.delete(statement.id)) return
    // Sent before it is stored: an acceptance must not wait for a disk.
    take(signed)
    showWaiting(null)
    const stored = await storage.put('statements', statement.id, signed).then(
      () => true,
      () => false,
    )
    if (isDone(statement)) await storage.remove('statements', statement.id).catch(() => undefined)
    entry.kept(stored || isDone(statement))
  }

  function signWaiting(): void {
    for (const entry of [...waiting.values()]) void sign(entry)
  }

  return {
    store,
    signWaiting,
    async load(physicianId) {
      for (const value of await storage.all('statements')) {
        const parsed = signedStatementSchema.safeParse(value)
        if (parsed.success && parsed.data.statement.physicianId === physicianId) take(parsed.data)
      }
    },
    say: (statement) =>
      new Promise((kept) => {
        const entry: Waiting = { statement, kept, busy: false }
        waiting.set(statement.id, entry)
        showWaiting(store.getState().signProblem)
        void sign(entry)
      }),
    logged(statementId, from) {
      const entry = held.get(statementId)
      const isForged = entry !== undefined && from !== undefined && from !== entry.signed.statement.deviceId
      if (isForged) return entry.signed.statement.deviceId
      done.set(statementId, from)
      if (entry === undefined) return undefined
      entry.cancelTimer()
      held.delete(statementId)
      store.setState(({ pending, confirmed }) => ({
        pending: pending.filter((e) => e.statement.id !== statementId),
        confirmed: [...confirmed, entry.signed.statement].slice(-confirmedKept),
      }))
      void storage.remove('statements', statementId).catch(() => undefined)
      return entry.signed.statement.deviceId
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
    close() {
      cancelSigning()
      for (const entry of waiting.values()) entry.kept(false)
      waiting.clear()
      for (const entry of held.values()) entry.cancelTimer()
      held.clear()
      store.setState({ ...nothing })
    },
  }
}
