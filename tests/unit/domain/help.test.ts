import { describe, expect, it } from 'vitest'
import { cardsText } from '../../../src/domain/policy/judge-cards.ts'
import type { Policy } from '../../../src/domain/policy/policy.ts'
import { fold } from '../../../src/domain/workstation/evolve.ts'
import type { Command } from '../../../src/domain/workstation/state.ts'
import { generateKeyPair } from '../../../src/platform/node/ed25519.ts'
import { approvalOf, signedBy } from '../../support/cards-words.ts'
import {
  createScenario,
  injecting,
  observed,
  openSession,
  type Scenario,
  samplePolicy,
  screened,
  sha256,
  signIn,
} from './scenario.ts'

const press: Command = { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false }

const reactionOf = (scenario: Scenario) => {
  if (scenario.state.reaction === null) throw new Error('no call for help is open')
  return scenario.state.reaction
}

const pressed = (scenario = createScenario()): { scenario: Scenario; escalationId: string } => {
  scenario.run(press)
  return { scenario, escalationId: reactionOf(scenario).id }
}

describe('pressing for help', () => {
  it.each<[string, () => Scenario]>([
    ['signed out', () => createScenario()],
    ['without a policy', () => createScenario({ policy: null })],
    ['before enrolment', () => createScenario({ policy: null, roomId: null })],
    [
      'locked',
      () => {
        const scenario = createScenario()
        scenario.run(signIn)
        scenario.run({ kind: 'lock', reason: 'by-hand' })
        return scenario
      },
    ],
    ['in a session', () => screened()],
    ['in mid-injection', () => injecting()],
    ['at closing', () => observed()],
  ])('works %s', (_name, make) => {
    const scenario = make()
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-pressed'])
    expect(reactionOf(scenario)).toMatchObject({ kind: 'reaction', origin: 'button', drill: false })
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-pressed-again'])
  })

  it('keeps what the call goes by: the times of then, and who is paged by which way, without addresses', () => {
    const [first, ...others] = samplePolicy.physicians
    if (first === undefined) throw new Error('the sample has no physicians')
    const policy: Policy = {
      ...samplePolicy,
      physicians: [{ ...first, pagers: [{ kind: 'email', to: 'chen@example.org' }] }, ...others],
      site: {
        ...samplePolicy.site,
        supervisor: { name: 'K. Adams', pagers: [{ kind: 'webhook', target: 'desk' }] },
      },
    }
    const { scenario } = pressed(createScenario({ policy }))
    const pagers = [
      { physicianId: first.id, channel: 'email' },
      { physicianId: null, channel: 'webhook' },
    ]
    expect(reactionOf(scenario).terms).toEqual({ timing: samplePolicy.escalation, pagers })
    expect(JSON.stringify(scenario.entries)).not.toContain('chen@example.org')
    const drill = createScenario({ policy })
    drill.run({ ...press, drill: true } as Command)
    expect(reactionOf(drill).terms?.pagers).toEqual([])
    // Without a policy a call is a call all the same: the bench at 10 s, ten seconds to come on screen.
    const bare = pressed(createScenario({ policy: null })).scenario
    expect(reactionOf(bare).terms).toEqual({
      timing: { benchAfterMs: 10_000, onScreenWithinMs: 10_000, cancelWithinMs: 5000 },
      pagers: [],
    })
  })

  it('keeps a question and a reaction apart', () => {
    const scenario = screened()
    scenario.run({ ...press, escalation: 'question' } as Command)
    scenario.run(press)
    expect(scenario.state.question?.id).not.toBe(scenario.state.reaction?.id)
    expect(scenario.state.reaction?.sessionId).toBe(scenario.sessionId)
  })

  it('does not take a real reaction for one more press of a drill', () => {
    const scenario = createScenario()
    scenario.run({ ...press, drill: true } as Command)
    expect(scenario.run({ ...press, drill: true } as Command).map((event) => event.type)).toEqual([
      'help-pressed-again',
    ])
    expect(scenario.run(press).map((event) => event.type)).toEqual(['help-ended', 'help-pressed'])
    expect(reactionOf(scenario).drill).toBe(false)
    expect(scenario.run({ ...press, drill: true } as Command).map((event) => event.type)).toEqual([
      'help-pressed-again',
    ])
    expect(reactionOf(scenario).drill).toBe(false)
  })
})

