import { randomUUID } from 'node:crypto'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import type { Hold, HoldScope, Holds } from '../domain/retention/journal-events.ts'
import {
  createPurgePlan,
  earlier,
  holdOfDevice,
  minimumYears,
  type PurgePlan,
  type PurgeRule,
  yearsBefore,
} from '../domain/retention/purge-plan.ts'
import { epochMs } from '../domain/time.ts'
import { type HubClock, nowIso } from './clock.ts'
import type { Journal } from './journal.ts'
import type { HubStore } from './store.ts'

/** What goes of one workstation's log, or would, and why no more. */
export type PurgeOf = PurgePlan & { readonly deviceId: string; readonly from: number }

export type PurgeReport = {
  readonly rule: PurgeRule
  /** How much the hub's clock is ahead of every workstation's. Then the purge counts by theirs. */
  readonly aheadMs: number
  /** Only the workstations of which something goes or is held. */
  readonly devices: readonly PurgeOf[]
}

/** How long records are kept, and what ends or prolongs it. */
export type Retention = {
  readonly holds: () => Promise<readonly Hold[]>
  readonly hold: (scope: HoldScope, reason: string, by: string) => Promise<Hold>
  readonly release: (
    hold: string,
    reason: string,
    by: string,
  ) => Promise<Result<Hold, Problem<'no-such-hold'>>>
  /** What `purge` would do now. */
  readonly plan: () => Promise<PurgeReport>
  readonly purge: (by: string) => Promise<PurgeReport>
}

const pageEntries = 500
/** In one transaction; others wait for it. */
const purgedAtOnce = 5000

/** @returns words for what is wrong with a period, or undefined */
export function whyTooShort(years: number): string | undefined {
  if (Number.isInteger(years) && years >= minimumYears && years <= 1000) return undefined
  return `Records are kept for at least ${minimumYears} whole years, and ${years} was asked for: Medicare asks for the documentation of imaging for 7 years from the date of service (42 CFR 424.516(f)), and the hub purges nothing younger. Give ${minimumYears} or more; 10 is the default.`
}

/** @param years at least 7 */
export function createRetention(
  store: HubStore,
  journal: Journal,
  clock: HubClock,
  years: number,
  purgeAtOnce = purgedAtOnce,
): Retention {
  const tooShort = whyTooShort(years)
  if (tooShort !== undefined) throw new Error(tooShort)

  /** The latest moment that any workstation's own clock has told, or null if none has told any. */
  async function newestSign(): Promise<string | null> {
    let newest: string | null = null
    for (const { deviceId } of await store.devices.list()) {
      const [last] = await store.log.read(deviceId, (await store.log.head(deviceId)).seq, 1)
      const at = last === undefined ? undefined : JSON.parse(last.entry).at
      if (typeof at !== 'string' || Number.isNaN(epochMs(at))) continue
      if (newest === null || at > newest) newest = at
    }
    return newest
  }

  async function ruleNow(): Promise<{ readonly rule: PurgeRule; readonly aheadMs: number }> {
    const now = nowIso(clock)
    // Nobody has written anything: there is nothing to be purged either.
    const sign = (await newestSign()) ?? now
    return {
      rule: { years, before: yearsBefore(earlier(now, sign), years) },
      aheadMs: Math.max(0, epochMs(now) - epochMs(sign)),
    }
  }

  async function planOf(deviceId: string, rule: PurgeRule, holds: Holds, atMost: number): Promise<PurgeOf> {
    const from = (await store.retention.purged(deviceId)).seq + 1
    const hold = holdOfDevice(holds, deviceId)
    if (hold !== null)
      return { deviceId, from, to: null, entries: 0, stop: { kind: 'held', hold, seq: null } }
    const plan = createPurgePlan(rule, holds, atMost)
    for (let next = from; ; ) {
      const rows = await store.retention.kept(deviceId, next, pageEntries)
      if (!rows.every(plan.take) || rows.length < pageEntries) return { deviceId, from, ...plan.result() }
      next = (rows.at(-1)?.seq ?? next) + 1
    }
  }

  const isWorthSaying = ({ to, stop }: PurgeOf) =>
    to !== null || stop.kind === 'held' || stop.kind === 'timeless' || stop.kind === 'hole'

  /** In steps, each a transaction of its own, until no more of it may go. */
  async function purgeOf(deviceId: string, rule: PurgeRule, by: string): Promise<PurgeOf> {
    let done: PurgeOf | undefined
    for (;;) {
      const { head, holds } = await journal.state()
      const after = await store.retention.purged(deviceId)
      const step = await planOf(deviceId, rule, holds, purgeAtOnce)
      const { to, entries, from } = step
      const total: PurgeOf =
        done === undefined
          ? step
          : { ...step, from: done.from, to: to ?? done.to, entries: done.entries + entries }
      if (to === null) return total
      const rows = journal.rows(head, [
        { type: 'records-purged', body: { device: deviceId, from, to, entries, rule, by } },
      ])
      const at = nowIso(clock)
      const isPurged = await store.retention.purge({
        deviceId,
        after,
        to,
        journal: { deviceId: journal.deviceId, head, rows, at },
      })
      // Another hub was quicker, or somebody has set a hold meanwhile: judged again.
      if (!isPurged) continue
      done = total
      if (step.stop.kind !== 'more') return total
    }
  }

  return {
    holds: async () => [...(await journal.state()).holds.values()],
    async hold(scope, reason, by) {
      const hold = `h-${randomUUID().slice(0, 8)}`
      await journal.append({ type: 'hold-set', body: { hold, scope, reason, by } })
      return { id: hold, scope, reason, by, at: nowIso(clock) }
    },
    async release(id, reason, by) {
      const hold = (await journal.state()).holds.get(id)
      if (hold === undefined)
        return fail('no-such-hold', `There is no hold "${id}" in force: npm run hub -- holds lists them.`)
      await journal.append({ type: 'hold-released', body: { hold: id, reason, by } })
      return ok(hold)
    },
    async plan() {
      const { rule, aheadMs } = await ruleNow()
      const { holds } = await journal.state()
      const plans: PurgeOf[] = []
      for (const { deviceId } of await store.devices.list())
        plans.push(await planOf(deviceId, rule, holds, Number.MAX_SAFE_INTEGER))
      return { rule, aheadMs, devices: plans.filter(isWorthSaying) }
    },
    async purge(by) {
      const { rule, aheadMs } = await ruleNow()
      const done: PurgeOf[] = []
      for (const { deviceId } of await store.devices.list()) done.push(await purgeOf(deviceId, rule, by))
      return { rule, aheadMs, devices: done.filter(isWorthSaying) }
    },
  }
}

export function stopInWords({ stop }: PurgePlan): string {
  switch (stop.kind) {
    case 'young':
      return `entry ${stop.seq} is younger (${stop.since})`
    case 'held':
      return stop.seq === null
        ? `hold ${stop.hold} keeps all of it`
        : `hold ${stop.hold} keeps the record that entry ${stop.seq} belongs to`
    case 'timeless':
      return `entry ${stop.seq} does not say when it was made, so it is taken for young`
    case 'hole':
      return `entry ${stop.seq} came damaged, so that neither its age nor its session is known: it stays, with the entry before it and all that follow`
    case 'more':
      return 'more may go'
    case 'end':
      return 'its end is reached'
  }
}
