import { defaultYears } from '../domain/retention/purge-plan.ts'
import type { HubContext } from './context.ts'
import { createRetention } from './retention.ts'

const lookEveryMs = 60 * 60 * 1000
const copyLookMs = 5000
const purgeEveryMs = 24 * 60 * 60 * 1000
/** Another hub on the same database takes it over when this one is gone for so long. */
const leaseMs = 3 * lookEveryMs

/** What the hub does to what it keeps, by itself and without haste: the daily purge, and the site's copy. */
export function takeCare(
  ctx: HubContext,
  run: (work: Promise<unknown>) => void,
): { readonly stop: () => void } {
  const retention = createRetention(
    ctx.store,
    ctx.journal,
    ctx.clock,
    ctx.config.retentionYears ?? defaultYears,
  )
  let purgedAtMs = Number.NEGATIVE_INFINITY

  async function purge(): Promise<void> {
    if (ctx.clock.nowMs() - purgedAtMs < purgeEveryMs) return
    if (ctx.store.leases !== null && !(await ctx.store.leases.take('purge', leaseMs))) return
    const { rule, aheadMs, devices } = await retention.purge('the hub')
    purgedAtMs = ctx.clock.nowMs()
    const gone = devices.filter(({ to }) => to !== null)
    const entries = gone.reduce((sum, one) => sum + one.entries, 0)
    if (aheadMs > purgeEveryMs)
      ctx.log.warn({ aheadMs }, 'this clock is ahead of every workstation’s: age is counted by theirs')
    ctx.log.info({ entries, devices: gone.length, before: rule.before }, 'purge')
  }

  const stops = [
    ctx.clock.every(lookEveryMs, () => run(purge())),
    // Not among the work that a stop waits for: a share that hangs must not hold up the hub's end.
    ctx.clock.every(
      copyLookMs,
      () =>
        void ctx.copy
          ?.tick()
          .catch((error: unknown) => ctx.log.error({ err: error }, 'the copy of the records failed')),
    ),
  ]
  return {
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}
