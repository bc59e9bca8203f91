import type { Page, PageEnd, PageTaken } from '../../contract/room-view.ts'
import { assertNever } from '../../domain/result.ts'

/** What this physician has done about a call for help. Only `ringing` sounds. */
export type AlarmPhase =
  | { readonly kind: 'ringing' }
  /** Accepted on this console. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'declined'; readonly reason: string }
  /** Somebody else has it; this physician may still join. */
  | { readonly kind: 'taken' }
  /** Cancelled or ended at the room; shown until put away. */
  | { readonly kind: 'over'; readonly end: PageEnd; readonly wasMine: boolean }

/** The facts that the room must hear of, each once. */
export type AlarmWord = 'delivered' | 'seen' | 'accepted' | 'declined' | 'on-screen'

export type Alarm = {
  readonly page: Page
  /** Null while it has only come over the peer channel, which knows no bench. */
  readonly level: 'primary' | 'bench' | null
  /** When it was pressed, on this page's monotonic clock. */
  readonly pressedMonoMs: number
  readonly phase: AlarmPhase
  /** Who the hub says has it. */
  readonly holder: PageTaken | null
  readonly said: readonly AlarmWord[]
  /** Whether the room's own view has shown it: only then does its absence there mean that it is over. */
  readonly inView: boolean
}

export type AlarmsState = {
  readonly alarms: readonly Alarm[]
  /** News of alarms whose page has not come yet: paths may overtake each other. */
  readonly early: Readonly<Record<string, { readonly taken: PageTaken | null; readonly end: PageEnd | null }>>
  /** What an earlier load of this page had said, by escalation. */
  readonly remembered: Readonly<Record<string, readonly AlarmWord[]>>
}

export type AlarmEvent =
  | { readonly kind: 'paged'; readonly page: Page; readonly level: Alarm['level']; readonly nowMs: number }
  | { readonly kind: 'painted'; readonly escalationId: string }
  | { readonly kind: 'accepted'; readonly escalationId: string }
  | { readonly kind: 'declined'; readonly escalationId: string; readonly reason: string }
  | { readonly kind: 'taken'; readonly taken: PageTaken }
  | { readonly kind: 'ended'; readonly end: PageEnd }
  /** The room's view has come, with the calls for help that are open there. */
  | { readonly kind: 'viewed'; readonly deviceId: string; readonly open: readonly string[] }
  /** This console decodes the room's picture and hears it, measured. */
  | { readonly kind: 'room-live'; readonly deviceId: string }
  | { readonly kind: 'put-away'; readonly escalationId: string }
  | { readonly kind: 'remembered'; readonly words: AlarmsState['remembered'] }

export type Say = { readonly word: AlarmWord; readonly page: Page; readonly reason: string | null }

/** What a call for help is called on screen. */
export const alarmName = ({ kind, drill }: Page): string =>
  `${kind === 'reaction' ? 'Reaction' : 'Question'}${drill ? ' (drill)' : ''}`

export const noAlarms: AlarmsState = { alarms: [], early: {}, remembered: {} }

/** Folds what happens into what is shown and what must be said to the room. Duplicates change nothing. */
export function stepAlarms(
  state: AlarmsState,
  event: AlarmEvent,
  selfId: string,
): { readonly state: AlarmsState; readonly say: readonly Say[] } {
  switch (event.kind) {
    case 'paged':
      return paged(state, event, selfId)
    case 'painted':
      return change(state, event.escalationId, (alarm) =>
        alarm.phase.kind === 'over' ? [alarm] : speak(alarm, 'seen'),
      )
    case 'accepted':
      return change(state, event.escalationId, (alarm) =>
        alarm.phase.kind === 'over' || alarm.phase.kind === 'mine'
          ? [alarm]
          : speak({ ...alarm, phase: { kind: 'mine' } }, 'accepted'),
      )
    case 'declined':
      return change(state, event.escalationId, (alarm) =>
        alarm.phase.kind === 'ringing'
          ? speak({ ...alarm, phase: { kind: 'declined', reason: event.reason } }, 'declined', event.reason)
          : [alarm],
      )
    case 'taken':
      if (!state.alarms.some((a) => a.page.escalationId === event.taken.escalationId))
        return noted(state, event.taken.escalationId, { taken: event.taken })
      return change(state, event.taken.escalationId, (alarm) => [taken(alarm, event.taken, selfId)])
    case 'ended':
      if (!state.alarms.some((a) => a.page.escalationId === event.end.escalationId))
        return noted(state, event.end.escalationId, { end: event.end })
      return change(state, event.end.escalationId, (alarm) => [ended(alarm, event.end)])
    case 'viewed':
      return changeWhere(state, ofDevice(event.deviceId), (alarm) => [viewed(alarm, event.open)])
    case 'room-live':
      return changeWhere(state, ofDevice(event.deviceId), (alarm) =>
        alarm.phase.kind === 'mine' ? speak(alarm, 'on-screen') : [alarm],
      )
    case 'put-away':
      return {
        state: {
          ...state,
          // Only what is settled can be put away: a ringing alarm waits for an answer.
          alarms: state.alarms.filter(
            ({ page, phase }) => page.escalationId !== event.escalationId || phase.kind !== 'over',
          ),
        },
        say: [],
      }
    case 'remembered':
      return { state: { ...state, remembered: { ...event.words, ...state.remembered } }, say: [] }
    default:
      return assertNever(event, 'alarm event')
  }
}

