import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageEnd, PageTaken } from '../../../src/contract/room-view.ts'
import {
  type AlarmEvent,
  type AlarmsState,
  noAlarms,
  type Say,
  stepAlarms,
} from '../../../src/physician/alarms/alarms.ts'
import { ringing, soundFor, titleFor } from '../../../src/physician/alarms/attention.ts'
import { page } from './fixtures.ts'

const self = 'p-chen'

function run(...events: AlarmEvent[]): { state: AlarmsState; said: string[]; say: Say[] } {
  let state = noAlarms
  const say: Say[] = []
  for (const event of events) {
    const next = stepAlarms(state, event, self)
    state = next.state
    say.push(...next.say)
  }
  return { state, say, said: say.map(({ word }) => word) }
}
const paged = (change: Parameters<typeof page>[0] = {}, nowMs = 10_000): AlarmEvent => ({
  kind: 'paged',
  page: page(change),
  level: 'primary',
  nowMs,
  watching: false,
})
const byPeer = (change: Parameters<typeof page>[0] = {}): AlarmEvent => ({
  kind: 'paged',
  page: page(change),
  level: null,
  nowMs: 10_000,
  watching: false,
})
const takenBy = (physicianId: string): PageTaken => ({
  escalationId: 'e1',
  physicianId,
  name: 'Dr. M. Rao',
  afterMs: 2000,
  onScreen: false,
})
/** By the hub, right after the press unless said otherwise: alarms here were pressed at 8500 of the page's clock. */
const taking = (taken: PageTaken, nowMs = 10_600, from: string | null = null): AlarmEvent => ({
  kind: 'taken',
  taken,
  nowMs,
  from,
})
const endedBy = (end: PageEnd, from: string | null = null): AlarmEvent => ({ kind: 'ended', end, from })
const ticked = (nowMs: number): AlarmEvent => ({ kind: 'ticked', nowMs })
const phaseOf = (state: AlarmsState, id = 'e1') =>
  state.alarms.find((alarm) => alarm.page.escalationId === id)?.phase.kind

