import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '../../domain/result.ts'
import type { HubApi } from '../account/hub-api.ts'
import type { Clock } from '../ticker/clock.ts'
import { openSigner, type StatementSigner } from './console-key.ts'
import type { Storage } from './storage.ts'

export type SigningState =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ready'; readonly durable: boolean }
  | { readonly kind: 'failed'; readonly problem: Problem }

export type Signing = {
  readonly store: StoreApi<SigningState>
  readonly signer: () => StatementSigner | null
  readonly open: (physicianId: string) => Promise<void>
  /** Fetches a new certificate when more than half of the current one's life has passed. */
  readonly renewIfOld: () => Promise<void>
  readonly close: () => void
}

const checkEveryMs = 60_000

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
}): Signing {
  const store = createStore<SigningState>(() => ({ kind: 'none' }))
  let signer: StatementSigner | null = null
  let opening: Promise<void> | null = null

  async function openFresh(physicianId: string): Promise<void> {
    store.setState({ kind: 'opening' }, true)
    const opened = await openSigner(deps.subtle, deps.storage, deps.api, physicianId)
    if (opened.ok) signer = opened.value
    store.setState(
      opened.ok
        ? { kind: 'ready', durable: deps.storage.durable }
        : { kind: 'failed', problem: opened.error },
      true,
    )
  }

  async function renewIfOld(): Promise<void> {
    if (signer === null || !isOld(signer.certificate().certificate, deps.clock.instant())) return
    const renewed = await signer.renew()
    if (renewed.ok && signer !== null) deps.onRenewed(signer)
  }
  deps.clock.every(checkEveryMs, () => void renewIfOld())

  return {
    store,
    signer: () => signer,
    renewIfOld,
    async open(physicianId) {
      if (signer?.physicianId === physicianId) return renewIfOld()
      opening ??= openFresh(physicianId).finally(() => {
        opening = null
      })
      return opening
    },
    close() {
      signer = null
      store.setState({ kind: 'none' }, true)
    },
  }
}
