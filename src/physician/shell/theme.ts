import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Preferences } from '../call/preferences.ts'

export type Theme = { readonly store: StoreApi<'dark' | 'light'>; readonly toggle: () => void }

/** Dark unless the physician chose otherwise in this browser. */
export function createTheme(preferences: Preferences, root: HTMLElement): Theme {
  const store = createStore<'dark' | 'light'>(() => preferences.theme())
  root.dataset.theme = store.getState()
  return {
    store,
    toggle() {
      const next = store.getState() === 'dark' ? 'light' : 'dark'
      store.setState(next, true)
      preferences.setTheme(next)
      root.dataset.theme = next
    },
  }
}
