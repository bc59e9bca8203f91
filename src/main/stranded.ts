import { setTimeout as sleep } from 'node:timers/promises'
import { strandedAckSchema } from '../contract/hub.ts'
import type { Problem, Result } from '../domain/result.ts'
import { type Clock, isoOf } from '../platform/node/clock.ts'
import type { LogKey } from '../platform/node/encrypted-database.ts'
import type { HubReply } from '../platform/node/hub-http.ts'
import { noteOffered, type SetAside, strandedRuns } from '../platform/node/set-aside.ts'
import { readStranded, type StrandedEntry } from '../platform/node/stranded.ts'
import type { AppLog } from './ports.ts'

/** Damaged logs of which the hub may not have been offered everything yet, with the keys that may open each. */
export type StrandedJob = readonly { readonly aside: SetAside; readonly keys: () => readonly LogKey[] }[]

export type StrandedOptions = {
  readonly deviceId: string
  readonly job: StrandedJob
  /** POST /api/log/stranded as this device. */
  readonly post: (body: string, signal: AbortSignal) => Promise<Result<HubReply, Problem>>
  readonly clock: Clock
  readonly say: AppLog
  /** The hub keeps some of these apart: the first and the last of them. */
  readonly onApart: (seqs: readonly number[]) => void
}

/** Brings to the hub's quarantine what could still be read behind a damage; once, and behind everything else. */
export type Stranded = {
  /** Cheap, and harmless when there is nothing to do. */
  readonly wake: () => void
  readonly close: () => void
}

/** A damaged log is read from its beginning each time. */
const firstRetryMs = 60_000
const lastRetryMs = 60 * 60_000
/** One request, in characters: it passes a thin line in its time. */
const maxCharacters = 128 * 1024
const maxTexts = 500

export function offerStranded(options: StrandedOptions): Stranded {
  const { deviceId, clock, say, onApart } = options
  const left = [...options.job]
  const over = new AbortController()
  let isRunning = false
  let notBeforeMono = 0
  let retryMs = firstRetryMs

  /** How many of them the hub keeps apart now. */
  const post = async (texts: readonly string[]): Promise<number> => {
    const reply = await options.post(JSON.stringify({ deviceId, texts }), over.signal)
    over.signal.throwIfAborted()
    if (!reply.ok) throw new Error(reply.error.message)
    const { status, body } = reply.value
    const ack = status === 200 ? strandedAckSchema.safeParse(body).data : undefined
    if (ack === undefined) throw new Error(`the hub answers with status ${status}`)
    return ack.apart
  }
  const offer = async ({ aside, keys }: StrandedJob[number]) => {
    const runs = strandedRuns(aside)
    // Its salvage is not over, or nothing is missing that the hub does not have.
    if (runs === null) return
    let batch: StrandedEntry[] = []
    let first: number | undefined
    let last = 0
    let entries = 0
    let apart = 0
    const send = async () => {
      if (batch.length > 0) apart += await post(batch.map(({ text }) => text))
      batch = []
    }
    for await (const some of readStranded(aside.log, keys(), runs, deviceId)) {
      over.signal.throwIfAborted()
      for (const one of some) {
        if (batch.length === maxTexts || charactersIn(batch) + one.text.length > maxCharacters) await send()
        batch.push(one)
        first ??= one.seq
        last = one.seq
        entries += 1
      }
      await sleep(0)
    }
    await send()
    noteOffered(aside, { at: isoOf(clock.nowMs()), entries })
    say('info', 'stranded-entries-offered', { setAside: aside.name, entries })
    if (apart > 0 && first !== undefined) onApart(first === last ? [first] : [first, last])
  }
  const run = async () => {
    isRunning = true
    try {
      for (let one = left[0]; one !== undefined; one = left[0]) {
        await offer(one)
        left.shift()
        retryMs = firstRetryMs
      }
    } catch (error) {
      if (over.signal.aborted) return
      notBeforeMono = clock.mono() + retryMs
      retryMs = Math.min(lastRetryMs, retryMs * 2)
      const message = error instanceof Error ? error.message : String(error)
      say('warn', 'stranded-entries-not-offered', { message })
    } finally {
      isRunning = false
    }
  }
  return {
    wake: () => {
      if (!isRunning && !over.signal.aborted && left.length > 0 && clock.mono() >= notBeforeMono) void run()
    },
    close: () => over.abort(),
  }
}

const charactersIn = (batch: readonly StrandedEntry[]): number =>
  batch.reduce((sum, { text }) => sum + text.length, 0)
