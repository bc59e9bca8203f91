import { setTimeout as sleep } from 'node:timers/promises'
import type { ChainHead } from '../domain/log/entry.ts'
import type { EventOf } from '../domain/log/events.ts'
import { beforeSegment } from '../domain/log/segments.ts'
import { salvagedInWords } from '../domain/record/words.ts'
import type { Problem } from '../domain/result.ts'
import { eventOf } from '../domain/workstation/evolve.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import { type LockedAside, type Recovered, recover } from '../platform/node/log-salvage.ts'
import type { LogStore, OpenSalvage } from '../platform/node/log-store-types.ts'
import { isCopy, type Origin, openOrigins } from '../platform/node/salvage-origins.ts'
import { writeReport } from '../platform/node/set-aside.ts'
import type { Core } from './core.ts'
import type { AppLog } from './ports.ts'

/** What was set aside and is not read back yet, oldest first. */
export type SalvageJob = { readonly asides: readonly LockedAside[] }

export type SalvageOptions = {
  readonly core: Core
  readonly store: LogStore
  readonly log: KeepingLog
  readonly job: SalvageJob
  readonly say: AppLog
  readonly onNotice: (problem: Problem | null) => void
  /** Everything that can be had is in the log now. */
  readonly onDone: () => void
}

export type Salvage = { readonly close: () => void }

const retryAfterMs = 1000
/** While the log takes nothing for a moment. */
const askAgainAfterMs = 5
type Body = EventOf<'log-salvaged'>['body']

/**
 * Reads a damaged log back into the one that is written, behind everything else, until it is done; a full disk or an
 * end of the process interrupts it, and it goes on from where it was.
 */
export function startSalvage(options: SalvageOptions): Salvage | null {
  const { core, store, log, job, say, onNotice } = options
  const open = store.salvage()
  if (open === null) return null
  let isClosed = false
  const last = job.asides.at(-1)
  const setAside = last?.name ?? 'damaged'
  const first = beforeSegment(open.segment).seq + 1

  if (log.head().seq < first) {
    const { reason, detail } = last ?? { reason: 'unknown', detail: 'nothing is known of why' }
    core.record({
      type: 'segment-begun',
      session: null,
      body: { segment: open.segment, reason, detail, setAside },
    })
  }
  onNotice(underWay(setAside))

  const origins = last && openOrigins(last)
  const target = {
    deviceId: core.context().deviceId,
    segment: open.segment,
    lastUpTo: store.lastUpTo,
    insert: (entries: Parameters<OpenSalvage['insert']>[0], file: string) => {
      if (isClosed) return
      origins?.begin(entries[0]?.entry.seq ?? 0, file)
      open.insert(entries)
    },
  }
  const breathe = async () => {
    do {
      await sleep(heldForMs())
      if (isClosed) throw new Closed()
    } while (store.isHeld())
  }
  const heldForMs = () => (store.isHeld() ? askAgainAfterMs : 0)
  const step = async (): Promise<Body> => {
    const written = writtenBody(open)
    // What was said once of the end of the earlier segments stays so.
    if (written !== undefined) return written
    await breathe()
    const recovered = await recover(job.asides, target, breathe)
    believe(store, recovered)
    const from = store.lastUpTo(first - 1)
    const body = { from: from === undefined ? null : headOf(from), lost: [...recovered.lost], setAside }
    core.record({ type: 'log-salvaged', session: null, body })
    return body
  }
  const finish = async (body: Body): Promise<readonly Origin[]> => {
    const { seq } = log.head()
    for (await log.whenDurable(); log.durableSeq() < seq; await sleep(retryAfterMs)) {
      if (isClosed) throw new Closed()
      log.flush()
    }
    await breathe()
    const { segment } = open
    const runs = origins?.runs(store.lastUpTo) ?? []
    for (const aside of job.asides) {
      writeReport(aside, {
        ...body,
        segment,
        reason: aside.reason,
        detail: aside.detail,
        origins: runs,
        words: salvagedInWords(body),
        offered: null,
      })
    }
    open.finish()
    return runs
  }
  const run = async () => {
    while (!isClosed) {
      try {
        const body = await step()
        const runs = await finish(body)
        const fromCopy = runs.filter(({ file }) => isCopy(file))
        say('warn', 'log-salvaged', { ...body.from, lost: body.lost.length, runsFromCopy: fromCopy.length })
        onNotice(done(body, fromCopy))
        options.onDone()
        return
      } catch (error) {
        if (error instanceof Closed) return
        const message = error instanceof Error ? error.message : String(error)
        say('error', 'salvage-interrupted', { message })
        onNotice(interrupted(setAside, message))
        await sleep(retryAfterMs)
      }
    }
  }
  void run()
  return {
    close: () => {
      isClosed = true
    },
  }
}

class Closed extends Error {}

const headOf = ({ seq, hash }: ChainHead): ChainHead => ({ seq, hash })

function writtenBody(open: OpenSalvage): Body | undefined {
  const entry = open.result()
  const event = entry && eventOf(entry)
  return event?.type === 'log-salvaged' ? event.body : undefined
}

/** How far the hub had the old log, as far as it is here again: it need not be sent once more. */
function believe(store: LogStore, { ack }: Recovered): void {
  if (ack === null || ack.seq <= store.acked().seq) return
  const own = store.lastUpTo(ack.seq)
  if (own !== undefined && (own.seq < ack.seq || own.hash === ack.hash)) store.setAcked(headOf(own))
}

const underWay = (setAside: string): Problem => ({
  kind: 'log-salvage',
  message: `The log on this computer was damaged. It was set aside in ${setAside}, and what can be read of it is being recovered. The help button works, and what happens now is kept. Names and sessions appear when it is done.`,
})
const interrupted = (setAside: string, why: string): Problem => ({
  kind: 'log-salvage-interrupted',
  message: `The damaged log in ${setAside} is not recovered yet (${why}). It goes on by itself; free some space if the disk is full. The help button works. Tell your IT.`,
})
const done = (body: Body, fromCopy: readonly Origin[]): Problem => ({
  kind: 'log-salvaged',
  message: `The log on this computer was damaged. ${salvagedInWords(body)}. ${fromCopy.length === 0 ? '' : 'Part of it came from its daily copy. '}Check the last step before you go on. IT finds a report in that folder and should check the disk.`,
})
