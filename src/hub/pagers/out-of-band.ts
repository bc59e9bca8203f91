import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '../../contract/room-view.ts'
import {
  isToBegin,
  type Ladder,
  outOfBandDue,
  type Pager,
  type Paging,
} from '../../domain/escalation/out-of-band.ts'
import { receiptsAt } from '../../domain/escalation/receipts.ts'
import { roundMember, roundOf } from '../../domain/statement/statement.ts'
import { createBackoff } from '../../platform/node/backoff.ts'
import { nowIso } from '../clock.ts'
import type { HubContext } from '../context.ts'
import type { Presence } from '../presence.ts'
import type { StoredPage } from '../store.ts'
import { createEndings } from './endings.ts'
import { noticeOf, personIn } from './notice.ts'
import type { Outcome } from './pager.ts'

export type OutOfBandContext = Pick<HubContext, 'clock' | 'log' | 'publicUrl' | 'site' | 'ways'> & {
  readonly store: Pick<HubContext['store'], 'pagerEndings'>
}

/** The calls that this hub looks after. */
export type CallsKept = {
  readonly has: (escalationId: string) => boolean
  readonly progress: (escalationId: string, pager: string, paging: Paging) => void
}

type Call = { readonly stored: StoredPage; readonly page: Page }

/** Pages people apart from their consoles, each pager by itself: one that is slow or fails holds up no other. */
export type OutOfBand = {
  /** The call as it should be: what is due is `trying`, what is not needed any more has `stopped`. */
  readonly climb: (call: Call, elapsedMs: number) => StoredPage
  /** Sets off what is `trying`, once that is stored or cannot be stored. */
  readonly follow: (call: Call, stored: Promise<boolean>) => void
  /** Tells the room how each pager stands. */
  readonly tell: (call: Call) => void
  readonly ended: (call: Call) => Promise<void>
  readonly letGo: (escalationId: string) => void
  /** Ends elsewhere what this or another hub could not end at once. */
  readonly sweep: () => Promise<void>
  readonly stop: () => Promise<void>
}

export type CreateOutOfBand = (calls: CallsKept) => OutOfBand

/** Seconds, not minutes: somebody waits beside a patient. */
const retrying = { firstMs: 1000, plateauMs: 5000, plateauAttempts: 20, maxMs: 30_000 }
/** A database that hangs keeps nobody from being paged. */
const storedWithinMs = 2000

export function createOutOfBand(
  ctx: OutOfBandContext,
  presence: Pick<Presence, 'workstation'>,
  calls: CallsKept,
): OutOfBand {
  const running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>()
  const endings = createEndings(ctx)
  const nameIn = (escalationId: string, pager: string) => `${escalationId} ${pager}`

  /** Until it is delivered, would fail for good, or is not wanted any more. */
  async function keepTrying(
    { stored, page }: Call,
    pager: Pager,
    isStored: Promise<boolean>,
    stop: AbortSignal,
  ) {
    const { escalationId } = stored
    await Promise.race([isStored, sleep(storedWithinMs, undefined, { ref: false })])
    const backoff = createBackoff({ ...retrying, random: Math.random })
    let said = ''
    const say = (state: Paging['state'], detail: string) => {
      const now = nowIso(ctx.clock)
      const { kind: channel } = pager.channel
      ctx.log.info({ escalationId, deviceId: stored.deviceId, channel, state, detail }, 'paged out of band')
      calls.progress(escalationId, pager.key, { state, round: roundOf(page), at: now, detail })
    }
    while (!stop.aborted && calls.has(escalationId)) {
      const outcome: Outcome = await ctx.ways.send(
        pager.channel,
        noticeOf(ctx, { stored, page }, pager),
        ctx.clock.nowMs(),
      )
      if (outcome.ok) return say('delivered', outcome.words)
      if (outcome.final) return say('failed', outcome.words)
      if (outcome.words !== said && !stop.aborted) say('trying', outcome.words)
      said = outcome.words
      await sleep(backoff.next(), undefined, { signal: stop, ref: false }).catch(() => undefined)
    }
  }

  function tellOne({ stored, page }: Call, pager: Pager, paging: Paging): void {
    const isFailing = paging.state === 'trying' && paging.detail !== ''
    presence.workstation(stored.deviceId)?.send('paged-out-of-band', {
      escalationId: stored.escalationId,
      pager: pager.key,
      ...personIn(ctx.site, pager.to),
      channel: pager.channel.kind,
      state: isFailing ? 'failing' : paging.state,
      detail: paging.detail,
      at: paging.at,
      ...roundMember(roundOf(page)),
    })
  }

  return {
    climb(call, elapsedMs) {
      const { stored, page } = call
      const { ladder } = stored
      if (ladder === null) return stored
      const [round, now] = [roundOf(page), nowIso(ctx.clock)]
      const receipts = receiptsAt(stored.receipts, now)
      const { kind, drill } = page
      const due = outOfBandDue(
        { round, receipts, kind, drill, pressedAt: stored.startedAt },
        ladder,
        elapsedMs,
      )
      const changes: Record<string, Paging> = {}
      for (const { key } of due)
        if (isToBegin(stored.pagings[key], round, now))
          changes[key] = { state: 'trying', round, at: now, detail: '' }
      for (const [key, paging] of Object.entries(stored.pagings))
        if (paging.state === 'trying' && !due.some((pager) => pager.key === key))
          changes[key] = { state: 'stopped', round, at: now, detail: 'not needed any more' }
      if (Object.keys(changes).length === 0) return stored
      return { ...stored, pagings: { ...stored.pagings, ...changes } }
    },
    follow(call, isStored) {
      const { escalationId, pagings } = call.stored
      for (const pager of pagersIn(call.stored.ladder)) {
        const name = nameIn(escalationId, pager.key)
        const isWanted = pagings[pager.key]?.state === 'trying'
        const current = running.get(name)
        if (!isWanted) current?.stop.abort()
        if (!isWanted || (current !== undefined && !current.stop.signal.aborted)) continue
        const stop = new AbortController()
        // What was stopped may still be at its last attempt: the two never speak at once.
        const done = (current?.done ?? Promise.resolve())
          .then(() => keepTrying(call, pager, isStored, stop.signal))
          .catch((error: unknown) => ctx.log.error({ err: error, escalationId }, 'a pager failed'))
          .finally(() => {
            if (running.get(name)?.stop === stop) running.delete(name)
          })
        running.set(name, { stop, done })
      }
    },
    tell(call) {
      for (const pager of pagersIn(call.stored.ladder)) {
        const paging = call.stored.pagings[pager.key]
        if (paging !== undefined) tellOne(call, pager, paging)
      }
    },
    async ended(call) {
      const { escalationId, ladder, pagings } = call.stored
      const begun = pagersIn(ladder).filter(({ key }) => pagings[key] !== undefined)
      // A trigger that arrives after its end would call somebody for nothing.
      const settled = Promise.all(
        begun.map(({ key }) => {
          const current = running.get(nameIn(escalationId, key))
          current?.stop.abort()
          return current?.done
        }),
      )
      await endings.end(call, begun, settled)
    },
    letGo(escalationId) {
      for (const [name, { stop }] of running) if (name.startsWith(`${escalationId} `)) stop.abort()
    },
    sweep: endings.sweep,
    async stop() {
      for (const { stop } of running.values()) stop.abort()
      ctx.ways.stop()
      await Promise.all([...running.values()].map(({ done }) => done))
      await endings.settled()
    },
  }
}

const pagersIn = (ladder: Ladder | null): readonly Pager[] =>
  ladder === null ? [] : [...ladder.physicians, ...ladder.supervisor]
