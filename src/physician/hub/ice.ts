import { directOnly, type IceConfig, iceConfigOf } from '../../contract/hub.ts'
import type { HubApi } from '../account/hub-api.ts'
import type { Clock } from '../ticker/clock.ts'

const retryMs = 10_000

export type IceKeeper = {
  readonly refresh: () => void
  /** What the hub last said; it is asked where it has said nothing yet. A hub that fails leaves the direct way. */
  readonly known: () => Promise<IceConfig>
  readonly stop: () => void
}

/** Keeps the relay credentials fresh: they expire, and a link that must be replaced needs valid ones. */
export function keepIce(api: HubApi, clock: Clock, apply: (config: IceConfig) => void): IceKeeper {
  let cancel = () => {}
  let stopped = false
  let held: IceConfig | null = null

  async function refresh(): Promise<void> {
    cancel()
    const answer = await api.ice()
    if (stopped) return
    if (!answer.ok) {
      cancel = clock.after(retryMs, () => void refresh())
      return
    }
    held = iceConfigOf(answer.value)
    apply(held)
    const { expiresInS } = answer.value
    if (expiresInS !== null) cancel = clock.after(expiresInS * 800, () => void refresh())
  }
  return {
    refresh: () => void refresh(),
    known: async () => {
      if (held === null) await refresh()
      return held ?? directOnly
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
