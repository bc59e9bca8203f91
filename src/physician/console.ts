import { createStore } from 'zustand/vanilla'
import { createAlarmKeeper } from './alarms/alarm-keeper.ts'
import { type Ability, signatureAbility } from './call/readiness.ts'
import { createCards } from './cards/cards.ts'
import type { Console, ConsoleParts, PageState } from './console-parts.ts'
import type { HubConnection, HubSocket } from './hub/hub-socket.ts'
import { keepIce } from './hub/ice.ts'
import { hubListeners, onPeerMessage } from './hub/incoming.ts'
import type { Voices } from './media/room-voice.ts'
import { handoversOf, isAsked } from './rooms/handovers.ts'
import { createRooms } from './rooms/rooms.ts'
import { createTakeovers } from './rooms/takeovers.ts'
import { createVoicedLinks, type VoicedLinks } from './rooms/voiced-links.ts'
import { forgetKey } from './statements/console-key.ts'
import { createOutbox } from './statements/outbox.ts'
import { receiptOf, statementOf } from './statements/say.ts'
import { createSigning } from './statements/signing.ts'

const judgeEveryMs = 250

/** Puts the console together. Nothing here knows React. */
export function createConsole(parts: ConsoleParts): Console {
  const { clock, storage, api, account, call, preferences, pagesHere } = parts
  /** Names this load of the page to rooms, so that they make a new peer after a reload. */
  const connectionId = parts.newId()
  const connection = createStore<HubConnection>(() => ({ kind: 'connecting' }))
  const page = createStore<PageState>(() => ({
    openRoomId: null,
    cardsOpen: false,
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
    () => signing.signer(),
  )
  const signing = createSigning({
    ...parts,
    onRenewed: (signer) => outbox.renewed(signer),
    onReady: () => outbox.signWaiting(),
  })

  const cards = createCards({
    api,
    subtle: parts.subtle,
    signer: () => signing.signer(),
    selfName: () => {
      const now = account.store.getState()
      return now.kind === 'signed-in' || now.kind === 'expired' ? now.me.name : selfId
    },
    instant: clock.instant,
    newId: parts.newId,
  })

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
    say: (word) => outbox.say(receiptOf(baseOf(word.page.deviceId), word)),
  })

  const isBeforeEyes = (deviceId: string) => page.getState().openRoomId === deviceId && parts.isVisible()
  const rooms = createRooms({
    clock,
    assess: parts.assess,
    selfId: () => selfId,
    onScreen(deviceId) {
      const waits = alarms.store
        .getState()
        .alarms.some(
          (alarm) =>
            alarm.page.deviceId === deviceId &&
            alarm.phase.kind === 'mine' &&
            alarm.said.includes('accepted') &&
            !alarm.said.includes('on-screen'),
        )
      if (waits && isBeforeEyes(deviceId)) alarms.dispatch({ kind: 'room-live', deviceId })
    },
  })

  function openRoom(deviceId: string | null): void {
    page.setState({ openRoomId: deviceId, cardsOpen: false })
    voice()
  }
  const takeovers = createTakeovers({
    rooms: rooms.store,
    selfId: () => selfId,
    // A room that is before their eyes already stays there: the notice and the tone call them away, not the page.
    onNew: ({ deviceId }) => {
      if (page.getState().openRoomId === null) openRoom(deviceId)
    },
  })

  /** The physician's voice goes to the open room alone, and to nobody while muted. */
  function voice(): void {
    const { openRoomId } = page.getState()
    const { muted } = call.store.getState()
    voices?.speak({ frontRoomId: openRoomId, muted })
  }

  const ice = keepIce(api, clock, (config) => links?.setIce(config))

  /** Whether what is said here would be believed; after another try, should it not be. */
  async function signature(): Promise<Ability> {
    const now = () => signatureAbility(signing.store.getState(), clock.instant())
    const tried = signing.open(selfId)
    // A hub that does not answer must not hold up whose key holds.
    if (now().kind !== 'ready') await tried
    return now()
  }

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
    isWatching: (deviceId: string) => isBeforeEyes(deviceId) && rooms.isOnScreen(deviceId),
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
        void pagesHere.check(physicianId)
      },
    })
    await Promise.all([signing.open(physicianId), outbox.load(physicianId), alarms.load()])
  }

  function end(): void {
    if (call.store.getState().call.kind === 'on') leaveCall('off')
    socket?.close()
    socket = null
    outbox.close()
    signing.close()
    pagesHere.leave()
    rooms.clear()
    page.setState({ cardsOpen: false })
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
  clock.every(judgeEveryMs, () => {
    rooms.judge()
    alarms.dispatch({ kind: 'ticked', nowMs: clock.monoMs() })
  })

  return {
    account,
    connection,
    page,
    rooms,
    takeovers,
    isCalledIn: () =>
      takeovers.getState().length > 0 ||
      handoversOf(Object.values(rooms.store.getState().byDevice), selfId).some((one) => isAsked(one, selfId)),
    alarms,
    outbox,
    signing,
    call,
    pagesHere,
    cards,
    start: () => account.check(),
    async goOnCall() {
      const [prepared, known] = await Promise.all([call.prepare(signature()), ice.known()])
      voices = prepared
      if (voices === null) return
      links = createVoicedLinks({
        voices,
        isVisible: parts.isVisible,
        ice: known,
        create: parts.createLinks,
        onSignal: (deviceId, envelope) => void socket?.send('signal', { deviceId, ...envelope }),
        onMessage: onPeerMessage(doors),
        onOpen: () => outbox.hurry(),
        onMeasured: rooms.measured,
        onStream: rooms.streamed,
      })
      await announce()
      // What the browser was asked on the way may have been answered otherwise than before.
      void pagesHere.check(selfId)
    },
    retrySigning: () => signing.retry(selfId),
    goOffCall() {
      void socket?.send('on-call', { onCall: false, connectionId })
      leaveCall('off')
    },
    async signOut(stopPages) {
      if (stopPages) await pagesHere.turnOff()
      await account.signOut()
      await forgetKey(storage).catch(() => undefined)
    },
    openRoom,
    acceptHandover({ deviceId, sessionId, offer }) {
      call.setMuted(false)
      openRoom(deviceId)
      void outbox.say(statementOf(baseOf(deviceId), { kind: 'handover-accepted', sessionId, offer }))
    },
    takeOver({ deviceId, sessionId, from }) {
      call.setMuted(false)
      openRoom(deviceId)
      void outbox.say(statementOf(baseOf(deviceId), { kind: 'took-over', sessionId, from }))
    },
    showCards(open) {
      // Whoever reads the cards has no room before their eyes.
      if (open) openRoom(null)
      page.setState({ cardsOpen: open })
    },
    accept(escalationId) {
      const alarm = alarms.store.getState().alarms.find((a) => a.page.escalationId === escalationId)
      if (alarm === undefined) return
      // Whoever calls for help must hear an answer: a mute from before ends here, and the screen says so.
      call.setMuted(false)
      openRoom(alarm.page.deviceId)
      alarms.dispatch({ kind: 'accepted', escalationId })
    },
    decline: (escalationId, reason) => alarms.dispatch({ kind: 'declined', escalationId, reason }),
    say(deviceId, saying) {
      if (saying.kind === 'ordered') page.setState({ recentOrders: preferences.rememberOrder(saying.order) })
      void outbox.say(statementOf(baseOf(deviceId), saying))
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