describe('calling again', () => {
  const again = (scenario: Scenario) => {
    scenario.advance(1000)
    return scenario.run(press)
  }

  it('is a new round of the same call: everybody is asked anew, and nothing of it is lost', () => {
    const { scenario, escalationId } = pressed()
    const order = { what: 'oxygen', dose: '10 L/min', route: 'mask', when: 'now' }
    scenario.hear({ kind: 'accepted', escalationId })
    scenario.hear({ kind: 'on-screen', escalationId })
    scenario.hear({ kind: 'ordered', sessionId: null, escalationId, order })
    const before = reactionOf(scenario)
    expect(again(scenario)).toMatchObject([
      { type: 'help-pressed-again', body: { escalationId, origin: 'button', round: 2 } },
    ])
    const after = reactionOf(scenario)
    expect(after).toMatchObject({
      ...before,
      round: 2,
      roundAt: '2026-11-24T09:30:01.000Z',
      roundMono: 1000,
      lastPress: { at: '2026-11-24T09:30:01.000Z', mono: 1000, boot: 'boot-1' },
      roundReceipts: {},
    })
    expect(after.pressedMono).toBe(before.pressedMono)
    expect(again(scenario)).toMatchObject([{ body: { round: 3 } }])
  })

  it('is not meant by a trembling hand or a key held down, whatever is answered meanwhile', () => {
    const { scenario, escalationId } = pressed()
    for (let heldMs = 0; heldMs < 3300; heldMs += 30) {
      scenario.advance(30)
      if (heldMs === 1500) scenario.hear({ kind: 'accepted', escalationId })
      expect(scenario.run(press)[0]?.body).not.toHaveProperty('round')
    }
    expect(reactionOf(scenario)).toMatchObject({ round: 1 })
    expect(reactionOf(scenario).roundReceipts['p-chen']?.accepted).not.toBeNull()
    scenario.advance(999)
    expect(scenario.run(press)[0]?.body).not.toHaveProperty('round')
    scenario.advance(1000)
    expect(scenario.run(press)[0]?.body).toMatchObject({ round: 2 })
  })

  it('is answered only by what answers it, and remembers what came late', () => {
    const { scenario, escalationId } = pressed()
    again(scenario)
    scenario.hear({ kind: 'accepted', escalationId }, 'p-rao')
    expect(reactionOf(scenario).roundReceipts).toEqual({})
    expect(reactionOf(scenario).receipts['p-rao']?.accepted).not.toBeNull()
    scenario.hear({ kind: 'accepted', escalationId, round: 2 }, 'p-rao')
    scenario.hear({ kind: 'declined', escalationId, reason: 'said before' }, 'p-rao')
    expect(reactionOf(scenario).roundReceipts['p-rao']).toMatchObject({ declined: null })
    expect(reactionOf(scenario).receipts['p-rao']).toMatchObject({ declined: null })
    scenario.hear({ kind: 'declined', escalationId, round: 2, reason: 'called away' }, 'p-rao')
    expect(reactionOf(scenario).roundReceipts['p-rao']).toMatchObject({ accepted: null })
  })

  it('pages each physician once more', () => {
    const { scenario, escalationId } = pressed()
    const paged = {
      kind: 'report-paged',
      escalationId,
      physicianId: 'p-chen',
      path: 'hub',
      level: 'primary',
    } as const
    scenario.run(paged)
    again(scenario)
    expect(scenario.run(paged)).toEqual([])
    expect(scenario.run({ ...paged, round: 2 })).toMatchObject([{ body: { round: 2 } }])
    expect(scenario.run({ ...paged, round: 2 })).toEqual([])
  })

  it('survives a restart, and does not come back from a log that knew no rounds', () => {
    const { scenario } = pressed()
    again(scenario)
    expect(fold(scenario.entries)).toEqual(scenario.state)
    const old = scenario.entries.map((entry) => {
      const { round: _, ...body } = entry.body
      return { ...entry, body }
    })
    expect(fold(old).reaction).toMatchObject({ round: 1 })
  })
})

