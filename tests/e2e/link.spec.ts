import { type BrowserContext, expect, test } from '@playwright/test'
import { createExchange, type PartyPage } from '../support/link-page/driver.ts'

// A recorded trace films the pages, which takes the very cores that encode their video.
test.use({ trace: 'off' })

/** Looks twenty times a second: what is waited for here takes tenths of seconds. */
const soon = <T>(read: () => T) => expect.poll(read, { intervals: [50] })

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
  await soon(async () => [
    (await room.call((p) => p.measured('physician')))?.receivedByPhysician != null,
    (await physician.call((p) => p.measured('room')))?.receivedByPhysician != null,
  ]).toEqual([true, true])
}

/** Live: both ends measure pictures and sound, and each is told so by the other. */
async function untilLive(room: PartyPage, physician: PartyPage) {
  await soon(async () => {
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
  }).toEqual([Array(4).fill(true), Array(4).fill(true)])
}

test('is warm without a frame, and shows the other side within a moment of being asked', async ({
  context,
}) => {
  const { room, physician } = await pair(context, 'devices')
  const askedAt = await hold(room)
  await soon(() => physician.call((p) => p.opened().length)).toBe(1)
  const openedAt = (await physician.call((p) => p.opened()))[0]?.atMs ?? 0
  console.log(`cold negotiation to open channel: ${openedAt - askedAt} ms`)
  await untilWarm(room, physician)

  const before = await room.call((p) => p.wireBytes())
  await soon(async () => (await room.call((p) => p.wireBytes())).atMs - before.atMs).toBeGreaterThan(3000)
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
  await soon(async () => [
    (await physician.call((p) => p.measured('room')))?.received,
    (await room.call((p) => p.measured('physician')))?.received,
  ]).toEqual(Array(2).fill({ framesDecodedPerS: 0, audioBytesPerS: 0 }))
})

test('replaces a connection that was closed underneath it, on either side', async ({ context }) => {
  const { room, physician } = await pair(context, 'colours')
  await flow(room)
  await untilLive(room, physician)
  for (const victim of [room, physician]) {
    const opensBefore = await room.call((p) => p.opened().length)
    const other = victim === room ? physician : room
    const epochBefore = (await room.call((p) => p.measured('physician')))?.epoch ?? 0
    const closedAt = await victim.call((p) => p.closeConnection())
    await soon(() => room.call((p) => p.opened().length)).toBe(opensBefore + 1)
    const shownAt = await (victim === room
      ? room.call((p) => p.nextFrame('physician'))
      : physician.call((p) => p.nextFrame('room')))
    console.log(`closed at the ${victim.id} → media back there: ${shownAt - closedAt} ms`)
    await soon(async () => (await room.call((p) => p.measured('physician')))?.epoch ?? 0).toBeGreaterThan(
      epochBefore,
    )
    await untilLive(room, physician)
    expect(await other.call((p) => p.livingConnections())).toBe(1)
  }
})

test('goes on without a hub, and finds its way back after signals were lost', async ({ context }) => {
  const { exchange, room, physician } = await pair(context, 'colours')
  await flow(room)
  await untilLive(room, physician)
  exchange.setCut(true)
  await untilLive(room, physician)

  await physician.call((p) => p.closeConnection())
  await soon(() => room.call((p) => p.notes().some((note) => note.includes('no answer')))).toBe(true)
  expect((await room.call((p) => p.measured('physician')))?.received.framesDecodedPerS).toBe(0)
  exchange.setCut(false)
  const backAt = Date.now()
  await room.call((p) => p.retryNow())
  const shownAt = await physician.call((p) => p.nextFrame('room'))
  console.log(`signalling back → media back: ${shownAt - backAt} ms`)
  await untilLive(room, physician)
})