describe('an alarm', () => {
  it('rings on arrival, says delivered at once, and counts from the press', () => {
    const { state, said } = run(paged())
    expect(phaseOf(state)).toBe('ringing')
    expect(said).toEqual(['delivered'])
    expect(state.alarms[0]?.pressedMonoMs).toBe(8500)
    expect(soundFor(state)).toBe('high')
  })

  it('comes once, however often and by whichever path it arrives', () => {
    const { state, said } = run(
      { kind: 'paged', page: page(), level: null, nowMs: 1, watching: false },
      paged(),
      paged(),
    )
    expect(state.alarms).toHaveLength(1)
    expect(state.alarms[0]?.level).toBe('primary')
    expect(said).toEqual(['delivered'])
  })

  it('says seen, accepted and on screen as different facts, each once', () => {
    const { state, said } = run(
      paged(),
      { kind: 'room-live', deviceId: 'd-1' },
      { kind: 'painted', escalationId: 'e1' },
      { kind: 'painted', escalationId: 'e1' },
      { kind: 'accepted', escalationId: 'e1' },
      { kind: 'accepted', escalationId: 'e1' },
      { kind: 'room-live', deviceId: 'd-other' },
      { kind: 'room-live', deviceId: 'd-1' },
      { kind: 'room-live', deviceId: 'd-1' },
    )
    expect(said).toEqual(['delivered', 'seen', 'accepted', 'on-screen'])
    expect(phaseOf(state)).toBe('mine')
    expect(soundFor(state)).toBeNull()
  })

  it('stops for me when I decline, with my reason, and can be taken after all', () => {
    const declined = run(paged(), { kind: 'declined', escalationId: 'e1', reason: 'with another patient' })
    expect(declined.say.at(-1)).toMatchObject({ word: 'declined', reason: 'with another patient' })
    expect(soundFor(declined.state)).toBeNull()
    const accepted = stepAlarms(declined.state, { kind: 'accepted', escalationId: 'e1' }, self)
    expect(accepted.say.map(({ word }) => word)).toEqual(['accepted'])
  })

  it('falls silent when another physician has it, says who, and lets me join', () => {
    const taken = takenBy('p-rao')
    const { state } = run(paged(), taking(taken))
    expect(phaseOf(state)).toBe('taken')
    expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
    expect(soundFor(state)).toBeNull()
    expect(phaseOf(stepAlarms(state, { kind: 'accepted', escalationId: 'e1' }, self).state)).toBe('mine')
  })

  it('stays mine when a second physician accepts too', () => {
    const taken = takenBy('p-rao')
    const { state } = run(paged(), { kind: 'accepted', escalationId: 'e1' }, taking(taken))
    expect(phaseOf(state)).toBe('mine')
    expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
  })

  it('never rings when its end or its taking has overtaken it', () => {
    const end = { escalationId: 'e1', outcome: 'cancelled' as const, words: 'pressed by mistake' }
    expect(phaseOf(run(endedBy(end), byPeer()).state)).toBe('over')
    expect(phaseOf(run(endedBy(end, 'd-1'), paged()).state)).toBe('over')
    expect(phaseOf(run(taking(takenBy('p-rao')), paged()).state)).toBe('taken')
  })

  it('rings for who is called after another has taken it, whatever comes first, until one is on screen', () => {
    const taken: AlarmEvent = taking(takenBy('p-rao'))
    const late = paged({ elapsedMs: 10_000 })
    for (const { state } of [run(taken, late), run(late, taken)]) {
      expect(phaseOf(state)).toBe('ringing')
      expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
      const onScreen: AlarmEvent = taking({ ...takenBy('p-rao'), onScreen: true })
      expect(phaseOf(stepAlarms(state, onScreen, self).state)).toBe('taken')
    }
    // One's own acceptance on another page is an answer.
    expect(phaseOf(run(taking(takenBy(self)), late).state)).toBe('taken')
  })

  it('is over when the room’s view has shown it and shows it no more, not before', () => {
    const older: AlarmEvent = { kind: 'viewed', deviceId: 'd-1', open: [] }
    const showing: AlarmEvent = { kind: 'viewed', deviceId: 'd-1', open: ['e1'] }
    expect(phaseOf(run(paged(), older).state)).toBe('ringing')
    expect(phaseOf(run(paged(), older, showing).state)).toBe('ringing')
    expect(phaseOf(run(paged(), showing, older).state)).toBe('over')
    expect(phaseOf(run(paged(), showing, { ...older, deviceId: 'd-other' }).state)).toBe('ringing')
  })

  it('does not ring again after a reload for what was answered before it', () => {
    const before: AlarmEvent = {
      kind: 'remembered',
      words: {
        e1: { round: 1, said: ['delivered', 'seen', 'accepted'] },
        e2: { round: 1, said: ['delivered', 'declined'] },
        e3: { round: 1, said: ['delivered'] },
      },
    }
    const { state, said } = run(
      before,
      paged(),
      paged({ escalationId: 'e2' }),
      paged({ escalationId: 'e3' }),
      { kind: 'room-live', deviceId: 'd-1' },
    )
    expect(state.alarms.map(({ phase }) => phase.kind)).toEqual(['mine', 'declined', 'ringing'])
    expect(said).toEqual(['on-screen'])
  })

  it('can be put away only when it is over', () => {
    const put: AlarmEvent = { kind: 'put-away', escalationId: 'e1' }
    expect(run(paged(), put).state.alarms).toHaveLength(1)
    const end = { escalationId: 'e1', outcome: 'ended' as const, words: 'recovered' }
    expect(run(paged(), endedBy(end), put).state.alarms).toHaveLength(0)
  })
})

describe('silence is lent, not given', () => {
  const pressedMs = 8500
  const quiet = { ...takenBy('p-rao'), quietUntilMs: 12_000 }
  const silenced = () => run(paged(), taking(quiet)).state
  const then = (state: AlarmsState, ...events: AlarmEvent[]) =>
    events.reduce((before, event) => stepAlarms(before, event, self).state, state)

  it('ends when whoever accepted is not on screen in time, and not before', () => {
    const state = silenced()
    expect(phaseOf(state)).toBe('taken')
    expect(phaseOf(then(state, ticked(pressedMs + 11_999)))).toBe('taken')
    const late = then(state, ticked(pressedMs + 12_000))
    expect(phaseOf(late)).toBe('ringing')
    expect(soundFor(late)).toBe('high')
    // A late copy of the same word lends no more silence.
    expect(phaseOf(then(late, taking(quiet, pressedMs + 13_000)))).toBe('ringing')
  })

  it('ends after twenty seconds where the room does not say how long', () => {
    const { state } = run(paged(), taking(takenBy('p-rao')))
    expect(phaseOf(then(state, ticked(pressedMs + 21_999)))).toBe('taken')
    expect(phaseOf(then(state, ticked(pressedMs + 22_000)))).toBe('ringing')
  })

  it('lasts while somebody is on screen, and ends when they are lost from it', () => {
    const state = then(silenced(), taking({ ...quiet, onScreen: true }), ticked(pressedMs + 60_000))
    expect(phaseOf(state)).toBe('taken')
    const lost = taking({ ...quiet, quietUntilMs: quiet.afterMs }, pressedMs + 61_000)
    expect(phaseOf(then(state, lost))).toBe('ringing')
  })

  it('ends when the call is given back', () => {
    const freed: AlarmEvent = { kind: 'freed', free: { escalationId: 'e1' }, nowMs: 11_000, from: null }
    expect(phaseOf(then(silenced(), freed))).toBe('ringing')
  })
})

