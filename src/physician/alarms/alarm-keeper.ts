import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { roundOf } from '../../domain/statement/statement.ts'
import type { Storage } from '../statements/storage.ts'
import {
  type AlarmEvent,
  type AlarmsState,
  noAlarms,
  type Remembered,
  type Say,
  stepAlarms,
} from './alarms.ts'

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
  round: z.int().min(1).default(1),
})
const rememberedForMs = 24 * 60 * 60 * 1000

/** Runs the alarms' fold and passes on what it wants said. */
export function createAlarmKeeper(deps: {
  readonly storage: Storage
  readonly instant: () => string
  readonly selfId: () => string
  /** Resolves to true once the word would outlive this page: only then is it remembered as said. */
  readonly say: (say: Say) => Promise<boolean>
}): AlarmKeeper {
  const store = createStore<AlarmsState>(() => noAlarms)
  const keptById = new Map<string, Remembered>()

  async function say(said: Say): Promise<void> {
    if (!(await deps.say(said))) return
    const { escalationId } = said.page
    const round = roundOf(said.page)
    const before = keptById.get(escalationId) ?? { round, said: [] }
    // A later round begins anew, and a word of an earlier one is of no use to it.
    if (before.round > round) return
    const kept = { round, said: [...(before.round === round ? before.said : []), said.word] }
    keptById.set(escalationId, kept)
    // Forgetting costs one more ring after a reload: the harmless direction.
    await deps.storage
      .put('alarms', escalationId, { escalationId, ...kept, at: deps.instant() })
      .catch(() => undefined)
  }

  function dispatch(event: AlarmEvent): void {
    const { state, say: words } = stepAlarms(store.getState(), event, deps.selfId())
    if (state !== store.getState()) store.setState(state, true)
    for (const word of words) void say(word)
  }
  return {
    store,
    dispatch,
    async load() {
      const words: Record<string, Remembered> = {}
      for (const value of await deps.storage.all('alarms').catch(() => [])) {
        const kept = memorySchema.safeParse(value)
        if (!kept.success) continue
        const { escalationId, said, at, round } = kept.data
        if (Date.parse(deps.instant()) - Date.parse(at) < rememberedForMs) {
          words[escalationId] = { round, said }
          keptById.set(escalationId, { round, said })
        } else void deps.storage.remove('alarms', escalationId).catch(() => undefined)
      }
      dispatch({ kind: 'remembered', words })
    },
    clear: () => store.setState(noAlarms, true),
  }
}
