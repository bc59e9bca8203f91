import { describe, expect, it } from 'vitest'
import { sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { peersWanted } from '../../../src/main/peers.ts'
import { injecting, live, readyToInject, type Scenario, samplePolicy } from './scenario.ts'

const offer = (scenario: Scenario, physicianId = 'p-chen', to = 'p-rao', id = 'offer-1') =>
  scenario.hear({ kind: 'handover-offered', sessionId: scenario.sessionId, to }, physicianId, id)
const answer = (
  scenario: Scenario,
  kind: 'accepted' | 'declined',
  physicianId = 'p-rao',
  about = 'offer-1',
) => scenario.hear({ kind: `handover-${kind}`, sessionId: scenario.sessionId, offer: about }, physicianId)
const switchOver = (scenario: Scenario) =>
  scenario.run({ kind: 'report-supervisor', primary: 'p-rao', standby: 'p-chen', why: 'handed-over' })
const stageOf = ({ state }: Scenario) => state.supervisor.handover?.stage ?? null

/** Offered, accepted, the other one live, handed over. */
function handedOver(scenario = injecting()): Scenario {
  offer(scenario)
  answer(scenario, 'accepted')
  scenario.run({ kind: 'report-link', physicianId: 'p-rao', link: live })
  switchOver(scenario)
  return scenario
}

describe('a handover between physicians', () => {
  it('goes from offered to accepted to done, and is over once the technologist has heard it', () => {
    const scenario = readyToInject()
    offer(scenario)
    expect(stageOf(scenario)).toBe('offered')
    answer(scenario, 'accepted')
    expect(stageOf(scenario)).toBe('accepted')
    expect(scenario.state.supervisor.primary).toBe('p-chen')
    scenario.run({ kind: 'report-link', physicianId: 'p-rao', link: live })
    switchOver(scenario)
    expect(scenario.state.supervisor).toMatchObject({ primary: 'p-rao', takeover: null })
    expect(stageOf(scenario)).toBe('done')
    expect(scenario.run({ kind: 'confirm-handover', offer: 'offer-1' })).toEqual([
      {
        type: 'handover-confirmed',
        session: scenario.sessionId,
        body: { offer: 'offer-1', words: 'Dr. A. Chen has handed over, Dr. M. Rao supervises now' },
      },
    ])
    expect(stageOf(scenario)).toBeNull()
  })

  it('is confirmed by the technologist once, and not before it is done', () => {
    const scenario = readyToInject()
    const confirm = { kind: 'confirm-handover', offer: 'offer-1' } as const
    expect(scenario.refuse(confirm).kind).toBe('no-handover')
    offer(scenario)
    expect(scenario.refuse(confirm).kind).toBe('handover-open')
    const done = handedOver()
    expect(done.refuse({ kind: 'confirm-handover', offer: 'another' }).kind).toBe('no-handover')
    done.run(confirm)
    expect(done.refuse(confirm).kind).toBe('no-handover')
  })

  it.each<[string, (scenario: Scenario) => void, string | null]>([
    ['an offer by one who does not supervise', (s) => offer(s, 'p-rao', 'p-other'), null],
    ['an offer to oneself', (s) => offer(s, 'p-chen', 'p-chen'), null],
    [
      'an offer in another session',
      (s) => s.hear({ kind: 'handover-offered', sessionId: 'another', to: 'p-rao' }),
      null,
    ],
    [
      'an answer by one who was not asked',
      (s) => {
        offer(s)
        answer(s, 'accepted', 'p-other')
      },
      'offered',
    ],
    [
      'an answer to another offer',
      (s) => {
        offer(s)
        answer(s, 'accepted', 'p-rao', 'older')
      },
      'offered',
    ],
    [
      'a refusal',
      (s) => {
        offer(s)
        answer(s, 'declined')
      },
      null,
    ],
    [
      'a withdrawal',
      (s) => {
        offer(s)
        answer(s, 'declined', 'p-chen')
      },
      null,
    ],
    [
      'a refusal by a third',
      (s) => {
        offer(s)
        answer(s, 'declined', 'p-other')
      },
      'offered',
    ],
    [
      'a withdrawal after the acceptance, before it is done',
      (s) => {
        offer(s)
        answer(s, 'accepted')
        answer(s, 'declined', 'p-chen')
      },
      null,
    ],
    [
      'a refusal once it is done',
      (s) => {
        handedOver(s)
        answer(s, 'declined', 'p-chen')
      },
      'done',
    ],
    [
      'an acceptance when the one who asked is gone already',
      (s) => {
        offer(s)
        s.run({ kind: 'report-supervisor', primary: 'p-rao', standby: null, why: 'console-gone' })
        answer(s, 'accepted')
      },
      null,
    ],
    [
      'the end of the session',
      (s) => {
        offer(s)
        s.run({ kind: 'abandon-session', reason: 'moved' })
      },
      null,
    ],
  ])('%s', (_name, happens, stage) => {
    const scenario = readyToInject()
    happens(scenario)
    expect(stageOf(scenario)).toBe(stage)
  })

  it('leaves no gap in mid-injection, and both in the record', () => {
    const scenario = handedOver()
    scenario.run({ kind: 'confirm-handover', offer: 'offer-1' })
    expect(scenario.types()).not.toContain('supervision-gap-opened')
    const record = sessionRecord(recordEntries(scenario.entries, scenario.sessionId), samplePolicy)
    expect(record.supervision.map(({ name, how }) => [name, how])).toEqual([
      ['Dr. A. Chen', ''],
      ['Dr. M. Rao', 'instead of Dr. A. Chen, who handed over; accepted by them'],
    ])
    expect(record.timeline.map(({ words }) => words)).toEqual(
      expect.arrayContaining([
        'Dr. A. Chen asked Dr. M. Rao to take over the supervision',
        'Dr. M. Rao accepted to take over the supervision',
        'Supervising physician: Dr. M. Rao INSTEAD OF Dr. A. Chen, who handed over; Dr. A. Chen on standby',
        'Heard from both and confirmed: Dr. A. Chen has handed over, Dr. M. Rao supervises now',
      ]),
    )
  })

  it('lets both be seen and heard from the offer until it is confirmed', () => {
    const present = ['p-chen', 'p-rao'].map((physicianId) => ({
      physicianId,
      name: physicianId,
      connectionId: `c-${physicianId}`,
    }))
    const flowing = ({ state }: Scenario) =>
      peersWanted(state, present).flatMap(({ physicianId, media }) =>
        media === 'flowing' ? [physicianId] : [],
      )
    const scenario = injecting()
    expect(flowing(scenario)).toEqual(['p-chen'])
    offer(scenario)
    expect(flowing(scenario)).toEqual(['p-chen', 'p-rao'])
    answer(scenario, 'accepted')
    scenario.run({ kind: 'report-link', physicianId: 'p-rao', link: live })
    switchOver(scenario)
    expect(flowing(scenario)).toEqual(['p-rao', 'p-chen'])
    scenario.run({ kind: 'confirm-handover', offer: 'offer-1' })
    expect(flowing(scenario)).toEqual(['p-rao'])
  })
})
