import { type CardsApprovals, createCardsApprovals } from './cards-approvals.ts'
import type { HubContext } from './context.ts'
import { createOutOfBand } from './pagers/out-of-band.ts'
import { createPaging, type Paging } from './paging.ts'
import { createPresence, type Presence } from './presence.ts'
import type { Fellows } from './sharing/fellows.ts'
import { createSignalling, type Signalling } from './signalling.ts'
import { createStatements, type Statements } from './statements.ts'

/** What the hub does while it runs, apart from how people and devices reach it. */
export type Services = {
  readonly ctx: HubContext
  readonly presence: Presence
  readonly signalling: Signalling
  readonly paging: Paging
  readonly statements: Statements
  readonly cardsApprovals: CardsApprovals
  /** Work that a graceful stop waits for. */
  readonly inFlight: Set<Promise<unknown>>
  /** Background work: failures are logged, a stop waits for it. */
  readonly run: (work: Promise<unknown>) => void
  readonly sweep: () => Promise<void>
  readonly endSession: (sessionId: string) => void
  /** A device is known from now on, at every hub. */
  readonly enrolled: (deviceId: string, roomId: string) => void
  /** Finds the other hubs of the site, and the calls that nobody looks after. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const sweepMs = 5000

export function createServices(ctx: HubContext, fellows: Fellows): Services {
  const inFlight = new Set<Promise<unknown>>()
  const presence = createPresence(ctx)
  const paging = createPaging(ctx, presence, fellows.publish, (calls) =>
    createOutOfBand(ctx, presence, calls),
  )
  const cardsApprovals = createCardsApprovals(ctx)
  const statements = createStatements(ctx, presence, (statement) => paging.heard(statement))

  function run(work: Promise<unknown>): void {
    const done = work.then(
      () => void inFlight.delete(done),
      (error: unknown) => {
        inFlight.delete(done)
        ctx.log.error({ err: error }, 'background work failed')
      },
    )
    inFlight.add(done)
  }

  /** What time and other processes change: revoked devices, sessions that are over, a policy that grows old. */
  async function sweep(): Promise<void> {
    for (const deviceId of await ctx.directory.sweep()) {
      const peer = presence.workstation(deviceId)
      ctx.log.warn({ deviceId }, 'workstation revoked')
      paging.endAllOf(deviceId, 'This room’s workstation was revoked.')
      peer?.close()
      presence.siteChanged()
    }
    ctx.allowances.sweep()
    const now = ctx.clock.nowMs()
    for (const peer of presence.consoles())
      if (peer.isHere && (peer.sessionEndsAtMs <= now || ctx.site.physician(peer.physicianId) === undefined))
        peer.close()
    // Calls first: what fails of the rest holds up nobody who is being called.
    await paging.takeOver()
    await paging.sweep()
    await ctx.site.refresh()
    await settleCards()
  }
  /** Fails alone, and is tried again at the next sweep. */
  async function settleCards(): Promise<void> {
    await cardsApprovals
      .settle()
      .catch((error: unknown) =>
        ctx.log.error(
          { err: error },
          'the policy could not be brought to what the journal says of the cards',
        ),
      )
  }

  const stopSweeping = ctx.clock.every(sweepMs, () => run(sweep()))

  ctx.site.onChanged(() => {
    const { version } = ctx.site.policy()
    ctx.log.info({ version }, 'policy issued')
    for (const peer of presence.workstations()) if (peer.isHere) peer.send('policy-changed', { version })
    fellows.publish({ kind: 'site' })
    presence.siteChanged()
  })

  return {
    ctx,
    presence,
    signalling: createSignalling(ctx, presence),
    paging,
    statements,
    cardsApprovals,
    inFlight,
    run,
    sweep,
    endSession(sessionId) {
      for (const peer of presence.consoles()) if (peer.sessionId === sessionId) peer.close()
    },
    enrolled(deviceId, roomId) {
      presence.roomChanged(roomId)
      fellows.publish({ kind: 'enrolled', deviceId, roomId })
    },
    async start() {
      await fellows.join({ presence, paging, statements, run })
      await paging.takeOver()
      await settleCards()
    },
    async stop() {
      stopSweeping()
      while (inFlight.size > 0) await Promise.allSettled(inFlight)
      await paging.stop()
      await fellows.leave()
    },
  }
}
