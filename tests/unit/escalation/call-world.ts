import type { PeerMessage } from '../../../src/contract/room-view.ts'
import { ok } from '../../../src/domain/result.ts'
import type { Statement } from '../../../src/domain/statement/statement.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import { createPaging } from '../../../src/hub/paging.ts'
import type { ConsolePeer, WorkstationPeer } from '../../../src/hub/sockets/peers.ts'
import { createHelp, type Help } from '../../../src/main/help.ts'
import { emptyHistory } from '../../../src/main/history.ts'
import {
  type AlarmEvent,
  type AlarmsState,
  noAlarms,
  stepAlarms,
} from '../../../src/physician/alarms/alarms.ts'
import { receiptOf } from '../../../src/physician/statements/say.ts'
import { createScenario, live, samplePolicy, startMs, statementEvent } from '../domain/scenario.ts'

export const bench = ['p-chen', 'p-rao', 'p-lin'] as const
export type Who = (typeof bench)[number]
/** By which paths the room and the consoles hear of each other. */
export type Way = 'peer' | 'hub' | 'both'

export const policy = {
  ...samplePolicy,
  rooms: samplePolicy.rooms.map((room) => (room.id === 'ct-2' ? { ...room, bench: [...bench] } : room)),
}
export const timing = policy.escalation

/**
 * One room, its hub and three consoles, made of what decides in the real ones: the room's fold and its help, the
 * hub's paging, the consoles' alarms. Sockets, disks and clocks are played; nothing happens but when told.
 */
