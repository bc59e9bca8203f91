import type { IceServers } from '../../contract/hub.ts'
import type { HubApi } from '../account/hub-api.ts'
import type { Clock } from '../ticker/clock.ts'

const retryMs = 10_000

/** Keeps the relay credentials fresh: they expire, and a link that must be replaced needs valid ones. */
export function keepIceServers(
  api: HubApi,
  clock: Clock,
  apply: (servers: IceServers) => void,
): { readonly refresh: () => void; readonly stop: () => void } {
  let cancel = () => {}
  let stopped = false

  async function refresh(): Promise<void> {
    cancel()
    const answer = await api.ice()
    if (stopped) return
    if (!answer.ok) {
      cancel = clock.after(retryMs, () => void refresh())
      return
    }
    apply(answer.value.iceServers)
    const { expiresInS } = answer.value
    if (expiresInS !== null) cancel = clock.after(expiresInS * 800, () => void refresh())
  }
  return {
    refresh: () => void refresh(),
    stop() {
      stopped = true
      cancel()
    },
  }
}