test('drops signals of an older negotiation, and tells a room that fell behind', async ({ context }) => {
  const { exchange, room, physician } = await pair(context, 'colours')
  await hold(room)
  await untilWarm(room, physician)
  const offers = () => exchange.sent().filter(({ envelope }) => envelope.data.type === 'offer')
  const first = offers()[0]
  if (first === undefined) throw new Error('the room made no offer')

  await physician.call((p) => p.closeConnection())
  await soon(() => room.call((p) => p.opened().length)).toBe(2)
  await untilWarm(room, physician)
  const streamsBefore = await physician.call((p) => p.streamed().length)
  await exchange.deliver(first)
  await soon(() => physician.call((p) => p.notes().some((note) => note.includes('offer of epoch')))).toBe(
    true,
  )
  await soon(() => exchange.sent().filter(({ envelope }) => envelope.data.type === 'link-stale').length).toBe(
    1,
  )
  // The room's latest offer is newer than the complaint: nothing is negotiated again.
  await untilWarm(room, physician)
  expect(await physician.call((p) => p.streamed().length)).toBe(streamsBefore)
  expect(offers()).toHaveLength(2)

  // A room whose clock went back begins below what the console has seen.
  await room.page.reload()
  await room.page.evaluate(() => {
    const behind = Date.now() - 3_600_000
    Date.now = () => behind
  })
  await room.call((p) => p.openColour('red'))
  await room.call((p) => p.startRoom())
  await hold(room)
  await untilWarm(room, physician)
  expect(await room.call((p) => p.notes().some((note) => note.includes('higher epoch')))).toBe(true)
})

test('links a reloaded console again under its new connection', async ({ context }) => {
  const exchange = createExchange(context)
  const room = await exchange.open('room', '')
  const before = await exchange.open('physician', 'console-1')
  await room.call((p) => p.openColour('red'))
  await room.call((p) => p.startRoom())
  await before.call((p) => p.openColour('blue'))
  await before.call((p) => p.startConsole())
  await flow(room)
  await untilLive(room, before)

  await before.page.close()
  const after = await exchange.open('physician', 'console-2')
  await after.call((p) => p.openColour('blue'))
  await after.call((p) => p.startConsole())
  const presentAt = await room.call((p) =>
    p.want([{ physicianId: 'physician', connectionId: 'console-2', media: 'flowing' }]),
  )
  const shownAt = await after.call((p) => p.nextFrame('room'))
  console.log(`reloaded console present → room on its screen: ${shownAt - presentAt} ms`)
  await untilLive(room, after)
})

test('keeps two rooms on one console apart', async ({ context }) => {
  const exchange = createExchange(context)
  const [red, green, physician] = await Promise.all([
    exchange.open('room-red', ''),
    exchange.open('room-green', ''),
    exchange.open('physician', connectionId),
  ])
  await red.call((p) => p.openColour('#c00000'))
  await green.call((p) => p.openColour('#00c000'))
  await physician.call((p) => p.openColour('#0000c0'))
  await physician.call((p) => p.startConsole())
  for (const room of [red, green]) {
    await room.call((p) => p.startRoom())
    await flow(room)
  }
  const dominant = (page: PartyPage, id: string) =>
    page.page.evaluate((from) => {
      const colour = window.party.pixel(from)
      const [name, most] = Object.entries(colour).sort(([, a], [, b]) => b - a)[0] ?? ['none', 0]
      return most > 120 ? name : 'none'
    }, id)
  await soon(async () => [
    await dominant(physician, 'room-red'),
    await dominant(physician, 'room-green'),
    await dominant(red, 'physician'),
    await dominant(green, 'physician'),
  ]).toEqual(['red', 'green', 'blue', 'blue'])

  // A physician who does not speak into a room sends silence, which is not the silence of a dead path.
  await physician.call((p) => p.muteColour())
  await soon(async () => {
    const bytes = (await red.call((p) => p.measured('physician')))?.received.audioBytesPerS ?? 0
    return bytes > 50 && bytes < 1000
  }).toBe(true)
  // That is why it has to be said.
  const attentions = async () => [
    (await red.call((p) => p.measured('physician')))?.attention,
    (await physician.call((p) => p.measured('room-red')))?.attention,
  ]
  expect(await attentions()).toEqual(Array(2).fill({ front: 'this-room', microphone: 'on' }))
  await physician.call((p) => p.attend({ front: 'this-room', microphone: 'muted' }))
  await soon(attentions).toEqual(Array(2).fill({ front: 'this-room', microphone: 'muted' }))

  // Only the room that asks is shown the physician, and only its own messages arrive under its name.
  await hold(green)
  await soon(async () => (await green.call((p) => p.measured('physician')))?.received.framesDecodedPerS).toBe(
    0,
  )
  expect((await red.call((p) => p.measured('physician')))?.received.framesDecodedPerS).toBeGreaterThan(1)
  expect(await red.call((p) => p.send('physician', { kind: 'statement-logged', statementId: 's-red' }))).toBe(
    true,
  )
  expect(
    await green.call((p) => p.send('physician', { kind: 'statement-logged', statementId: 's-green' })),
  ).toBe(true)
  await soon(() =>
    physician.call((p) =>
      p
        .messages()
        .flatMap(({ from, message }) =>
          message.kind === 'statement-logged' ? [`${from} ${message.statementId}`] : [],
        ),
    ),
  ).toEqual(['room-red s-red', 'room-green s-green'])
})

