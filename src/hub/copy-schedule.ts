import type { HubContext } from './context.ts'
import { CopyProblem, createCopying } from './copying.ts'

export type CopyStatus = {
  readonly state: 'waiting' | 'copying' | 'ok' | 'failed' | 'stuck' | 'elsewhere'
  readonly since: string
  /** In words, when something is wrong. */
  readonly problem: string | null
}

/** The site's full copy, on time. */
export type CopySchedule = { readonly status: () => CopyStatus; readonly tick: () => Promise<void> }

const retryMs = 10 * 60_000
/** A share that is gone may hold up a write for ever. */
const stuckAfterMs = 30 * 60_000
/** Longer than a part takes; another hub on the database goes on after it. */
const leaseMs = 60 * 60_000

export function scheduleCopy(
  ctx: Pick<HubContext, 'store' | 'journal' | 'keys' | 'clock' | 'log'>,
  folder: string,
  everyMs: number,
): CopySchedule {
  const { clock, log, journal, store } = ctx
  const copying = createCopying(ctx, folder)
  const iso = () => new Date(clock.nowMs()).toISOString()
  let status: CopyStatus = { state: 'waiting', since: iso(), problem: null }
  let dueAtMs = clock.nowMs()
  let progressAtMs = Number.NaN
  let hasFailed = false

  const become = (state: CopyStatus['state'], problem: string | null = null) => {
    if (status.state === state && status.problem === problem) return
    status = { state, since: iso(), problem }
  }
  const soon = () => clock.nowMs() + Math.min(retryMs, everyMs)
  const mayCopy = async () => {
    progressAtMs = clock.nowMs()
    return store.leases === null || (await store.leases.take('copy', leaseMs))
  }

  async function attempt(): Promise<void> {
    become('copying')
    dueAtMs = clock.nowMs() + everyMs
    try {
      if (!(await mayCopy())) {
        // That hub may die: the copy is not to wait for another whole period.
        dueAtMs = soon()
        return become('elsewhere')
      }
      const done = await copying.copy(async () => void (await mayCopy()))
      hasFailed = false
      become('ok')
      log.info({ folder, ...done }, 'copied')
    } catch (error) {
      dueAtMs = soon()
      const reason = error instanceof Error ? error.message : String(error)
      become('failed', reason)
      log.error({ folder, reason }, 'the copy of the records failed; it is tried again')
      // Once, and not at each attempt.
      if (hasFailed || !(error instanceof CopyProblem)) return
      hasFailed = true
      await journal.append({ type: 'copy-failed', body: { folder, reason: reason.slice(0, 500) } })
    }
  }

  return {
    status: () => status,
    async tick() {
      if (status.state === 'copying') {
        if (clock.nowMs() - progressAtMs < stuckAfterMs) return
        become(
          'stuck',
          `${folder} has not answered for ${Math.round(stuckAfterMs / 60_000)} minutes: is the share there?`,
        )
        log.error({ folder }, 'the copy of the records is stuck')
        return
      }
      if (status.state !== 'stuck' && clock.nowMs() >= dueAtMs) await attempt()
    },
  }
}
