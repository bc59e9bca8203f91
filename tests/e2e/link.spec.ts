import { type BrowserContext, expect, test } from '@playwright/test'
import { createExchange, type PartyPage } from '../support/link-page/driver.ts'

const connectionId = 'console-1'

/** A room and a physician's console, each in its page, with the signalling in between. */
async function pair(context: BrowserContext, media: 'devices' | 'colours') {
  const exchange = createExchange(context)
  const [room, physician] = await Promise.all([
    exchange.open('room', ''),
    exchange.open('physician', connectionId),
  ])
  if (media === 'devices') {
    await Promise.all([room.call((p) => p.openDevices()), physician.call((p) => p.openDevices())])
  } else {
    await Promise.all([room.call((p) => p.openColour('red')), physician.call((p) => p.openColour('blue'))])
  }
  await Promise.all([room.call((p) => p.startRoom()), physician.call((p) => p.startConsole())])
  return { exchange, room, physician }
}

const hold = (room: PartyPage) =>
  room.call((p) => p.want([{ physicianId: 'physician', connectionId: 'console-1', media: 'held' }]))
const flow = (room: PartyPage) =>
  room.call((p) => p.want([{ physicianId: 'physician', connectionId: 'console-1', media: 'flowing' }]))

/** Warm: heartbeats go both ways. */
async function untilWarm(room: PartyPage, physician: PartyPage) {
  await expect
    .poll(
      async () => [
        (await room.call((p) => p.measured('physician')))?.receivedByPhysician != null,
        (await physician.call((p) => p.measured('room')))?.receivedByPhysician != null,
      ],
      { intervals: [50] },
    )
    .toEqual([true, true])
}

/** Live: both ends measure pictures and sound, and each is told so by the other. */
async function untilLive(room: PartyPage, physician: PartyPage) {
  await expect
    .poll(
      async () => {
        const measured = await Promise.all([
          room.call((p) => p.measured('physician')),
          physician.call((p) => p.measured('room')),
        ])
        return measured.map((one) => [
          (one?.received.framesDecodedPerS ?? 0) >= 1,
          (one?.received.audioBytesPerS ?? 0) >= 50,
          (one?.receivedByPhysician?.framesDecodedPerS ?? 0) >= 1,
          (one?.receivedByPhysician?.audioBytesPerS ?? 0) >= 50,
        ])
      },
      { intervals: [50] },
    )
    .toEqual([Array(4).fill(true), Array(4).fill(true)])
}

test('is warm without a frame, and shows the other side within a moment of being asked', async ({
  context,
}) => {
  const { room, physician } = await pair(context, 'devices')
  const askedAt = await hold(room)
  await expect.poll(() => physician.call((p) => p.opened().length), { intervals: [20] }).toBe(1)
  const openedAt = (await physician.call((p) => p.opened()))[0]?.atMs ?? 0
  console.log(`cold negotiation to open channel: ${openedAt - askedAt} ms`)
  await untilWarm(room, physician)

  const before = await room.call((p) => p.wireBytes())
  await expect
    .poll(async () => (await room.call((p) => p.wireBytes())).atMs - before.atMs, { timeout: 6000 })
    .toBeGreaterThan(3000)
  const after = await room.call((p) => p.wireBytes())
  const kbits = (bytes: number) => (bytes * 8) / (after.atMs - before.atMs)
  console.log(
    `held: ${kbits(after.sent - before.sent).toFixed(1)} kbit/s out, ` +
      `${kbits(after.received - before.received).toFixed(1)} kbit/s in`,
  )
  expect(after.framesSent).toBe(0)
  expect(kbits(after.sent - before.sent)).toBeLessThan(20)
  expect(kbits(after.received - before.received)).toBeLessThan(20)
  const held = await physician.call((p) => p.measured('room'))
  expect(held?.received).toEqual({ framesDecodedPerS: 0, audioBytesPerS: 0 })

  const roomSeen = physician.call((p) => p.nextFrame('room'))
  const physicianSeen = room.call((p) => p.nextFrame('physician'))
  const flowAt = await flow(room)
  console.log(`flowing → room on the console's screen: ${(await roomSeen) - flowAt} ms`)
  console.log(`flowing → physician on the room's screen: ${(await physicianSeen) - flowAt} ms`)
  await untilLive(room, physician)
  const live = await room.call((p) => p.measured('physician'))
  console.log(`live at the room: ${JSON.stringify(live)}`)
  expect(live).toMatchObject({ transport: 'connected', sending: 'flowing' })
  expect(live?.heartbeatAgeMs).toBeLessThan(1500)
  expect(live?.roundTripMs).not.toBeNull()

  await hold(room)
  await expect
    .poll(async () => [
      (await physician.call((p) => p.measured('room')))?.received,
      (await room.call((p) => p.measured('physician')))?.received,
    ])
    .toEqual(Array(2).fill({ framesDecodedPerS: 0, audioBytesPerS: 0 }))
})