test('drops what is malformed with a note that quotes nothing of it', async ({ context }) => {
  const { exchange, room, physician } = await pair(context, 'colours')
  await hold(room)
  await untilWarm(room, physician)
  for (const text of [
    '{"kind":"statement","signed":{"patient":"Doe"}}',
    'no JSON',
    `"${'x'.repeat(70_000)}"`,
  ]) {
    await room.page.evaluate((raw) => window.party.sendRaw(raw), text)
  }
  await exchange.deliver({
    from: 'room',
    to: 'physician',
    connectionId,
    envelope: { epoch: 1, data: { type: 'renegotiate', renegotiate: true } },
  })
  await soon(() => physician.call((p) => p.notes().filter((note) => note.includes('dropped')).length)).toBe(3)
  // What is too long does not even leave.
  expect(
    await room.call((p) => p.notes().filter((note) => note.startsWith('physician: not sent')).length),
  ).toBe(1)
  expect(JSON.stringify(await physician.call((p) => p.notes()))).not.toContain('Doe')
  expect(await physician.call((p) => p.messages().map(({ message }) => message.kind))).toEqual(['media'])
  await untilWarm(room, physician)
})

test('notices within two seconds that nothing arrives any more, and is back when it does', async ({
  context,
}) => {
  const { room, physician } = await pair(context, 'colours')
  const network = await context.newCDPSession(room.page)
  const lose = (packetLoss: number) => {
    const conditions = {
      offline: false,
      // Without any condition the browser puts nothing between, and sockets that are open stay without it.
      latency: 2,
      downloadThroughput: -1,
      uploadThroughput: -1,
      packetLoss,
    }
    return network.send('Network.emulateNetworkConditions', conditions)
  }
  await network.send('Network.enable')
  await lose(0)
  await flow(room)
  await untilLive(room, physician)

  const cutAt = Date.now()
  await lose(100)
  const received = async () => (await room.call((p) => p.measured('physician')))?.received
  await soon(async () => (await received())?.audioBytesPerS).toBe(0)
  console.log(`path cut → no sound is measured: ${Date.now() - cutAt} ms`)
  await soon(async () => (await received())?.framesDecodedPerS).toBe(0)
  console.log(`path cut → no picture is measured: ${Date.now() - cutAt} ms`)
  await soon(async () => (await room.call((p) => p.measured('physician')))?.heartbeatAgeMs).toBeGreaterThan(
    2000,
  )
  await soon(() =>
    room.call((p) => p.notes().filter((note) => note.includes('negotiating')).length),
  ).toBeGreaterThan(1)
  console.log(`path cut → a replacement is negotiated: ${Date.now() - cutAt} ms`)

  await lose(0)
  const restoredAt = Date.now()
  const seenAt = await physician.call((p) => p.nextFrame('room'))
  console.log(`path restored → picture: ${seenAt - restoredAt} ms`)
  await untilLive(room, physician)
})
