import type { Page } from '../../contract/room-view.ts'
import type { Pager } from '../../domain/escalation/out-of-band.ts'
import type { PagerChannel } from '../../domain/policy/policy.ts'
import { isoOf, nowIso } from '../clock.ts'
import type { PagerEnding, StoredPage } from '../store.ts'
import { noticeOf } from './notice.ts'
import type { OutOfBandContext } from './out-of-band.ts'
import type { Notice } from './pager.ts'

type Message = { readonly channel: PagerChannel; readonly notice: Notice }

/** Longer than an attempt takes. */
const leaseMs = 30_000
const [firstMs, maxMs] = [2000, 5 * 60_000]
const forgottenAfterMs = 24 * 60 * 60_000

/** That a call is over, to services that keep it open until they hear so: kept until they have, whichever hub lives. */
export function createEndings(ctx: OutOfBandContext) {
  const { pagerEndings } = ctx.store
  const underWay = new Set<Promise<void>>()

  async function tell(ending: PagerEnding): Promise<void> {
    // Written by `end`, below.
    const { channel, notice } = JSON.parse(ending.message) as Message
    const outcome = await ctx.ways.end(channel, notice, ctx.clock.nowMs())
    const { escalationId, pager } = ending
    const isForgotten = ctx.clock.nowMs() - Date.parse(ending.since) > forgottenAfterMs
    if (outcome.ok || outcome.final || isForgotten) {
      const line = { escalationId, channel: channel.kind, words: outcome.words }
      if (outcome.ok) ctx.log.info(line, 'end of a call told')
      else ctx.log.error(line, 'end of a call could not be told: close it there by hand')
      return pagerEndings.remove(ending)
    }
    const attempts = ending.attempts + 1
    const ceilingMs = Math.min(firstMs * 2 ** attempts, maxMs)
    const waitMs = ceilingMs * (0.5 + Math.random() / 2)
    await pagerEndings.postpone({ escalationId, pager, attempts }, isoOf(ctx.clock.nowMs() + waitMs))
  }
  function inBackground(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => ctx.log.error({ err: error }, 'end of a call could not be told'))
      .finally(() => underWay.delete(done))
    underWay.add(done)
  }

  return {
    /** @param settled when no attempt to page for this call is under way any more */
    async end(
      call: { readonly stored: StoredPage; readonly page: Page },
      begun: readonly Pager[],
      settled: Promise<unknown>,
    ): Promise<void> {
      const now = ctx.clock.nowMs()
      const ending = begun
        .filter(({ channel }) => ctx.ways.hasEnd(channel))
        .map((pager): PagerEnding => {
          const message: Message = { channel: pager.channel, notice: noticeOf(ctx, call, pager) }
          const { escalationId } = call.stored
          const since = nowIso(ctx.clock)
          return { escalationId, pager: pager.key, message: JSON.stringify(message), since, attempts: 0 }
        })
      for (const one of ending)
        await pagerEndings
          .add(one, isoOf(now + leaseMs))
          .catch((error: unknown) => ctx.log.error({ err: error }, 'the end of a call could not be stored'))
      for (const one of ending) inBackground(settled.then(() => tell(one)))
    },
    async sweep(): Promise<void> {
      const now = ctx.clock.nowMs()
      for (const ending of await pagerEndings.claim(isoOf(now), isoOf(now + leaseMs)))
        inBackground(tell(ending))
    },
    settled: async () => void (await Promise.all(underWay)),
  }
}
