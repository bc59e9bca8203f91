import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Storage } from '../statements/storage.ts'
import { type AlarmEvent, type AlarmsState, noAlarms, type Say, stepAlarms } from './alarms.ts'

export type AlarmKeeper = {
  readonly store: StoreApi<AlarmsState>
  readonly dispatch: (event: AlarmEvent) => void
  /** Takes back what an earlier load of this page had answered. */
  readonly load: () => Promise<void>
  readonly clear: () => void
}

const memorySchema = z.object({
  escalationId: z.string(),
  said: z.array(z.enum(['delivered', 'seen', 'accepted', 'declined', 'on-screen'])),
  at: z.string(),
})
const rememberedForMs = 24 * 60 * 60 * 1000

/** Runs the alarms' fold and passes on what it wants said. */
export function createAlarmKeeper(deps: {
  readonly storage: Storage
  readonly instant: () => string
  readonly selfId: () => string
  readonly say: (say: Say) => void
}): AlarmKeeper {
  const store = createStore<AlarmsState>(() => noAlarms)

  function dispatch(event: AlarmEvent): void {
    const { state, say } = stepAlarms(store.getState(), event, deps.selfId())
    store.setState(state, true)
    for (const word of say) {
      deps.say(word)
      const { escalationId } = word.page
      const said = state.alarms.find(({ page }) => page.escalationId === escalationId)?.said ?? []
      void deps.storage
        .put('alarms', escalationId, { escalationId, said, at: deps.instant() })
        // Forgetting costs one more ring after a reload: the harmless direction.
        .catch(() => undefined)
    }
  }
  return {
    store,
    dispatch,
    async load() {
      const words: Record<string, z.infer<typeof memorySchema>['said']> = {}
      for (const value of await deps.storage.all('alarms').catch(() => [])) {
        const kept = memorySchema.safeParse(value)
        if (!kept.success) continue
        const { escalationId, said, at } = kept.data
        if (Date.parse(deps.instant()) - Date.parse(at) < rememberedForMs) words[escalationId] = said
        else void deps.storage.remove('alarms', escalationId).catch(() => undefined)
      }
      dispatch({ kind: 'remembered', words })
    },
    clear: () => store.setState(noAlarms, true),
  }
}
