import { expect, it } from 'vitest'
import { createHeartbeats } from '../../../src/platform/web/heartbeats.ts'

const received = { framesDecodedPerS: 30, audioBytesPerS: 4000 }
const nothing = { framesDecodedPerS: 0, audioBytesPerS: 0 }

it('beats twice a second and numbers its beats', () => {
  const beats = createHeartbeats(0)
  expect(beats.due(0)).toBe(true)
  expect(beats.next(0, nothing, null)).toMatchObject({ n: 1, sentAt: 0, echo: null })
  expect(beats.due(400)).toBe(false)
  expect(beats.due(490)).toBe(true)
  expect(beats.next(490, received, null)).toMatchObject({ n: 2, sentAt: 490, received })
})

it('echoes the last time stamp and reckons the round trip from its own', () => {
  const [here, there] = [createHeartbeats(0), createHeartbeats(0)]
  const mine = here.next(1000, nothing, null)
  // The other page's clock has nothing to do with this one's.
  there.hear(mine, 77_020)
  here.hear(there.next(77_030, received, null), 1045)
  expect(here.roundTripMs()).toBe(45)
  expect(there.roundTripMs()).toBeNull()
})

it('forgets what the other end received when that is older than two seconds', () => {
  const [here, there] = [createHeartbeats(0), createHeartbeats(0)]
  here.hear(there.next(0, received, null), 100)
  expect(here.receivedByOther(2100)).toEqual(received)
  expect(here.receivedByOther(2101)).toBeNull()
})

it('takes numbers below zero from a broken other end for nothing', () => {
  const [here, there] = [createHeartbeats(0), createHeartbeats(0)]
  here.hear(there.next(0, { framesDecodedPerS: -1, audioBytesPerS: -5 }, null), 100)
  expect(here.receivedByOther(200)).toEqual(nothing)
})

it('counts the worse direction: heard but not hearing us is silence too', () => {
  const [here, there] = [createHeartbeats(0), createHeartbeats(0)]
  for (let atMs = 500; atMs <= 3000; atMs += 500) {
    here.next(atMs, nothing, null)
    here.hear(there.next(atMs, nothing, null), atMs)
  }
  expect(here.heardAtMs()).toBe(3000)
  expect(here.silentMs(3000)).toBe(2500)

  for (let atMs = 3500; atMs <= 5000; atMs += 500) {
    there.hear(here.next(atMs, nothing, null), atMs)
    here.hear(there.next(atMs, nothing, null), atMs)
  }
  expect(here.silentMs(5200)).toBe(200)
})

it('says whether the physician attends, and believes it no longer than two seconds', () => {
  const [room, console] = [createHeartbeats(0), createHeartbeats(0)]
  const muted = { front: 'this-room', microphone: 'muted' } as const
  room.hear(console.next(0, received, muted), 100)
  expect(room.attentionOfOther(2100)).toEqual(muted)
  expect(room.attentionOfOther(2101)).toBeNull()
  // An older console does not say it.
  room.hear(console.next(3000, received, null), 3100)
  expect(room.attentionOfOther(3100)).toBeNull()
})