describe('called again', () => {
  const again = (watching = false): AlarmEvent => ({
    kind: 'paged',
    page: page({ elapsedMs: 40_000, round: 2 }),
    level: 'primary',
    nowMs: 48_500,
    watching,
  })
  const accepted: AlarmEvent = { kind: 'accepted', escalationId: 'e1' }
  const live: AlarmEvent = { kind: 'room-live', deviceId: 'd-1' }

  it.each<[string, AlarmEvent[]]>([
    ['fell silent because another accepted', [taking(takenBy('p-rao'))]],
    ['fell silent because another was on screen', [taking({ ...takenBy('p-rao'), onScreen: true })]],
    ['declined', [{ kind: 'declined', escalationId: 'e1', reason: 'with another patient' }]],
    ['accepted and never came', [accepted]],
    ['was on screen and looks away', [accepted, live]],
  ])('rings at once where it %s, and everything is said anew', (_name, before) => {
    const { state, say } = run(paged(), ...before, again(), { kind: 'painted', escalationId: 'e1' }, accepted)
    expect(phaseOf(run(paged(), ...before, again()).state)).toBe('ringing')
    expect(soundFor(run(paged(), ...before, again()).state)).toBe('high')
    const anew = say.filter(({ page: { round } }) => round === 2).map(({ word }) => word)
    expect(anew).toEqual(['delivered', 'seen', 'accepted'])
    expect(phaseOf(state)).toBe('mine')
    // The clinical timer goes on from the first press.
    expect(state.alarms[0]?.pressedMonoMs).toBe(8500)
  })

  it('is not silenced by an answer to the press before, only by one to this press', () => {
    const { state } = run(paged(), again(), taking({ ...takenBy('p-rao'), onScreen: true }, 49_000))
    expect(phaseOf(state)).toBe('ringing')
    const now: PageTaken = { ...takenBy('p-rao'), round: 2, afterMs: 41_000, quietUntilMs: 61_000 }
    expect(phaseOf(stepAlarms(state, taking(now, 49_600), self).state)).toBe('taken')
  })

  it('is heard once by whoever has it on screen, shown until answered, and not answered by the picture alone', () => {
    const { state, said } = run(paged(), accepted, live, again(true))
    expect(phaseOf(state)).toBe('mine')
    expect(state.alarms[0]?.again).not.toBeNull()
    expect(soundFor(state)).toBe('high')
    const later = run(paged(), accepted, live, again(true), ticked(60_000), live)
    expect(soundFor(later.state)).toBeNull()
    expect(later.state.alarms[0]?.again).not.toBeNull()
    expect(later.said).toEqual([...said])
    const answered = run(paged(), accepted, live, again(true), accepted, live)
    expect(answered.state.alarms[0]?.again).toBeNull()
    expect(answered.said.slice(-2)).toEqual(['accepted', 'on-screen'])
  })

  it('comes once: copies of it, and of the page before, are nothing new', () => {
    const { state, said } = run(paged(), again(), accepted, again(), paged())
    expect(phaseOf(state)).toBe('mine')
    expect(said).toEqual(['delivered', 'delivered', 'accepted'])
  })

  it('rings after a reload that remembers an answer to the press before', () => {
    const before: AlarmEvent = { kind: 'remembered', words: { e1: { round: 1, said: ['accepted'] } } }
    expect(phaseOf(run(before, again()).state)).toBe('ringing')
  })
})

