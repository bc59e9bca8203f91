import type { Page, PageEnd, PageFree, PageTaken } from '../../contract/room-view.ts'
import { assertNever } from '../../domain/result.ts'
import { roundOf } from '../../domain/statement/statement.ts'

/** What this physician has done about a call for help. Only `ringing` sounds. */
export type AlarmPhase =
  | { readonly kind: 'ringing' }
  /** Accepted on this console. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'declined'; readonly reason: string }
  /** Somebody else has it and may still be expected, or is on screen; this physician may join. */
  | { readonly kind: 'taken' }
  /** Cancelled or ended at the room; shown until put away. */
  | {
      readonly kind: 'over'
      readonly end: PageEnd
      readonly wasMine: boolean
      /** Known from the hub alone, which also ends by itself what the room may still go on with. */
      readonly byHub: boolean
    }

/** The facts that the room must hear of, each once in a round. */
export type AlarmWord = 'delivered' | 'seen' | 'accepted' | 'declined' | 'on-screen'

export type Alarm = {
  readonly page: Page
  /** Null while it has only come over the peer channel, which knows no bench. */
  readonly level: 'primary' | 'bench' | null
  /** When it was pressed, on this page's monotonic clock. */
  readonly pressedMonoMs: number
  readonly phase: AlarmPhase
  /** Who is said to have it. */
  readonly holder: PageTaken | null
  /** In the round of `page`. */
  readonly said: readonly AlarmWord[]
  /** The room calls again while this physician has it on screen: heard once, shown until answered. */
  readonly again: { readonly soundsUntilMs: number | null } | null
  /** Whether the room's own view has shown it: only then does its absence there mean that it is over. */
  readonly inView: boolean
}

export type AlarmsState = {
  readonly alarms: readonly Alarm[]
  /** News of alarms whose page has not come yet: paths may overtake each other. */
  readonly early: Readonly<Record<string, Early>>
  /** What an earlier load of this page had said, by escalation. */
  readonly remembered: Readonly<Record<string, Remembered>>
}
export type Early = { readonly taken: PageTaken | null; readonly end: PageEnd | null }
export type Remembered = { readonly round: number; readonly said: readonly AlarmWord[] }

/** Whose peer channel it came by; null for the hub, which lets a room speak of its own calls alone. */
type FromRoom = { readonly from: string | null }

export type AlarmEvent =
  | {
      readonly kind: 'paged'
      readonly page: Page
      readonly level: Alarm['level']
      readonly nowMs: number
      /** Whether this console shows and hears the room now, before this physician's eyes. */
      readonly watching: boolean
    }
  | { readonly kind: 'painted'; readonly escalationId: string }
  | { readonly kind: 'accepted'; readonly escalationId: string }
  | { readonly kind: 'declined'; readonly escalationId: string; readonly reason: string }
  | ({ readonly kind: 'taken'; readonly taken: PageTaken; readonly nowMs: number } & FromRoom)
  | ({ readonly kind: 'freed'; readonly free: PageFree; readonly nowMs: number } & FromRoom)
  | ({ readonly kind: 'ended'; readonly end: PageEnd } & FromRoom)
  /** Time has passed: silence is lent, not given. */
  | { readonly kind: 'ticked'; readonly nowMs: number }
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

/** What is assumed of a room or hub that does not say how long an acceptance may keep others silent. */
const quietForMs = 20_000
/** Long enough for one whole burst of the alarm. */
const againSoundsForMs = 4000

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
        alarm.phase.kind === 'over' || (alarm.phase.kind === 'mine' && alarm.again === null)
          ? [alarm]
          : speak({ ...alarm, phase: { kind: 'mine' }, again: null }, 'accepted'),
      )
    case 'declined':
      return change(state, event.escalationId, (alarm) =>
        alarm.phase.kind === 'ringing'
          ? speak({ ...alarm, phase: { kind: 'declined', reason: event.reason } }, 'declined', event.reason)
          : [alarm],
      )
    case 'taken':
      return told(state, event.taken.escalationId, event.from, { taken: event.taken }, (alarm) =>
        settled({ ...alarm, holder: heldBy(alarm, event.taken, selfId) }, event.nowMs, selfId),
      )
    case 'freed':
      return told(state, event.free.escalationId, event.from, { taken: null }, (alarm) =>
        settled({ ...alarm, holder: null }, event.nowMs, selfId),
      )
    case 'ended':
      return told(state, event.end.escalationId, event.from, { end: event.end }, (alarm) =>
        ended(alarm, event.end, event.from === null),
      )
    case 'ticked':
      return changeWhere(
        state,
        () => true,
        (alarm) => [settled(quieted(alarm, event.nowMs), event.nowMs, selfId)],
      )
    case 'viewed':
      return changeWhere(state, ofDevice(event.deviceId), (alarm) => [viewed(alarm, event.open)])
    case 'room-live':
      return changeWhere(state, ofDevice(event.deviceId), (alarm) =>
        alarm.phase.kind === 'mine' && alarm.said.includes('accepted') ? speak(alarm, 'on-screen') : [alarm],
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
    return change(state, id, (alarm) => pagedAgain(alarm, event, selfId))

  const known = state.remembered[id]
  const before = known?.round === roundOf(page) ? known.said : []
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
    again: null,
    inView: false,
  }
  const early = { ...state.early }
  for (const from of [page.deviceId, null]) {
    const news = early[earlyKey(from, id)]
    if (news?.taken) alarm = settled({ ...alarm, holder: news.taken }, event.nowMs, selfId)
    // Of what it has ended the hub sends no page, unless it is open again.
    if (news?.end && (from !== null || event.level === null)) alarm = ended(alarm, news.end, from === null)
    delete early[earlyKey(from, id)]
  }
  const [spoken, ...say] = speak(alarm, 'delivered')
  return { state: { ...state, early, alarms: [...state.alarms, spoken] }, say }
}

