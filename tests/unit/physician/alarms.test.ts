import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageTaken } from '../../../src/contract/room-view.ts'
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
})
const takenBy = (physicianId: string): PageTaken => ({
  escalationId: 'e1',
  physicianId,
  name: 'Dr. M. Rao',
  afterMs: 2000,
  onScreen: false,
})
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
    const { state, said } = run({ kind: 'paged', page: page(), level: null, nowMs: 1 }, paged(), paged())
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
    const { state } = run(paged(), { kind: 'taken', taken })
    expect(phaseOf(state)).toBe('taken')
    expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
    expect(soundFor(state)).toBeNull()
    expect(phaseOf(stepAlarms(state, { kind: 'accepted', escalationId: 'e1' }, self).state)).toBe('mine')
  })

  it('stays mine when a second physician accepts too', () => {
    const taken = takenBy('p-rao')
    const { state } = run(paged(), { kind: 'accepted', escalationId: 'e1' }, { kind: 'taken', taken })
    expect(phaseOf(state)).toBe('mine')
    expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
  })

  it('never rings when its end or its taking has overtaken it', () => {
    const end = { escalationId: 'e1', outcome: 'cancelled' as const, words: 'pressed by mistake' }
    expect(phaseOf(run({ kind: 'ended', end }, paged()).state)).toBe('over')
    expect(phaseOf(run({ kind: 'taken', taken: takenBy('p-rao') }, paged()).state)).toBe('taken')
  })

  it('rings for who is called after another has taken it, whatever comes first, until one is on screen', () => {
    const taken: AlarmEvent = { kind: 'taken', taken: takenBy('p-rao') }
    const late = paged({ elapsedMs: 10_000 })
    for (const { state } of [run(taken, late), run(late, taken)]) {
      expect(phaseOf(state)).toBe('ringing')
      expect(state.alarms[0]?.holder?.name).toBe('Dr. M. Rao')
      const onScreen: AlarmEvent = { kind: 'taken', taken: { ...takenBy('p-rao'), onScreen: true } }
      expect(phaseOf(stepAlarms(state, onScreen, self).state)).toBe('taken')
    }
    // One's own acceptance on another page is an answer.
    expect(phaseOf(run({ kind: 'taken', taken: takenBy(self) }, late).state)).toBe('taken')
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
      words: { e1: ['delivered', 'seen', 'accepted'], e2: ['delivered', 'declined'], e3: ['delivered'] },
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
    expect(run(paged(), { kind: 'ended', end }, put).state.alarms).toHaveLength(0)
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
