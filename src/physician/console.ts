import { createStore } from 'zustand/vanilla'
import { createAlarmKeeper } from './alarms/alarm-keeper.ts'
import type { Console, ConsoleParts, PageState } from './console-parts.ts'
import type { HubConnection, HubSocket } from './hub/hub-socket.ts'
import { keepIceServers } from './hub/ice.ts'
import { hubListeners, onPeerMessage } from './hub/incoming.ts'
import type { Voices } from './media/room-voice.ts'
import { createRooms } from './rooms/rooms.ts'
import { createVoicedLinks, type VoicedLinks } from './rooms/voiced-links.ts'
import { forgetKey, type StatementSigner } from './statements/console-key.ts'
import { createOutbox } from './statements/outbox.ts'
import { receiptOf, statementOf } from './statements/say.ts'
import { createSigning } from './statements/signing.ts'

const judgeEveryMs = 250

/** Puts the console together. Nothing here knows React. */
export function createConsole(parts: ConsoleParts): Console {
  const { clock, storage, api, account, call, preferences } = parts
  /** Names this load of the page to rooms, so that they make a new peer after a reload. */
  const connectionId = parts.newId()
  const connection = createStore<HubConnection>(() => ({ kind: 'connecting' }))
  const page = createStore<PageState>(() => ({
    openRoomId: null,
    recentOrders: preferences.recentOrders(),
    notices: [],
    soundProblem: null,
  }))
  let socket: HubSocket | null = null
  let links: VoicedLinks | null = null
  let voices: Voices | null = null
  let selfId = ''

  const notice = (words: string) =>
    page.setState(({ notices }) => ({ notices: [...notices.filter((n) => n !== words), words].slice(-5) }))

  const outbox = createOutbox(
    storage,
    {
      hub: async (signed) => (await socket?.send('statement', signed)) ?? { kind: 'offline' },
      peer: (signed) => links?.send(signed.statement.deviceId, { kind: 'statement', signed }) ?? false,
    },
    clock,
  )
  const signing = createSigning({ ...parts, onRenewed: (signer) => outbox.renewed(signer) })

  const baseOf = (deviceId: string) => ({
    id: parts.newId(),
    physicianId: selfId,
    deviceId,
    at: clock.instant(),
  })
  const alarms = createAlarmKeeper({
    storage,
    instant: clock.instant,
    selfId: () => selfId,
    say: (word) => sign((signer) => outbox.say(signer, receiptOf(baseOf(word.page.deviceId), word))),
  })
  function sign(run: (signer: StatementSigner) => Promise<void>): void {
    const signer = signing.signer()
    if (signer !== null) void run(signer)
    else notice('Nothing can be signed on this page: sign out and in again, then repeat what you said.')
  }

  const rooms = createRooms({
    clock,
    assess: parts.assess,
    onScreen(deviceId) {
      const watched = page.getState().openRoomId === deviceId && parts.isVisible()
      const waits = alarms.store
        .getState()
        .alarms.some(
          (alarm) =>
            alarm.page.deviceId === deviceId &&
            alarm.phase.kind === 'mine' &&
            !alarm.said.includes('on-screen'),
        )
      if (watched && waits) alarms.dispatch({ kind: 'room-live', deviceId })
    },
  })

  /** The physician's voice goes to the open room alone, and to nobody while muted. */
  function voice(): void {
    const { openRoomId } = page.getState()
    const { muted } = call.store.getState()
    voices?.setHeardIn(new Set(openRoomId === null || muted ? [] : [openRoomId]))
  }

  const ice = keepIceServers(api, clock, (servers) => links?.setIceServers(servers))

  async function announce(): Promise<void> {
    if (call.store.getState().call.kind !== 'on') return
    const answer = await socket?.send('on-call', { onCall: true, connectionId })
    call.announced(answer?.kind === 'taken')
    if (answer?.kind === 'refused') notice(`The hub did not put you on call: ${answer.message}`)
  }

  function leaveCall(as: 'off' | 'superseded'): void {
    links?.close()
    links = null
    voices = null
    call.end(as)
    alarms.clear()
    page.setState({ openRoomId: null })
    for (const deviceId of Object.keys(rooms.store.getState().byDevice)) {
      rooms.measured(deviceId, null)
      rooms.streamed(deviceId, null)
      rooms.mediaAsked(deviceId, 'held')
    }
  }

  const doors = {
    clock,
    rooms,
    alarms,
    outbox,
    notice,
    handleSignal: (deviceId: string, envelope: Parameters<VoicedLinks['handleSignal']>[1]) =>
      links?.handleSignal(deviceId, envelope),
    superseded: () => leaveCall('superseded'),
  }

  async function begin(physicianId: string): Promise<void> {
    selfId = physicianId
    socket ??= parts.openSocket({
      clock,
      listeners: hubListeners(doors),
      onMalformed: (event, words) => notice(`The hub sent a “${event}” that this page cannot read: ${words}`),
      onConnection(now) {
        connection.setState(now, true)
        if (now.kind !== 'online') call.announced(false)
        if (now.kind === 'refused' && now.reason === 'session-ended') account.expire(now.words)
        if (now.kind !== 'online') return
        void announce()
        outbox.hurry()
        links?.retryNow()
        ice.refresh()
        void signing.open(physicianId)
      },
    })
    await signing.open(physicianId)
    await Promise.all([outbox.load(physicianId), alarms.load()])
  }

  function end(): void {
    if (call.store.getState().call.kind === 'on') leaveCall('off')
    socket?.close()
    socket = null
    outbox.close()
    signing.close()
    rooms.clear()
    selfId = ''
  }

  account.store.subscribe((now, before) => {
    if (now.kind === 'signed-in' && before.kind === 'expired') {
      // Somebody else's passkey on a page with this physician's rooms: start clean.
      if (now.me.physicianId !== before.me.physicianId) end()
      else socket?.retry()
      void begin(now.me.physicianId)
    } else if (now.kind === 'signed-in') void begin(now.me.physicianId)
    else if (now.kind === 'signed-out' && selfId !== '') end()
  })
  clock.every(judgeEveryMs, rooms.judge)

  return {
    account,
    connection,
    page,
    rooms,
    alarms,
    outbox,
    signing,
    call,
    start: () => account.check(),
    async goOnCall() {
      voices = await call.prepare()
      if (voices === null) return
      links = createVoicedLinks({
        voices,
        create: parts.createLinks,
        onSignal: (deviceId, envelope) => void socket?.send('signal', { deviceId, ...envelope }),
        onMessage: onPeerMessage(doors),
        onOpen: () => outbox.hurry(),
        onMeasured: rooms.measured,
        onStream: rooms.streamed,
      })
      ice.refresh()
      await announce()
    },
    goOffCall() {
      void socket?.send('on-call', { onCall: false, connectionId })
      leaveCall('off')
    },
    async signOut() {
      await account.signOut()
      await forgetKey(storage).catch(() => undefined)
    },
    openRoom(deviceId) {
      page.setState({ openRoomId: deviceId })
      voice()
    },
    accept(escalationId) {
      alarms.dispatch({ kind: 'accepted', escalationId })
      const alarm = alarms.store.getState().alarms.find((a) => a.page.escalationId === escalationId)
      if (alarm === undefined) return
      // Whoever calls for help must hear an answer: a mute from before ends here, and the screen says so.
      call.setMuted(false)
      page.setState({ openRoomId: alarm.page.deviceId })
      voice()
    },
    decline: (escalationId, reason) => alarms.dispatch({ kind: 'declined', escalationId, reason }),
    say(deviceId, saying) {
      if (saying.kind === 'ordered') page.setState({ recentOrders: preferences.rememberOrder(saying.order) })
      sign((signer) => outbox.say(signer, statementOf(baseOf(deviceId), saying)))
    },
    setMuted(muted) {
      call.setMuted(muted)
      voice()
    },
    soundProblem: (soundProblem) => page.setState({ soundProblem }),
    dismissNotice: (words) =>
      page.setState(({ notices }) => ({ notices: notices.filter((n) => n !== words) })),
  }
}
