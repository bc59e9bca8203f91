import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holderOf, ladderMs, pagesDue } from '../../../src/domain/escalation/ladder.ts'
import { escalationProgress } from '../../../src/domain/escalation/progress.ts'
import { isAnyOnScreen } from '../../../src/domain/escalation/receipts.ts'
import { callsAt, elapsedSincePress } from '../../../src/domain/workstation/queries.ts'
import { soundFor } from '../../../src/physician/alarms/attention.ts'
import { runs } from '../domain/seeded.ts'
import { bench, createCallWorld, timing, type Way, type Who } from './call-world.ts'

type Step =
  | { readonly kind: 'press' }
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'act'
      readonly who: Who
      readonly what: 'painted' | 'accepted' | 'declined' | 'room-live'
    }
  | { readonly kind: 'drop' | 'come-back' | 'helps' | 'gives-back'; readonly who: Who }
  | { readonly kind: 'advance'; readonly ms: number }

const who = fc.constantFrom(...bench)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'press' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      who,
      what: fc.constantFrom('painted', 'accepted', 'accepted', 'declined', 'room-live' as const),
    }),
  },
  // The way to somebody on screen, which chance alone would seldom find, and what undoes it.
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constantFrom('helps', 'helps', 'drop', 'drop', 'come-back', 'gives-back' as const),
      who,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(300, 1200, 2500, 8000, 19_000),
    }),
  },
)

type World = ReturnType<typeof createCallWorld>

/** What is promised of an open call, at every moment; null while it is kept, else what is wrong. */
function broken(world: World, sinceLastStepMs: number): string | null {
  const { reaction } = callsAt(world.scenario.state, world.scenario.context().now)
  if (reaction === null) return 'the call has been forgotten'
  const elapsedMs = elapsedSincePress(reaction, world.scenario.context())
  const consoles = Object.values(world.consoles)
  const holder = holderOf(reaction.roundReceipts, reaction.pressedAt, elapsedMs, timing)
  const isExpected = holder !== null && holder.kind !== 'overdue'
  const forgotten = consoles.find(({ alarms }) =>
    alarms.alarms.some(
      ({ phase, holder, pressedMonoMs }) =>
        phase.kind === 'taken' &&
        holder?.onScreen === false &&
        world.nowMs() - pressedMonoMs >= holder.afterMs + timing.onScreenWithinMs,
    ),
  )
  if (forgotten !== undefined) return `${forgotten.who} is silent for somebody who did not come`
  const silenced = consoles.find(
    ({ up, alarms }) => up && alarms.alarms.some(({ phase }) => phase.kind === 'taken'),
  )
  if (silenced !== undefined && !isExpected) {
    return `${silenced.who} is silent, and nobody is on screen or expected`
  }
  if (isAnyOnScreen(reaction.receipts) || isExpected) return null
  const progress = escalationProgress(reaction, (id) => id, elapsedMs, timing, world.scenario.state.links)
  if (progress.telephone) return null
  if (elapsedMs >= ladderMs(timing)) return `the ladder is over, and the words only say “${progress.words}”`
  const round = { round: reaction.round, receipts: reaction.roundReceipts }
  const isDue = pagesDue(round, bench, 'p-chen', timing.benchAfterMs, timing).length > 0
  const rings = consoles.some(({ alarms }) => soundFor(alarms) !== null)
  // The next is called, or found to be away, within two seconds of whatever happened.
  return rings || isDue || sinceLastStepMs < 2000
    ? null
    : `nobody rings, and the words only say “${progress.words}”`
}

async function play(way: Way, steps: readonly Step[]): Promise<void> {
  const world = createCallWorld(way)
  world.press()
  await world.settle()
  let lastMs = world.nowMs()
  const check = (after: unknown) => {
    const wrong = broken(world, world.nowMs() - lastMs)
    if (wrong !== null) throw new Error(`after ${JSON.stringify(after)} at ${world.nowMs()} ms: ${wrong}`)
  }
  check('the press')
  for (const next of steps) {
    if (next.kind === 'advance') {
      for (let left = next.ms; left > 0; left -= 300) {
        world.advance(Math.min(300, left))
        await world.settle()
        check(next)
      }
      continue
    }
    if (next.kind === 'press') world.press()
    else if (next.kind === 'restart') world.restartRoom()
    else if (next.kind === 'act') world.act(next.who, next.what)
    else if (next.kind === 'drop') world.drop(next.who)
    else if (next.kind === 'gives-back') world.giveBack(next.who)
    else if (next.kind === 'helps') {
      world.act(next.who, 'accepted')
      await world.settle()
      world.act(next.who, 'room-live')
    } else world.comeBack(next.who)
    lastMs = world.nowMs()
    await world.settle()
    check(next)
  }
}

describe('an open call with nobody on screen', () => {
  it.each<Way>(['peer', 'hub', 'both'])(
    'rings somewhere, or somebody has just taken it, or the words say to telephone: by way of %s',
    async (way) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) => play(way, steps)),
        runs(300),
      )
    },
    120_000,
  )

  it('is called again: everybody who can be reached rings, whatever they had answered', async () => {
    for (const way of ['peer', 'hub', 'both'] as const) {
      const world = createCallWorld(way)
      world.press()
      await world.settle()
      world.act('p-chen', 'accepted')
      world.advance(2000)
      await world.settle()
      world.press()
      await world.settle()
      const ringing = Object.values(world.consoles).filter(({ alarms }) => soundFor(alarms) === 'high')
      expect(ringing.map((console) => console.who)).toEqual([...bench])
    }
  })
})
