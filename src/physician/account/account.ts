import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Me } from '../../contract/hub.ts'
import type { Problem } from '../../domain/result.ts'
import type { HubApi } from './hub-api.ts'
import { registerWithPasskey, signInWithPasskey } from './passkey.ts'

export type Account =
  | { readonly kind: 'checking' }
  | { readonly kind: 'signed-out'; readonly problem: Problem | null }
  | { readonly kind: 'working'; readonly doing: 'registering' | 'signing-in' }
  | { readonly kind: 'signed-in'; readonly me: Me }
  /** The hub has ended the session; what runs peer to peer goes on, and a new sign-in continues in place. */
  | { readonly kind: 'expired'; readonly me: Me; readonly words: string; readonly working: boolean }

export type AccountKeeper = {
  readonly store: StoreApi<Account>
  readonly check: () => Promise<void>
  readonly register: (invite: string) => Promise<void>
  readonly signIn: () => Promise<void>
  readonly signOut: () => Promise<void>
  readonly expire: (words: string) => void
}

/** Who is signed in to the hub on this page. */
export function createAccount(api: HubApi): AccountKeeper {
  const store = createStore<Account>(() => ({ kind: 'checking' }))
  const set = (account: Account) => store.setState(account, true)

  async function enter(): Promise<void> {
    const me = await api.me()
    if (me.ok) set({ kind: 'signed-in', me: me.value })
    else set({ kind: 'signed-out', problem: me.error })
  }
  return {
    store,
    async check() {
      const me = await api.me()
      if (me.ok) return set({ kind: 'signed-in', me: me.value })
      // Nobody signed in is where everybody begins: that is no problem to tell.
      set({ kind: 'signed-out', problem: me.error.kind === 'not-signed-in' ? null : me.error })
    },
    async register(invite) {
      set({ kind: 'working', doing: 'registering' })
      const done = await registerWithPasskey(api, invite)
      if (done.ok) return enter()
      set({ kind: 'signed-out', problem: done.error })
    },
    async signIn() {
      const before = store.getState()
      const again = before.kind === 'expired' ? before : undefined
      set(again ? { ...again, working: true } : { kind: 'working', doing: 'signing-in' })
      const done = await signInWithPasskey(api)
      if (!done.ok)
        return set(
          again
            ? { ...again, words: done.error.message, working: false }
            : { kind: 'signed-out', problem: done.error },
        )
      await enter()
    },
    async signOut() {
      await api.signOut()
      set({ kind: 'signed-out', problem: null })
    },
    expire(words) {
      const now = store.getState()
      if (now.kind === 'signed-in') set({ kind: 'expired', me: now.me, words, working: false })
    },
  }
}
