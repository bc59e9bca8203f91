import type { HubConnection, Snapshot } from '../contract/ipc.ts'
import type { PeerMessage } from '../contract/room-view.ts'
import type { LogEntry } from '../domain/log/entry.ts'
import type { EscalationKind, Event, PressOrigin } from '../domain/log/events.ts'
import { nameOfIn } from '../domain/record/session-record.ts'
import { wordsFor } from '../domain/record/words.ts'
import type { Problem } from '../domain/result.ts'
import { sessionIdOf } from '../domain/workstation/evolve-session.ts'
import { openEscalations } from '../domain/workstation/queries.ts'
import type { HubMessage } from '../platform/node/hub-client.ts'
import { keepEntries } from '../platform/node/keeping-log.ts'
import { createCore } from './core.ts'
import { createEnrol } from './enrol.ts'
import { createHelp } from './help.ts'
import { createHelpWindow } from './help-window.ts'
import { createHubSide } from './hub-side.ts'
import { createIntents } from './intents.ts'
import { createLogCare, keptFold } from './log-care.ts'
import { createLogProof } from './log-proof.ts'
import { createPolicies } from './policies.ts'
import type { WindowName } from './ports.ts'
import { createReports } from './reports.ts'
import { createRoomStatus } from './room-status.ts'
import { roomViewOf } from './room-view.ts'
import { createRoomViews } from './room-views.ts'
import { createSaveRecord } from './save-record.ts'
import { countedOf, enrolmentOf, type SnapshotBody, snapshotBody } from './snapshot.ts'
import { createStatements } from './statements.ts'
import { createSupervision } from './supervision.ts'
import type { Workstation, WorkstationOptions } from './workstation-types.ts'

const retryWritesEveryMs = 1000
const shownTimelineLines = 60

/**
 * The workstation without Electron: owns session, log and sync, and brings everything around them to where the
 * state says it should be. Longer than most files, because it is the one place where the parts meet.
 */