describe('a room speaks of its own calls alone', () => {
  const end = { escalationId: 'e1', outcome: 'ended' as const, words: 'over' }
  const forged: AlarmEvent[] = [
    endedBy(end, 'd-other'),
    taking({ ...takenBy('p-rao'), onScreen: true }, 10_600, 'd-other'),
    {
      kind: 'paged',
      page: page({ deviceId: 'd-other', round: 2 }),
      level: null,
      nowMs: 10_000,
      watching: true,
    },
  ]
  it.each(forged)('$kind of another room changes nothing, before the page or after it', (forgery) => {
    expect(phaseOf(run(paged(), forgery).state)).toBe('ringing')
    if (forgery.kind !== 'paged') expect(phaseOf(run(forgery, paged()).state)).toBe('ringing')
  })

  it('and is believed about these, whichever comes first', () => {
    expect(phaseOf(run(paged(), endedBy(end, 'd-1')).state)).toBe('over')
    expect(phaseOf(run(endedBy(end, 'd-1'), paged()).state)).toBe('over')
  })
})

describe('a call that is open again', () => {
  const end = { escalationId: 'e1', outcome: 'ended' as const, words: 'nothing said for 12 hours' }

  it.each<[string, AlarmEvent[]]>([
    ['the hub had ended', [paged(), endedBy(end), paged()]],
    ['the hub had ended before this page was here', [endedBy(end), paged()]],
    ['the hub had ended, when it is pressed again', [paged(), endedBy(end), byPeer({ round: 2 })]],
    ['is pressed again after its end was told', [paged(), endedBy(end, 'd-1'), paged({ round: 2 })]],
  ])('rings where it %s, and everything is said of it anew', (_name, events) => {
    const { state } = run(...events)
    expect([phaseOf(state), soundFor(state)]).toEqual(['ringing', 'high'])
    const before = run(...events.slice(0, -1)).said.length
    expect(run(...events, { kind: 'accepted', escalationId: 'e1' }).said.slice(before)).toEqual([
      'delivered',
      'accepted',
    ])
  })

  it.each<[string, AlarmEvent[]]>([
    ['a copy by the peer channel', [paged(), endedBy(end), byPeer()]],
    ['a copy by the hub of what the room has ended', [paged(), endedBy(end, 'd-1'), paged()]],
    ['the hub was first to tell of', [paged(), endedBy(end), endedBy(end, 'd-1'), paged()]],
  ])('is not %s', (_name, events) => {
    expect(phaseOf(run(...events).state)).toBe('over')
  })
})

describe('several alarms', () => {
  const two = [
    paged({ escalationId: 'q', kind: 'question', elapsedMs: 60_000 }),
    paged({ escalationId: 'r' }),
  ]

  it('all ring; a reaction comes before a question that waits longer', () => {
    const { state } = run(...two)
    expect(ringing(state).map((alarm) => alarm.page.escalationId)).toEqual(['r', 'q'])
    expect(soundFor(state)).toBe('high')
  })

  it('go on sounding, with the tone of what is left', () => {
    const { state } = run(...two, { kind: 'accepted', escalationId: 'r' })
    expect(soundFor(state)).toBe('medium')
  })

  it('are counted in the tab’s title', () => {
    expect(titleFor(run(...two).state, true)).toContain('REACTION')
    expect(titleFor(run(...two).state, true)).toContain('+1')
  })
})

it('never falls silent before an answer, an end or another’s taking, whatever the order of events', () => {
  const id = fc.constantFrom('e1', 'e2')
  const harmless: fc.Arbitrary<AlarmEvent> = fc.oneof(
    id.map((escalationId): AlarmEvent => paged({ escalationId })),
    id.map((escalationId): AlarmEvent => ({ kind: 'painted', escalationId })),
    id.map((escalationId): AlarmEvent => ({ kind: 'put-away', escalationId })),
    fc.constant<AlarmEvent>({ kind: 'room-live', deviceId: 'd-1' }),
    fc.constant<AlarmEvent>({ kind: 'viewed', deviceId: 'd-1', open: ['e1', 'e2'] }),
  )
  fc.assert(
    fc.property(fc.array(harmless, { maxLength: 30 }), (events) => {
      const { state, said } = run(paged(), ...events)
      expect(phaseOf(state)).toBe('ringing')
      expect(soundFor(state)).toBe('high')
      expect(said.filter((word) => word === 'accepted' || word === 'on-screen')).toEqual([])
    }),
  )
})
