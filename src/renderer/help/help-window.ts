import type { Intent, Snapshot, WorkstationBridge } from '../../contract/ipc.ts'
import { timingOf } from '../../domain/escalation/timing.ts'
import { dayOf } from '../../domain/time.ts'
import { createAlarmTones } from '../../platform/web/alarm-tones.ts'
import { formatElapsed } from '../../ui/time.ts'
import { createAlarm } from '../alarm.ts'
import { afterPaint, reportVitalSigns } from '../vital-signs.ts'
import { ask, findBridge } from '../workstation/bridge.ts'
import { h } from './dom.ts'
import { type HelpActions, type HelpView, renderHelp } from './render-help.ts'
import { helpWords as words } from './words.ts'

const clockEveryMs = 200

/** The second window: there when the first is not. Owns the sound, and shows the call, the card and the numbers. */
export function createHelpWindow(root: HTMLElement): void {
  const bridge = findBridge()
  if (bridge === undefined) {
    root.replaceChildren(h('p', { role: 'alert' }, words.outside))
    return
  }
  let view: HelpView = {
    snapshot: null,
    problem: null,
    soundProblem: null,
    mayCancel: false,
    today: today(Date.now()),
    browsing: false,
  }
  let receivedAt = performance.now()
  let drawn = ''

  const sincePressMs = (): number => {
    const at = view.snapshot?.elapsedMs.reaction ?? null
    return at === null ? 0 : at + performance.now() - receivedAt
  }
  const set = (part: Partial<HelpView>): void => {
    view = { ...view, ...part }
    draw()
  }
  const actions = createActions(bridge, set)

  // Rebuilt only when something that is shown has changed: a rebuild would take the focus and the press with it.
  const draw = (): void => {
    const next = JSON.stringify([shownOf(view.snapshot), { ...view, snapshot: null }])
    if (next === drawn) return
    drawn = next
    const focused = identityOf(document.activeElement)
    root.replaceChildren(renderHelp(view, actions))
    if (focused !== null) {
      const again = [...root.querySelectorAll('button')].find((button) => identityOf(button) === focused)
      again?.focus()
    }
    tick()
  }

  const tick = (): void => {
    const clock = root.querySelector('.help-clock')
    if (clock !== null) clock.textContent = formatElapsed(sincePressMs())
    const open = view.snapshot?.state.reaction ?? null
    const mayCancel =
      open !== null && sincePressMs() < timingOf(open, view.snapshot?.policy ?? null).cancelWithinMs
    if (mayCancel !== view.mayCancel) set({ mayCancel })
    const day = today(
      view.snapshot === null ? Date.now() : view.snapshot.nowMs + performance.now() - receivedAt,
    )
    if (day !== view.today) set({ today: day })
  }

  // Made now and kept running: opening the audio hardware at the press would cost the first tone its time.
  const audio = new AudioContext()
  const alarm = createAlarm({
    window: 'help',
    tones: createAlarmTones(() => audio),
    report: bridge.report,
    onProblem: (soundProblem) => set({ soundProblem }),
  })

  let usable = false
  const receive = (snapshot: Snapshot): void => {
    if (view.snapshot !== null && snapshot.revision < view.snapshot.revision) return
    receivedAt = performance.now()
    // Sound first: an ear is faster than an eye.
    alarm.update(snapshot)
    const same = snapshot.state.reaction?.id === view.snapshot?.state.reaction?.id
    set({ snapshot, ...(same ? {} : { browsing: false, problem: null }) })
    if (usable) return
    usable = true
    afterPaint(() => bridge.report({ kind: 'usable' }))
  }

  draw()
  reportVitalSigns(bridge, window)
  bridge.onSnapshot(receive)
  bridge.getSnapshot().then(receive, (reason: unknown) => {
    set({ problem: reason instanceof Error ? reason.message : String(reason) })
  })
  setInterval(tick, clockEveryMs)
}

function createActions(bridge: WorkstationBridge, set: (part: Partial<HelpView>) => void): HelpActions {
  return {
    browse: () => set({ browsing: true }),
    send: async (intent: Intent) => {
      const reply = await ask(bridge, intent)
      set(reply.ok ? { problem: null, browsing: false } : { problem: reply.error.message })
    },
  }
}

const today = (nowMs: number): string => dayOf(new Date(nowMs).toISOString())

/** What stays the same of a button when its words change, and differs where the words do not. */
const identityOf = (element: Element | null): string | null =>
  element instanceof HTMLButtonElement
    ? (element.dataset.testid ?? element.getAttribute('aria-label') ?? element.textContent)
    : null

/** The part of a snapshot that this window shows. */
const shownOf = (snapshot: Snapshot | null): unknown =>
  snapshot === null
    ? null
    : [
        snapshot.state.reaction,
        snapshot.progress.reaction,
        snapshot.policy?.version ?? null,
        snapshot.durability,
        snapshot.hub.kind,
        snapshot.present.length,
      ]
