import { createStore, type StoreApi } from 'zustand/vanilla'
import { fail, type Problem } from '../../domain/result.ts'
import type { HubApi } from '../account/hub-api.ts'
import type { Clock } from '../ticker/clock.ts'
import { forgetKey, openSigner, type StatementSigner } from './console-key.ts'
import type { Storage } from './storage.ts'

export type SigningState =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ready'; readonly durable: boolean; readonly expiresAt: string }
  | { readonly kind: 'failed'; readonly problem: Problem }

export type Signing = {
  readonly store: StoreApi<SigningState>
  readonly signer: () => StatementSigner | null
  /** Never rejects; what fails is tried again until `close`. */
  readonly open: (physicianId: string) => Promise<void>
  /** A person asks for another try: with a new key, should there be one that does not sign. */
  readonly retry: (physicianId: string) => Promise<void>
  /** Fetches a new certificate when more than half of the current one's life has passed. */
  readonly renewIfOld: () => Promise<void>
  readonly close: () => void
}

const checkEveryMs = 60_000
const openAgainMs = 10_000

/** Whether a certificate should be renewed now. */
export function isOld(certificate: { issuedAt: string; expiresAt: string }, now: string): boolean {
  const issuedMs = Date.parse(certificate.issuedAt)
  return Date.parse(now) - issuedMs > (Date.parse(certificate.expiresAt) - issuedMs) / 2
}

/** Keeps this page able to sign. */
export function createSigning(deps: {
  readonly subtle: SubtleCrypto
  readonly storage: Storage
  readonly api: HubApi
  readonly clock: Clock
  readonly onRenewed: (signer: StatementSigner) => void
  /** There is a key where there was none. */
  readonly onReady: () => void
}): Signing {
  const store = createStore<SigningState>(() => ({ kind: 'none' }))
  let signer: StatementSigner | null = null
  let opening: { readonly physicianId: string; readonly done: Promise<void> } | null = null
  let openedFor: string | null = null
  let cancelRetry = () => {}

  const ready = (by: StatementSigner) => {
    const { expiresAt } = by.certificate().certificate
    store.setState({ kind: 'ready', durable: deps.storage.durable, expiresAt }, true)
  }

  async function openFresh(physicianId: string): Promise<void> {
    // A failure stays in words while it is tried again.
    if (store.getState().kind !== 'failed') store.setState({ kind: 'opening' }, true)
    cancelRetry()
    const opened = await openSigner(deps.subtle, deps.storage, deps.api, physicianId).catch(
      (error: unknown) =>
        fail(
          'signing-failed',
          `The signing key failed: ${error instanceof Error ? error.message : String(error)}`,
        ),
    )
    if (openedFor !== physicianId) return
    if (opened.ok) {
      signer = opened.value
      ready(signer)
      return deps.onReady()
    }
    store.setState({ kind: 'failed', problem: opened.error }, true)
    cancelRetry = deps.clock.after(openAgainMs, () => void open(physicianId))
  }

  async function open(physicianId: string): Promise<void> {
    if (signer?.physicianId === physicianId) return renewIfOld()
    openedFor = physicianId
    if (opening?.physicianId !== physicianId) opening = { physicianId, done: openFresh(physicianId) }
    const { done } = opening
    await done
    if (opening?.done === done) opening = null
  }

  async function renewIfOld(): Promise<void> {
    if (signer === null || !isOld(signer.certificate().certificate, deps.clock.instant())) return
    const renewed = await signer.renew()
    if (!renewed.ok || signer === null) return
    ready(signer)
    deps.onRenewed(signer)
  }
  deps.clock.every(checkEveryMs, () => void renewIfOld())

  return {
    store,
    signer: () => signer,
    renewIfOld,
    open,
    async retry(physicianId) {
      if (signer !== null) await forgetKey(deps.storage).catch(() => undefined)
      signer = null
      return open(physicianId)
    },
    close() {
      cancelRetry()
      openedFor = null
      signer = null
      store.setState({ kind: 'none' }, true)
    },
  }
}