export function createWorkstation(options: WorkstationOptions): Workstation {
  const { clock, identity, windows, preferences, version, runtime, log: say } = options
  const log = keepEntries(options.store, ({ kind }) => say('error', 'log-not-written', { kind }))
  const kept = keptFold(options.store)
  const core = createCore({ deviceId: identity.deviceId, clock, newId: options.newId, log, kept })
  const supervision = createSupervision(core)
  const notices = new Map<string, Problem>()

  let enrollingAt: string | undefined
  let ice: Snapshot['ice'] = null
  let revision = 0
  let lastPublished = ''
  let lastActivityMono = clock.mono()
  let lastWriteMono = clock.mono()
  let wasOnline = false
  let isReconciling = false
  let isAskedAgain = false
  const notice = (about: string) => (problem: Problem | null) => {
    if (problem === null) notices.delete(about)
    else {
      // Progress is said on the screen at every step, and here once.
      const isNew = notices.get(about)?.kind !== problem.kind
      notices.set(about, problem)
      if (isNew) say('warn', 'notice', { about, kind: problem.kind, message: problem.message })
    }
  }
  const sessionId = () => sessionIdOf(core.state().session)
  const sendPeer = (physicianId: string, message: PeerMessage) =>
    windows.push({ kind: 'send-peer', physicianId, message })

  // ---- Hub -----------------------------------------------------------------------------------------------

  const onHubMessage = ({ event, message }: HubMessage) => {
    switch (event) {
      case 'presence':
        supervision.hubSays(message.physicians)
        reconcile()
        return
      case 'signal':
        windows.push({ kind: 'signal', ...message })
        return
      case 'paged':
        return void core.execute({ kind: 'report-paged', path: 'hub', ...message })
      case 'paged-out-of-band':
        return void core.execute({ kind: 'report-out-of-band', page: message })
      case 'statement':
        return void statements.receive(message, 'hub')
      case 'policy-changed':
        hub.fetchPolicy()
    }
  }
  const onConnection = (connection: HubConnection) => {
    if (connection.kind === 'online') {
      wasOnline = true
      core.record({ type: 'hub-connected', session: null, body: { skewMs: connection.skewMs } })
    } else if (connection.kind === 'offline' && wasOnline) {
      wasOnline = false
      core.record({ type: 'hub-lost', session: sessionId(), body: { reason: connection.reason } })
    }
    reconcile()
  }
  const proof = createLogProof({ core, log, identity, isDoubted: () => care.doubt() !== null })
  const hub = createHubSide({
    ...options,
    onConnection,
    onMessage: onHubMessage,
    onPolicy: (value) => {
      policies.offered(value)
      reconcile()
    },
    onIce: (config) => {
      ice = config
      publish()
    },
    proof,
    onSyncNotice: notice('sync'),
    onTwinNotice: notice('twin'),
  })
  const policies = createPolicies({ core, identity, file: options.policyFile, onNotice: notice('policy') })
  const statements = createStatements({
    core,
    hubPublicKey: () => identity.enrolment()?.hubPublicKey ?? null,
    written: log,
    confirm: (statementId, physicianId) => {
      void hub.send('statement-logged', { statementId })
      sendPeer(physicianId, { kind: 'statement-logged', statementId })
    },
    log: say,
  })

  // ---- What follows from the state -------------------------------------------------------------------------

  const { incarnation } = supervision
  // Peers live in the main window: what was measured just before it died reaches nobody any more.
  const up = () => (windows.isAlive('main') ? supervision.up() : [])
  const help = createHelp({
    core,
    hub: {
      connectedTimes: hub.connectedTimes,
      isOnline: () => hub.connection().kind === 'online',
      isTrying: () => hub.connection().kind === 'connecting',
      onCall: supervision.saidOnCall,
      send: hub.send,
    },
    peers: { up, incarnation, send: sendPeer },
  })
  const sendStatus = createRoomStatus(core, hub)
  const timeline = () => {
    const nameOf = nameOfIn(core.context().policy)
    const tail = core.history().tail.slice(-shownTimelineLines)
    return tail.map((entry) => ({ at: entry.at, words: wordsFor(entry, nameOf) }))
  }
  const view = () => roomViewOf(core, timeline())
  const sendViews = createRoomViews({ mono: clock.mono, up, incarnation, send: sendPeer, view })

  const helpWindow = createHelpWindow(windows, () => openEscalations(core.state()).length > 0)

  /** Commits made on the way ask for another round; the rounds end because each fact is recorded once. */
  const reconcile = () => {
    isAskedAgain = true
    if (isReconciling) return
    isReconciling = true
    try {
      while (isAskedAgain) {
        isAskedAgain = false
        help.reconcile()
        supervision.reconcile()
      }
    } finally {
      isReconciling = false
    }
    sendStatus()
    sendViews()
    helpWindow.follow()
    publish()
  }

  // ---- Windows -------------------------------------------------------------------------------------------

  const body = (): SnapshotBody =>
    snapshotBody(core, {
      runtime,
      version,
      preferences: preferences.get(),
      durability: care.durability(),
      enrolment: enrolmentOf(identity, enrollingAt),
      hub: hub.connection(),
      unsynced: log.unsyncedCount(),
      present: supervision.present(),
      links: supervision.readings(),
      peers: supervision.peers(),
      ice,
      isHelpWindowAlive: windows.isAlive('help'),
      notices: [...options.startNotices, ...notices.values()],
    })
  const stamped = (window: WindowName, of: SnapshotBody): Snapshot => ({
    ...of,
    revision,
    nowMs: clock.nowMs(),
    window,
    ...countedOf(core),
  })
  /** Sends a snapshot if it says anything new; windows count time on by themselves. */
  const publish = () => {
    const next = body()
    const text = JSON.stringify(next)
    if (text === lastPublished) return
    lastPublished = text
    revision += 1
    windows.show('main', stamped('main', next))
    windows.show('help', stamped('help', next))
  }

  /**
   * At a press nothing waits for the disk: pages first, because the window is busy once it draws the call; then the
   * windows, told also that the room's picture flows now.
   */
  const callAtOnce = () => {
    help.call()
    supervision.followState()
    publish()
  }

  // ---- What comes in ---------------------------------------------------------------------------------------

  const pressHelp = (escalation: EscalationKind, origin: PressOrigin, drill: boolean) => {
    helpWindow.raise()
    const outcome = core.executeUrgently({ kind: 'press-help', escalation, origin, drill })
    say('info', 'help-pressed', { escalation, origin, drill })
    // Where the hub is away, it is not waited for the next attempt.
    hub.hint()
    return outcome
  }
  const intents = createIntents({
    core,
    preferences,
    durability: () => care.durability(),
    pressHelp: ({ escalation, origin, drill }) => pressHelp(escalation, origin, drill),
    enrol: createEnrol({
      identity,
      core,
      hostname: options.hostname,
      onEnrolling: (address) => {
        enrollingAt = address
        publish()
      },
      onEnrolled: hub.start,
      whenDurable: log.whenDurable,
    }),
    saveRecord: createSaveRecord({ ...options, core, log, doubt: () => care.doubt() }),
    preferencesChanged: () => {
      windows.setLayout(preferences.get().layout)
      publish()
    },
  })
  const report = createReports({
    core,
    hub,
    statements,
    supervision,
    sessionId,
    log: say,
    // A window that has just come needs what there is.
    onUsable: (window) => {
      windows.show(window, stamped(window, body()))
      if (window === 'main') care.start()
    },
    onActivity: () => {
      lastActivityMono = clock.mono()
    },
    onMeasured: reconcile,
  })

  const lockWhenIdle = () => {
    const { policy, mono } = core.context()
    const { operator, reaction } = core.state()
    if (policy === null || operator.kind !== 'signed-in' || reaction !== null) return
    if (mono - lastActivityMono > policy.lockAfterMs) core.execute({ kind: 'lock', reason: 'inactivity' })
  }
  const recordWindow = (event: Event) => {
    core.record(event)
    reconcile()
  }

  // ---- Start ---------------------------------------------------------------------------------------------

  const afterSeq = log.head().seq
  const care = createLogCare({ ...options, core, log, notice, say, onChanged: reconcile })
  core.setRoom(identity.enrolment()?.roomId ?? null)
  policies.load()
  core.record({ type: 'app-started', session: null, body: { version, runtime, afterSeq } })
  core.execute({ kind: 'lock', reason: 'restart' })
  core.onCommitted((entries: readonly LogEntry[]) => {
    if (entries.some(({ type }) => type.startsWith('help-pressed'))) callAtOnce()
    reconcile()
  })
  reconcile()

  return {
    connect: () => {
      const enrolment = identity.enrolment()
      if (enrolment !== null) hub.start(enrolment)
    },
    dispatch: (intent) => {
      lastActivityMono = clock.mono()
      return intents(intent)
    },
    report,
    pressHelp: (escalation, origin) => void pressHelp(escalation, origin, false),
    snapshot: (window) => stamped(window, body()),
    windowLost: (window, reason) =>
      recordWindow({ type: 'renderer-lost', session: sessionId(), body: { window, reason } }),
    windowRestored: (window, afterMs) =>
      recordWindow({ type: 'renderer-restored', session: sessionId(), body: { window, afterMs } }),
    lockScreen: () => void core.execute({ kind: 'lock', reason: 'by-hand' }),
    networkHint: hub.hint,
    notice: (about, problem) => {
      notice(about)(problem)
      publish()
    },
    openWork: () => {
      const { session, reaction, question } = core.state()
      if (reaction !== null || question !== null) return 'escalation'
      return session.kind === 'none' ? null : 'session'
    },
    tick: () => {
      if (clock.mono() - lastWriteMono >= retryWritesEveryMs) {
        lastWriteMono = clock.mono()
        log.flush()
        statements.again()
      }
      lockWhenIdle()
      care.tick()
      proof.tick()
      // What was recovered of a damaged log is durable before it may be sent.
      hub.sync()
      reconcile()
    },
    close: () => {
      hub.close()
      log.writeAtEnd()
      care.close()
      options.store.close()
    },
  }
}
