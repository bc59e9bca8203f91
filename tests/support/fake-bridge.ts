import type {
  Intent,
  IntentReply,
  Push,
  Report,
  Snapshot,
  WorkstationBridge,
} from '../../src/contract/ipc.ts'

/** What a test can do through `window.fakeBridge` of a page that `installFakeBridge` was put into. */
export type FakeBridge = {
  /** Sends this snapshot to the page, with the next revision. */
  readonly show: (snapshot: Snapshot) => void
  /** Sends this snapshot as if it had been overtaken: with an older revision than the last. */
  readonly showLate: (snapshot: Snapshot) => void
  readonly push: (push: Push) => void
  /** The reply to every later intent of this kind. */
  readonly answer: (kind: Intent['kind'], reply: IntentReply) => void
  /** From now on the main process is as good as dead: nothing is answered. */
  readonly fallSilent: () => void
  readonly intents: readonly Intent[]
  readonly reports: readonly Report[]
}

declare global {
  interface Window {
    fakeBridge: FakeBridge
  }
}

/**
 * Stands in for the preload. Given to Playwright's `addInitScript`, so it must not refer to anything outside of
 * itself. `first` is what the page gets when it asks; null never answers: the time before the first snapshot.
 */
export function installFakeBridge(first: Snapshot | null): void {
  const listeners = new Set<(snapshot: Snapshot) => void>()
  const pushListeners = new Set<(push: Push) => void>()
  const replies = new Map<string, IntentReply>()
  const intents: Intent[] = []
  const reports: Report[] = []
  let current = first
  let revision = 0
  let silent = false
  let shownAt = performance.now()

  const later = (ms: number | null): number | null => (ms === null ? null : ms + performance.now() - shownAt)
  const stamp = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    revision,
    nowMs: Date.now(),
    elapsedMs: {
      reaction: later(snapshot.elapsedMs.reaction),
      question: later(snapshot.elapsedMs.question),
    },
  })
  const never = <T>(): Promise<T> => new Promise<T>(() => {})

  const bridge: WorkstationBridge = {
    getSnapshot: () => (silent || current === null ? never() : Promise.resolve(stamp(current))),
    onSnapshot: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispatch: (intent) => {
      intents.push(intent)
      return silent ? never() : Promise.resolve(replies.get(intent.kind) ?? { ok: true, value: {} })
    },
    report: (report) => {
      reports.push(report)
    },
    onPush: (listener) => {
      pushListeners.add(listener)
      return () => pushListeners.delete(listener)
    },
  }

  Object.defineProperty(window, 'workstation', { value: bridge })
  window.fakeBridge = {
    show: (snapshot) => {
      revision += 1
      current = snapshot
      shownAt = performance.now()
      for (const listener of listeners) listener(stamp(snapshot))
    },
    showLate: (snapshot) => {
      for (const listener of listeners) listener({ ...stamp(snapshot), revision: revision - 1 })
    },
    push: (push) => {
      for (const listener of pushListeners) listener(push)
    },
    answer: (kind, reply) => replies.set(kind, reply),
    fallSilent: () => {
      silent = true
    },
    intents,
    reports,
  }
}