/**
 * A copy is nothing new. A higher round is: whatever was answered before, this press has no answer yet. So is what the
 * hub says again that it had ended: only a room that still has it open makes it do so.
 */
function pagedAgain(
  alarm: Alarm,
  { page, level, nowMs, watching }: Extract<AlarmEvent, { kind: 'paged' }>,
  selfId: string,
): Changed {
  if (alarm.page.deviceId !== page.deviceId) return [alarm]
  const isOver = alarm.phase.kind === 'over'
  const isReopened = alarm.phase.kind === 'over' && alarm.phase.byHub && level !== null
  if (roundOf(page) <= roundOf(alarm.page) && !isReopened)
    return [alarm.level === null && !isOver ? { ...alarm, level } : alarm]
  const onScreen = alarm.phase.kind === 'mine' && watching
  const next: Alarm = {
    ...alarm,
    page,
    level: level ?? alarm.level,
    said: [],
    phase: onScreen ? alarm.phase : { kind: 'ringing' },
    again: onScreen ? { soundsUntilMs: nowMs + againSoundsForMs } : null,
    ...(isOver && { holder: null, inView: false }),
  }
  return speak(settled(next, nowMs, selfId), 'delivered')
}

/** The first acceptance wins; two physicians who both accepted both stay. The echo of one's own is no news. */
const heldBy = (alarm: Alarm, by: PageTaken, selfId: string): PageTaken | null =>
  alarm.phase.kind === 'mine' && by.physicianId === selfId ? alarm.holder : by

/** Rings unless somebody helps or may still be expected to: having it is not helping. */
function settled(alarm: Alarm, nowMs: number, selfId: string): Alarm {
  const { kind } = alarm.phase
  if (kind !== 'ringing' && kind !== 'taken') return alarm
  const wanted = mayBeQuiet(alarm, nowMs, selfId) ? 'taken' : 'ringing'
  return wanted === kind ? alarm : { ...alarm, phase: { kind: wanted } }
}

function mayBeQuiet({ holder, page, pressedMonoMs }: Alarm, nowMs: number, selfId: string): boolean {
  if (holder === null || roundOf(holder) < roundOf(page)) return false
  if (holder.onScreen) return true
  // Called after another had taken it: somebody else is asked for.
  if (holder.physicianId !== selfId && holder.afterMs < page.elapsedMs) return false
  return nowMs - pressedMonoMs < (holder.quietUntilMs ?? holder.afterMs + quietForMs)
}

const quieted = (alarm: Alarm, nowMs: number): Alarm =>
  alarm.again?.soundsUntilMs != null && nowMs >= alarm.again.soundsUntilMs
    ? { ...alarm, again: { soundsUntilMs: null } }
    : alarm

function ended(alarm: Alarm, end: PageEnd, byHub: boolean): Alarm {
  const { phase } = alarm
  if (phase.kind !== 'over')
    return { ...alarm, again: null, phase: { kind: 'over', end, wasMine: phase.kind === 'mine', byHub } }
  return phase.byHub && !byHub ? { ...alarm, phase: { ...phase, byHub } } : alarm
}

function viewed(alarm: Alarm, open: readonly string[]): Alarm {
  const { escalationId } = alarm.page
  if (open.includes(escalationId)) return { ...alarm, inView: true }
  // A view that was under way when the button was pressed does not know of it yet.
  return alarm.inView
    ? ended(alarm, { escalationId, outcome: 'ended', words: 'Ended at the room.' }, false)
    : alarm
}

/** Says each word once in a round of an escalation. */
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
  // Nobody need look again at what has not changed.
  const isSame = alarms.every((alarm, index) => alarm === state.alarms[index])
  return { state: isSame ? state : { ...state, alarms }, say }
}

const earlyKey = (from: string | null, escalationId: string): string => `${from ?? ''} ${escalationId}`

/** News of a call: kept until its page comes, and never taken from another room than the one that called. */
function told(
  state: AlarmsState,
  id: string,
  from: string | null,
  news: Partial<Early>,
  turn: (alarm: Alarm) => Alarm,
): { state: AlarmsState; say: readonly Say[] } {
  if (state.alarms.some(({ page }) => page.escalationId === id))
    return change(state, id, (alarm) => [from === null || from === alarm.page.deviceId ? turn(alarm) : alarm])
  const key = earlyKey(from, id)
  const known = state.early[key] ?? { taken: null, end: null }
  return { state: { ...state, early: { ...state.early, [key]: { ...known, ...news } } }, say: [] }
}
