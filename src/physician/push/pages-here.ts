import { createStore, type StoreApi } from 'zustand/vanilla'
import type { HubApi } from '../account/hub-api.ts'
import type { Preferences } from '../call/preferences.ts'
import { toBase64url } from '../statements/bytes.ts'

/** Whether calls for help reach this browser while no console is open in it. */
export type PagesHere =
  /** The hub has not said yet whether it pages this physician so. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'off' }
  | { readonly kind: 'turning-on' }
  | { readonly kind: 'on' }
  /** The person, or whoever runs this computer, has told the browser to refuse. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly words: string }

export type PagesHereKeeper = {
  readonly store: StoreApi<PagesHere>
  /** Brings this browser to what its physician last asked for. Never makes the browser ask. */
  readonly check: (physicianId: string) => Promise<void>
  /** Must run in a person's gesture: the browser asks them. */
  readonly turnOn: (physicianId: string) => Promise<void>
  readonly turnOff: () => Promise<void>
  /** Nobody is signed in here any more; whoever wanted pages here goes on getting them. */
  readonly leave: () => void
}

const workerFile = '/push-worker.js'
const startsWithinMs = 10_000
const endsWithinMs = 10_000
/** Where a firewall drops what goes to the browser's maker, the browser itself waits without end. */
const subscribesWithinMs = 30_000
const silent =
  'its maker’s push service does not answer; whoever looks after this network must let it through'

export function createPagesHere(deps: {
  readonly api: Pick<HubApi, 'pushKey' | 'pushBegin' | 'pushEnd'>
  /** None where the browser has no workers, or not here (a private window, no https). */
  readonly container: ServiceWorkerContainer | undefined
  readonly permission: () => NotificationPermission | 'unsupported'
  readonly ask: () => Promise<NotificationPermission | 'unsupported'>
  /** Who has turned pages on in this browser: another physician's wish is not theirs. */
  readonly memory: Pick<Preferences, 'pagedHere' | 'setPagedHere'>
}): PagesHereKeeper {
  const { api, container, memory } = deps
  const store = createStore<PagesHere>(() => ({ kind: 'unknown' }))
  let selfId = ''
  /** One thing at a time: two that subscribe would undo each other. */
  let last: Promise<void> = Promise.resolve()
  const inTurn = (physicianId: string, work: () => Promise<PagesHere>): Promise<void> => {
    last = last.then(async () => {
      if (physicianId !== selfId) return
      const next = await work().catch(failed)
      if (physicianId === selfId) store.setState(next, true)
    })
    return last
  }

  async function started(workers: ServiceWorkerContainer): Promise<ServiceWorkerRegistration> {
    await workers.register(workerFile)
    return within(startsWithinMs, workers.ready, 'the worker that shows pages did not start')
  }

  async function subscribe(
    workers: ServiceWorkerContainer,
    publicKey: string,
    physicianId: string,
  ): Promise<PagesHere> {
    const { pushManager } = await started(workers)
    const known = await pushManager.getSubscription()
    // A hub that was set up anew pushes with another key, and the push service refuses that for an old subscription.
    if (known !== null && keyOf(known) !== publicKey) await within(endsWithinMs, known.unsubscribe(), silent)
    const subscription = await within(
      subscribesWithinMs,
      pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }),
      silent,
    )
    const { endpoint = '', keys = {} } = subscription.toJSON()
    const told = await api.pushBegin({ endpoint, p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' })
    if (!told.ok) return { kind: 'failed', words: told.error.message }
    memory.setPagedHere(physicianId)
    return { kind: 'on' }
  }

  /** How it stands, with the subscription made or renewed if that is what this physician wants. */
  async function settle(physicianId: string, isWanted: boolean): Promise<PagesHere> {
    const key = await api.pushKey()
    if (!key.ok) return { kind: 'failed', words: key.error.message }
    if (!key.value.wanted) return { kind: 'not-offered' }
    const permission = deps.permission()
    if (container === undefined || permission === 'unsupported') return { kind: 'unsupported' }
    if (permission === 'denied') return { kind: 'refused' }
    if (permission !== 'granted' || !isWanted) return { kind: 'off' }
    return subscribe(container, key.value.publicKey, physicianId)
  }

  return {
    store,
    check(physicianId) {
      selfId = physicianId
      return inTurn(physicianId, () => settle(physicianId, memory.pagedHere() === physicianId))
    },
    turnOn(physicianId) {
      selfId = physicianId
      store.setState({ kind: 'turning-on' }, true)
      const asked = deps.ask()
      return inTurn(physicianId, async () => {
        await asked
        return settle(physicianId, true)
      })
    },
    turnOff: () =>
      inTurn(selfId, async () => {
        try {
          const registration = await container?.getRegistration(workerFile)
          const subscription = await registration?.pushManager.getSubscription()
          const ended = subscription?.unsubscribe() ?? Promise.resolve(true)
          await within(endsWithinMs, ended, silent)
          memory.setPagedHere(null)
          // A hub that cannot be told now hears it from the push service at the next page.
          if (subscription != null) await api.pushEnd(subscription.endpoint)
          return { kind: 'off' }
        } catch {
          return { kind: 'on' }
        }
      }),
    leave() {
      selfId = ''
      store.setState({ kind: 'unknown' }, true)
    },
  }
}

/** Rejects with these words where the browser takes longer. */
function within<T>(ms: number, work: Promise<T>, words: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function keyOf({ options }: PushSubscription): string | null {
  return options.applicationServerKey === null ? null : toBase64url(options.applicationServerKey)
}

const failed = (error: unknown): PagesHere => ({
  kind: 'failed',
  words: `The browser says: ${(error instanceof Error ? error.message : String(error)).replace(/\.$/, '')}.`,
})