export function createCallWorld(way: Way) {
  const scenario = createScenario({ policy })
  scenario.run({ kind: 'report-supervisor', primary: 'p-chen', standby: 'p-rao' })
  let nowMs = 0
  let ids = 0
  let logged = 0
  const waiting: (() => void)[] = []
  const consoles = Object.fromEntries(
    bench.map((who) => [who, { who, up: true, rises: 1, alarms: noAlarms, unsaid: [] as Statement[] }]),
  ) as Record<Who, { who: Who; up: boolean; rises: number; alarms: AlarmsState; unsaid: Statement[] }>
  const all = Object.values(consoles)
  const upNow = () => all.filter(({ up }) => up).map(({ who }) => who)
  const consoleOf = (id: string) => all.find(({ who }) => who === id)

  const dispatch = (who: Who, event: AlarmEvent) => {
    const console = consoles[who]
    const { state, say } = stepAlarms(console.alarms, event, who)
    console.alarms = state
    for (const word of say) {
      ids += 1
      const base = {
        id: `s-${ids}`,
        physicianId: who,
        deviceId: scenario.deviceId,
        at: scenario.context().now,
      }
      console.unsaid.push(receiptOf(base, word))
    }
  }
  const arrive = (who: Who, message: PeerMessage, from: string | null) => {
    switch (message.kind) {
      case 'page':
        return dispatch(who, { kind: 'paged', page: message.page, level: null, nowMs, watching: false })
      case 'page-taken':
        return dispatch(who, { kind: 'taken', taken: message.taken, nowMs, from })
      case 'page-free':
        return dispatch(who, { kind: 'freed', free: message.free, nowMs, from })
      case 'page-end':
        return dispatch(who, { kind: 'ended', end: message.end, from })
      default:
        throw new Error(`no ${message.kind} is sent here`)
    }
  }

  // ---- The hub -------------------------------------------------------------------------------------------

  const consolePeer = (who: Who): ConsolePeer => ({
    id: who,
    isHere: true,
    physicianId: who,
    sessionId: 'x',
    sessionEndsAtMs: Number.POSITIVE_INFINITY,
    close: () => undefined,
    send: (event, message) => {
      if (!consoles[who].up) return
      const word = { page: 'page', 'page-taken': 'taken', 'page-free': 'free', 'page-end': 'end' }[
        event as 'page'
      ]
      const said = event === 'page' ? (message as { page: unknown }).page : message
      waiting.push(() => arrive(who, { kind: event, [word]: said } as PeerMessage, null))
    },
  })
  const consolePeers = Object.fromEntries(bench.map((who) => [who, consolePeer(who)])) as Record<
    Who,
    ConsolePeer
  >
  const room: WorkstationPeer = {
    id: 'room',
    isHere: true,
    deviceId: scenario.deviceId,
    roomId: 'ct-2',
    close: () => undefined,
    send: (event, message) => {
      if (event !== 'paged') return
      const paged = message as Omit<Extract<Command, { kind: 'report-paged' }>, 'kind' | 'path'>
      waiting.push(() => void scenario.attempt({ kind: 'report-paged', path: 'hub', ...paged }))
    },
  }
  const paging = createPaging(
    {
      clock: { nowMs: () => startMs + nowMs, every: () => () => undefined },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      site: {
        policy: () => policy,
        room: (id) => policy.rooms.find((known) => known.id === id),
        physician: (id) => policy.physicians.find((known) => known.id === id),
      },
      directory: { roomOf: () => 'ct-2' },
      store: {
        exchange: null,
        mailbox: { undelivered: async () => [] },
        pages: {
          save: async () => true,
          remove: async () => undefined,
          takeOver: async () => [],
          claim: async () => null,
          mine: async () => [],
          anyOf: async () => false,
        },
      },
    },
    {
      onCall: (id) => {
        const there = consoleOf(id)
        return there?.up
          ? { peer: consolePeers[there.who], connectionId: `${id}.${there.rises}`, sinceMs: 0 }
          : undefined
      },
      consolesOf: (id) => {
        const there = consoleOf(id)
        return there?.up ? [consolePeers[there.who]] : []
      },
      workstation: () => room,
      statusOf: () => ({ step: 'idle', technologistSignedIn: true, primary: 'p-chen', standby: 'p-rao' }),
    },
    () => undefined,
    () => ({
      climb: ({ stored }) => stored,
      follow: () => undefined,
      tell: () => undefined,
      ended: async () => undefined,
      letGo: () => undefined,
      sweep: async () => undefined,
      stop: async () => undefined,
    }),
  )

  // ---- The room ------------------------------------------------------------------------------------------

  const startHelp = (): Help =>
    createHelp({
      core: {
        state: () => scenario.state,
        history: () => emptyHistory,
        context: scenario.context,
        execute: (command) => {
          const decision = scenario.attempt(command)
          return decision.ok ? ok([]) : decision
        },
        record: (event) => [scenario.append(event)],
      },
      hub: {
        connectedTimes: () => 1,
        isOnline: () => way !== 'peer',
        isTrying: () => false,
        onCall: upNow,
        send: async (event, message) => {
          if (event === 'page') await paging.page(room, (message as { page: never }).page)
          return ok(null)
        },
      },
      peers: {
        up: () => (way === 'hub' ? [] : upNow()),
        incarnation: (id) => `${consoleOf(id)?.rises}`,
        send: (id, message) => {
          const there = consoleOf(id)
          if (there?.up) waiting.push(() => arrive(there.who, message, scenario.deviceId))
        },
      },
    })
  let help = startHelp()

  const hearStatements = () => {
    for (const console of all) {
      if (!console.up) continue
      for (const statement of console.unsaid.splice(0)) {
        if (way !== 'peer') paging.heard(statement)
        scenario.run(statementEvent(statement))
      }
    }
  }
  /** Until nobody has anything more to say. */
  const settle = async () => {
    for (let round = 0; round < 6; round += 1) {
      help.reconcile()
      await Promise.resolve()
      for (const deliver of waiting.splice(0)) deliver()
      hearStatements()
      if (way !== 'peer') {
        paging.logged(scenario.deviceId, scenario.entries.slice(logged))
        logged = scenario.entries.length
        paging.step()
      }
      for (const { who } of all) dispatch(who, { kind: 'ticked', nowMs })
    }
  }

  return {
    scenario,
    consoles,
    settle,
    nowMs: () => nowMs,
    advance: (ms: number) => {
      nowMs += ms
      scenario.advance(ms)
    },
    press: () =>
      void scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false }),
    act: (who: Who, what: 'painted' | 'accepted' | 'declined' | 'room-live') => {
      const { alarms, up } = consoles[who]
      if (what === 'room-live') {
        if (up) dispatch(who, { kind: what, deviceId: scenario.deviceId })
        return
      }
      for (const { page, phase } of alarms.alarms) {
        const { escalationId } = page
        if (what === 'declined') dispatch(who, { kind: what, escalationId, reason: 'a test' })
        else if (what !== 'painted' || phase.kind === 'ringing') dispatch(who, { kind: what, escalationId })
      }
    },
    /** On another page of theirs, of which this one knows nothing. */
    giveBack: (who: Who) => {
      for (const { page, phase } of consoles[who].alarms.alarms) {
        if (phase.kind !== 'mine') continue
        ids += 1
        const base = {
          id: `s-${ids}`,
          physicianId: who,
          deviceId: scenario.deviceId,
          at: scenario.context().now,
        }
        consoles[who].unsaid.push(receiptOf(base, { word: 'declined', page, reason: 'called away' }))
      }
    },
    drop: (who: Who) => {
      consoles[who].up = false
      scenario.run({ kind: 'report-link', physicianId: who, link: { kind: 'lost', reason: 'a test' } })
    },
    comeBack: (who: Who) => {
      const console = consoles[who]
      if (console.up) return
      console.up = true
      console.rises += 1
      scenario.run({ kind: 'report-link', physicianId: who, link: live })
      if (way !== 'peer') paging.cameOnCall(who)
    },
    restartRoom: () => {
      scenario.restart()
      help = startHelp()
    },
  }
}