type Changed = readonly [Alarm, ...Say[]]

function paged(
  state: AlarmsState,
  event: Extract<AlarmEvent, { kind: 'paged' }>,
  selfId: string,
): { state: AlarmsState; say: readonly Say[] } {
  const { page } = event
  const id = page.escalationId
  if (state.alarms.some((a) => a.page.escalationId === id))
    return change(state, id, (alarm) => [alarm.level === null ? { ...alarm, level: event.level } : alarm])

  const before = state.remembered[id] ?? []
  let alarm: Alarm = {
    page,
    level: event.level,
    pressedMonoMs: event.nowMs - page.elapsedMs,
    // A reload in the middle of a call must not ring again for what is already answered.
    phase: before.includes('accepted')
      ? { kind: 'mine' }
      : before.includes('declined')
        ? { kind: 'declined', reason: 'before this page was reloaded' }
        : { kind: 'ringing' },
    holder: null,
    said: before,
    inView: false,
  }
  const early = state.early[id]
  if (early?.taken) alarm = taken(alarm, early.taken, selfId)
  if (early?.end) alarm = ended(alarm, early.end)
  const { [id]: _, ...others } = state.early
  const [spoken, ...say] = speak(alarm, 'delivered')
  return { state: { ...state, early: others, alarms: [...state.alarms, spoken] }, say }
}

/** The first acceptance wins; two physicians who both accepted both stay. The echo of one's own is no news. */
function taken(alarm: Alarm, by: PageTaken, selfId: string): Alarm {
  const own = by.physicianId === selfId
  if (alarm.phase.kind === 'mine' && own) return alarm
  // Called after another had taken it, and nobody is on screen: having it is not helping, so it rings here.
  const stillAsked = !own && !by.onScreen && by.afterMs < alarm.page.elapsedMs
  const silenced = alarm.phase.kind === 'ringing' && !stillAsked
  return { ...alarm, holder: by, phase: silenced ? { kind: 'taken' } : alarm.phase }
}

const ended = (alarm: Alarm, end: PageEnd): Alarm =>
  alarm.phase.kind === 'over'
    ? alarm
    : { ...alarm, phase: { kind: 'over', end, wasMine: alarm.phase.kind === 'mine' } }

function viewed(alarm: Alarm, open: readonly string[]): Alarm {
  const { escalationId } = alarm.page
  if (open.includes(escalationId)) return { ...alarm, inView: true }
  // A view that was under way when the button was pressed does not know of it yet.
  return alarm.inView ? ended(alarm, { escalationId, outcome: 'ended', words: 'Ended at the room.' }) : alarm
}

/** Says each word once in the life of an escalation. */
function speak(alarm: Alarm, word: AlarmWord, reason: string | null = null): Changed {
  if (alarm.said.includes(word)) return [alarm]
  return [
    { ...alarm, said: [...alarm.said, word] },
    { word, page: alarm.page, reason },
  ]
}

const ofDevice = (deviceId: string) => (alarm: Alarm) => alarm.page.deviceId === deviceId

const change = (state: AlarmsState, escalationId: string, turn: (alarm: Alarm) => Changed) =>
  changeWhere(state, ({ page }) => page.escalationId === escalationId, turn)

function changeWhere(
  state: AlarmsState,
  which: (alarm: Alarm) => boolean,
  turn: (alarm: Alarm) => Changed,
): { state: AlarmsState; say: readonly Say[] } {
  const say: Say[] = []
  const alarms = state.alarms.map((alarm) => {
    if (!which(alarm)) return alarm
    const [next, ...words] = turn(alarm)
    say.push(...words)
    return next
  })
  return { state: { ...state, alarms }, say }
}

function noted(
  state: AlarmsState,
  id: string,
  news: Partial<{ taken: PageTaken; end: PageEnd }>,
): { state: AlarmsState; say: readonly Say[] } {
  const known = state.early[id] ?? { taken: null, end: null }
  return { state: { ...state, early: { ...state.early, [id]: { ...known, ...news } } }, say: [] }
}
