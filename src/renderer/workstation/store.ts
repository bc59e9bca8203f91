import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, WorkstationBridge } from '../../contract/ipc.ts'
import type { EscalationKind } from '../../domain/log/events.ts'
import type { Toast } from '../../ui/Toasts.tsx'
import { ask } from './bridge.ts'

/**
 * Longer than this without a word from the main process, and nothing on the screen may look alive. With the watch's
 * own interval it is said within two seconds.
 */
const silentAfterMs = 1700
/** Before the first word of a process that is still starting. */
const startWithinMs = 5000
const askAfterMs = 700
const watchEveryMs = 200

/** What the page knows: the last snapshot, when it came, and what only this page can know. */
export type View = {
  readonly snapshot: Snapshot | null
  /** `performance.now()` at which `snapshot` came: clocks count on from it. */
  readonly receivedAt: number
  /** The main process has not answered for `silentAfterMs`. */
  readonly silent: boolean
  /** The page began while a session or a call was already open: it has been restarted. */
  readonly restarted: boolean
  /** A press that no snapshot shows yet, so that the hand sees that it was felt. */
  readonly pressed: { readonly kind: EscalationKind; readonly at: number } | null
  readonly toasts: readonly Toast[]
  readonly glossaryOpen: boolean
}

export type WorkstationStore = StoreApi<View>

const emptyView: View = {
  snapshot: null,
  receivedAt: 0,
  silent: false,
  restarted: false,
  pressed: null,
  toasts: [],
  glossaryOpen: false,
}

/**
 * Follows the bridge. Snapshots come whole; one with a lower revision than the last (a reply that was overtaken
 * by a push) is dropped.
 * @returns the store, and `stop` to let go of the bridge
 */
export function createWorkstationStore(bridge: WorkstationBridge): {
  readonly store: WorkstationStore
  readonly stop: () => void
} {
  const store = createStore<View>(() => emptyView)
  let heardAt = performance.now()
  let asking = false

  const receive = (snapshot: Snapshot): void => {
    heardAt = performance.now()
    const { snapshot: last, pressed, restarted, glossaryOpen } = store.getState()
    if (last !== null && snapshot.revision < last.revision) {
      store.setState({ silent: false })
      return
    }
    const { session, reaction, question } = snapshot.state
    const shown = pressed !== null && (pressed.kind === 'reaction' ? reaction : question) !== null
    store.setState({
      snapshot,
      receivedAt: heardAt,
      silent: false,
      pressed: shown ? null : pressed,
      // A call from the hotkey or the tray must not begin behind a page of words.
      glossaryOpen: glossaryOpen && (reaction === null || reaction.id === last?.state.reaction?.id),
      restarted: last === null ? session.kind !== 'none' || reaction !== null : restarted,
    })
  }

  const fetchSnapshot = async (): Promise<void> => {
    if (asking) return
    asking = true
    try {
      receive(await bridge.getSnapshot())
    } catch {
      // No answer is what `silent` is for: the watch below says it, and asks again.
    } finally {
      asking = false
    }
  }

  const watch = (): void => {
    const quietMs = performance.now() - heardAt
    if (quietMs > askAfterMs) void fetchSnapshot()
    const patienceMs = store.getState().snapshot === null ? startWithinMs : silentAfterMs
    if (quietMs > patienceMs) store.setState({ silent: true })
  }

  const unsubscribe = bridge.onSnapshot(receive)
  void fetchSnapshot()
  const timer = setInterval(watch, watchEveryMs)
  return {
    store,
    stop: () => {
      clearInterval(timer)
      unsubscribe()
    },
  }
}

/** The workstation's wall clock now, counted on from the last snapshot. */
export const nowMs = (view: View): number =>
  view.snapshot === null ? Date.now() : view.snapshot.nowMs + (performance.now() - view.receivedAt)

/** Milliseconds until the observation is over, counted on from the last snapshot; 0 once it is, or if there is none. */
export const leftToObserveMs = (view: View): number =>
  Math.max(0, (view.snapshot?.observationLeftMs ?? 0) - (performance.now() - view.receivedAt))

/** Milliseconds since the press, counted on from the last snapshot; null if there is no such call. */
export function sincePressMs(view: View, kind: EscalationKind): number | null {
  const atSnapshot = view.snapshot?.elapsedMs[kind] ?? null
  if (atSnapshot !== null) return atSnapshot + (performance.now() - view.receivedAt)
  return view.pressed?.kind === kind ? performance.now() - view.pressed.at : null
}

/** Puts a message on the screen; one with the same id takes the place of the older. */
export function say(store: WorkstationStore, toast: Toast): void {
  store.setState(({ toasts }) => ({ toasts: [...toasts.filter(({ id }) => id !== toast.id), toast] }))
}

export function dismiss(store: WorkstationStore, id: string): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}

/**
 * One press, one call. Needs no snapshot: the button works from the first paint. If the main process refuses or
 * does not answer, the screen says so and names the telephone.
 */
export async function pressHelp(
  store: WorkstationStore,
  bridge: WorkstationBridge,
  escalation: EscalationKind,
  drill = false,
): Promise<void> {
  const open = store.getState().snapshot?.state[escalation] ?? null
  if (open === null) {
    // Whatever page was open makes way for the call.
    store.setState({ pressed: { kind: escalation, at: performance.now() }, glossaryOpen: false })
  }
  const locked = store.getState().snapshot?.state.operator.kind === 'locked'
  const reply = await ask(bridge, {
    kind: 'press-help',
    escalation,
    origin: locked ? 'lock-screen' : 'button',
    drill,
  })
  if (reply.ok) return
  store.setState({ pressed: null })
  say(store, {
    id: `press-${escalation}`,
    tone: 'loud',
    title: 'The call did not go out. Use the telephone.',
    text: reply.error.message,
  })
}
