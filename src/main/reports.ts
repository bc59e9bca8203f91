import type { Report } from '../contract/ipc.ts'
import type { PeerMessage } from '../contract/room-view.ts'
import { elapsedSincePress, openEscalations } from '../domain/workstation/queries.ts'
import type { Core } from './core.ts'
import type { HubSide } from './hub-side.ts'
import type { AppLog, WindowName } from './ports.ts'
import type { Statements } from './statements.ts'
import type { Supervision } from './supervision.ts'

export type ReportsOptions = {
  readonly core: Core
  readonly hub: Pick<HubSide, 'send'>
  readonly statements: Statements
  readonly supervision: Supervision
  readonly sessionId: () => string | null
  readonly onUsable: (window: WindowName) => void
  readonly onActivity: () => void
  readonly onMeasured: () => void
  readonly log: AppLog
}

/** Takes what the windows report without being asked. `alive` is the watchdog's business, not ours. */
export function createReports(options: ReportsOptions): (window: WindowName, report: Report) => void {
  const { core, hub, statements, supervision, log } = options
  const devices = new Map<string, string>()
  /** Of this run of the program: after a restart it matters when the call was there again. */
  const shown = new Set<string>()

  const helpShown = (window: WindowName, escalationId: string) => {
    const open = openEscalations(core.state()).find(({ id }) => id === escalationId)
    if (open === undefined) return
    const inWindow = `${escalationId} ${window}`
    if (shown.has(inWindow)) return
    shown.add(inWindow)
    const afterMs = Math.round(elapsedSincePress(open, core.context()))
    const body = { escalationId, window, afterMs }
    core.record({ type: 'help-shown', session: open.sessionId, body })
    log('info', 'help-shown', { window, afterMs })
  }

  const deviceChanged = ({ device, state, label }: Extract<Report, { kind: 'device-changed' }>) => {
    const now = `${state} ${label}`
    if (devices.get(device) === now) return
    devices.set(device, now)
    core.record({ type: 'device-changed', session: options.sessionId(), body: { device, state, label } })
  }

  const peerSaid = (physicianId: string, message: PeerMessage) => {
    if (message.kind !== 'statement') {
      log('warn', 'peer-message-dropped', { physicianId, kind: message.kind })
    } else if (message.signed.statement.physicianId !== physicianId) {
      log('warn', 'statement-refused', { physicianId, kind: 'sent-by-another' })
    } else statements.receive(message.signed, 'peer')
  }

  return (window, report) => {
    switch (report.kind) {
      case 'alive':
        return
      case 'usable':
        options.onUsable(window)
        return
      case 'activity':
        options.onActivity()
        return
      case 'help-shown':
        helpShown(window, report.escalationId)
        return
      case 'links-measured':
        supervision.measured(report.links)
        options.onMeasured()
        return
      case 'device-changed':
        deviceChanged(report)
        return
      case 'signal': {
        const { kind: _, ...signal } = report
        void hub.send('signal', signal)
        return
      }
      case 'peer-message':
        peerSaid(report.physicianId, report.message)
    }
  }
}