describe('taking a press back', () => {
  it.each([
    ['at once', 0, true],
    ['after five seconds', 5000, true],
    ['after more', 5001, false],
  ])('is possible %s', (_name, ms, possible) => {
    const { scenario, escalationId } = pressed()
    scenario.advance(ms)
    const decision = scenario.attempt({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    expect(decision.ok).toBe(possible)
    if (decision.ok) expect(scenario.state.reaction).toBeNull()
    else expect(decision.error.message).toContain('End it instead')
  })

  it('follows the policy of the site, and five seconds without one', () => {
    const slow = createScenario({
      policy: { ...samplePolicy, escalation: { ...samplePolicy.escalation, cancelWithinMs: 8000 } },
    })
    const { escalationId } = pressed(slow)
    slow.advance(7999)
    slow.run({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    const bare = createScenario({ policy: null })
    const open = pressed(bare)
    bare.advance(5001)
    expect(
      bare.refuse({ kind: 'cancel-help', escalationId: open.escalationId, reason: 'mis-press' }).kind,
    ).toBe('too-late')
  })

  it('stays as it was at the press, whatever policy comes meanwhile', () => {
    const { scenario, escalationId } = pressed()
    const { escalation } = samplePolicy
    scenario.setPolicy({ ...samplePolicy, escalation: { ...escalation, cancelWithinMs: 1000 } })
    scenario.advance(4000)
    scenario.run({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    const bare = createScenario({ policy: null })
    const open = pressed(bare)
    bare.setPolicy({ ...samplePolicy, escalation: { ...escalation, cancelWithinMs: 60_000 } })
    bare.advance(5001)
    expect(bare.refuse({ kind: 'cancel-help', escalationId: open.escalationId, reason: 'x y' }).kind).toBe(
      'too-late',
    )
  })

  it('counts by the clock that never jumps, and by the wall clock after a restart', () => {
    const { scenario, escalationId } = pressed()
    scenario.setWallClock(Date.UTC(2030, 0, 1))
    scenario.run({ kind: 'cancel-help', escalationId, reason: 'mis-press' })
    const other = pressed()
    other.scenario.advance(60_000)
    other.scenario.restart()
    expect(
      other.scenario.refuse({ kind: 'cancel-help', escalationId: other.escalationId, reason: 'mis-press' })
        .kind,
    ).toBe('too-late')
  })

  it('is ended instead, with an outcome, and then no more', () => {
    const { scenario, escalationId } = pressed()
    scenario.advance(60_000)
    scenario.run({ kind: 'end-help', escalationId, outcome: 'recovered' })
    expect(scenario.state.reaction).toBeNull()
    for (const kind of ['end-help', 'cancel-help'] as const) {
      const command: Command =
        kind === 'end-help'
          ? { kind, escalationId, outcome: 'recovered' }
          : { kind, escalationId, reason: 'mis-press' }
      expect(scenario.refuse(command).kind).toBe('not-open')
    }
  })
})

describe('a call that is over', () => {
  it('stays with the session in which it was pressed, with how it ended', () => {
    const first = pressed(injecting())
    const { scenario, escalationId } = first
    const { at: pressedAt } = scenario.entries.findLast(({ type }) => type === 'help-pressed') ?? {}
    scenario.advance(60_000)
    scenario.run({ kind: 'end-help', escalationId, outcome: 'Treated on site' })
    const second = pressed(scenario)
    scenario.run({ kind: 'cancel-help', escalationId: second.escalationId, reason: 'Pressed by mistake' })
    expect(scenario.state.session).toMatchObject({
      kind: 'injecting',
      facts: {
        calls: [
          { id: escalationId, kind: 'reaction', pressedAt, cancelled: false, outcome: 'Treated on site' },
          { id: second.escalationId, cancelled: true, outcome: 'Pressed by mistake' },
        ],
      },
    })
  })

  it('says nothing in a session that was opened after the press', () => {
    const { scenario, escalationId } = pressed(createScenario())
    scenario.run(signIn)
    scenario.run(openSession)
    scenario.run({ kind: 'end-help', escalationId, outcome: 'Treated on site' })
    expect(scenario.state.session).toMatchObject({ facts: { calls: [] } })
  })
})

describe('during a call', () => {
  it('chooses a card of the site, and says that it is not approved', () => {
    const { scenario, escalationId } = pressed()
    expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'anaphylaxis' })).toMatchObject([
      {
        type: 'card-chosen',
        body: {
          edition: 'example-adult-2026-11',
          hash: sha256(cardsText(samplePolicy.cards)),
          approved: false,
        },
      },
    ])
    expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'anaphylaxis' })).toEqual([])
    expect(scenario.refuse({ kind: 'choose-card', escalationId, cardId: 'x' }).kind).toBe('unknown-card')
    expect(scenario.refuse({ kind: 'choose-card', escalationId: 'x', cardId: 'hives' }).kind).toBe('not-open')
  })

  it.each([
    ['2026-11-24', true],
    ['2026-11-23', false],
  ])(
    'names the cards and their approval until %s at the press, and calls a card approved: %s',
    (validUntil, approved) => {
      const director = { physicianId: 'p-chen', name: 'Dr. A. Chen', at: '2026-11-01T10:00:00.000Z' }
      const said = approvalOf(samplePolicy, { ...director, validUntil })
      const scenario = createScenario({
        policy: {
          ...samplePolicy,
          medicalDirectors: ['p-chen'],
          cardsApproval: { approved: signedBy(generateKeyPair(), said) },
        },
      })
      const { escalationId } = pressed(scenario)
      const by = { by: 'Dr. A. Chen', physicianId: 'p-chen', at: director.at, validUntil }
      const { hash } = said.cards
      expect(scenario.entries.find(({ type }) => type === 'help-pressed')?.body).toMatchObject({
        cards: {
          edition: 'example-adult-2026-11',
          hash,
          approval: { kind: approved ? 'approved' : 'expired', ...by },
        },
      })
      expect(scenario.run({ kind: 'choose-card', escalationId, cardId: 'hives' })[0]?.body).toMatchObject({
        approved,
      })
    },
  )

  it('notes who was telephoned, listed or not', () => {
    const { scenario, escalationId } = pressed(createScenario({ policy: null }))
    scenario.run({ kind: 'mark-phone-called', escalationId, number: '911' })
    scenario.setPolicy(samplePolicy)
    expect(scenario.run({ kind: 'mark-phone-called', escalationId, number: '5555' })[0]?.body).toMatchObject({
      label: 'Code team',
    })
    scenario.run({ kind: 'mark-phone-called', escalationId, number: '5555' })
    expect(reactionOf(scenario).phonesCalled).toEqual(['911', '5555'])
  })

  it('pages each physician once, and nobody for a call that is over', () => {
    const { scenario, escalationId } = pressed()
    const paged: Command = {
      kind: 'report-paged',
      escalationId,
      physicianId: 'p-chen',
      path: 'hub',
      level: 'primary',
    }
    expect(scenario.run(paged)).toHaveLength(1)
    expect(scenario.run({ ...paged, path: 'peer' } as Command)).toEqual([])
    scenario.run({ kind: 'end-help', escalationId, outcome: 'recovered' })
    expect(scenario.run({ ...paged, physicianId: 'p-rao' } as Command)).toEqual([])
  })

  it('keeps whoever has accepted until they decline, and takes them back', () => {
    const { scenario, escalationId } = pressed()
    const holders = () =>
      Object.entries(reactionOf(scenario).receipts).flatMap(([id, of]) => (of.accepted === null ? [] : [id]))
    scenario.hear({ kind: 'accepted', escalationId }, 'p-rao')
    scenario.hear({ kind: 'accepted', escalationId }, 'p-chen')
    expect(holders()).toEqual(['p-rao', 'p-chen'])
    scenario.hear({ kind: 'declined', escalationId, reason: 'in theatre' }, 'p-rao')
    expect(holders()).toEqual(['p-chen'])
    scenario.hear({ kind: 'declined', escalationId, reason: '' }, 'p-chen')
    expect(holders()).toEqual([])
    scenario.hear({ kind: 'accepted', escalationId }, 'p-rao')
    expect(reactionOf(scenario).receipts['p-rao']).toMatchObject({ declined: null })
    expect(holders()).toEqual(['p-rao'])
  })

  it('keeps the first time of each receipt, however often it comes', () => {
    const { scenario, escalationId } = pressed()
    scenario.advance(500)
    scenario.hear({ kind: 'delivered', escalationId })
    const first = reactionOf(scenario).receipts['p-chen']
    scenario.advance(500)
    scenario.hear({ kind: 'delivered', escalationId })
    expect(reactionOf(scenario).receipts['p-chen']).toEqual(first)
    expect(first?.delivered).toBe('2026-11-24T09:30:00.500Z')
  })

  it('takes "nobody reached" back when somebody is', () => {
    const { scenario, escalationId } = pressed()
    scenario.append({
      type: 'help-unreachable',
      session: null,
      body: { escalationId, reason: 'no path' },
    })
    expect(reactionOf(scenario).unreachable).toBe('no path')
    scenario.hear({ kind: 'delivered', escalationId })
    expect(reactionOf(scenario).unreachable).toBeNull()
  })

  it('takes "connection lost" back when a link or the hub is back, for whoever had been reached', () => {
    for (const back of ['link', 'hub'] as const) {
      const { scenario, escalationId } = pressed()
      scenario.hear({ kind: 'delivered', escalationId })
      scenario.append({ type: 'help-unreachable', session: null, body: { escalationId, reason: 'cut off' } })
      if (back === 'hub') scenario.append({ type: 'hub-connected', session: null, body: { skewMs: 0 } })
      else scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'warm' } })
      expect(reactionOf(scenario).unreachable).toBeNull()
    }
  })

  it('shows orders outside a session in the call, and has them read back once', () => {
    const { scenario, escalationId } = pressed()
    const order = { what: 'epinephrine', dose: '0.3 mg', route: 'IM', when: 'now' }
    const ordered = { kind: 'ordered', sessionId: null, escalationId, order } as const
    scenario.hear(ordered, 'p-chen', 's-order')
    expect(scenario.hear(ordered, 'p-chen', 's-order')).toEqual([])
    expect(reactionOf(scenario).orders).toHaveLength(1)
    expect(scenario.run({ kind: 'read-back-order', statementId: 's-order' })[0]?.body).toEqual({
      statementId: 's-order',
      words: 'epinephrine 0.3 mg IM now',
    })
    expect(reactionOf(scenario).orders[0]?.readBackAt).not.toBeNull()
    expect(scenario.run({ kind: 'read-back-order', statementId: 's-order' })).toEqual([])
    expect(scenario.refuse({ kind: 'read-back-order', statementId: 's-none' }).kind).toBe('unknown-order')
  })
})
