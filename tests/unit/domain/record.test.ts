import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { eventSchema } from '../../../src/domain/log/events.ts'
import { html } from '../../../src/domain/record/html.ts'
import { notLive } from '../../../src/domain/record/link-spans.ts'
import { recordHtml } from '../../../src/domain/record/record-html.ts'
import { nameOfIn, sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { timelineText, wordsFor } from '../../../src/domain/record/words.ts'
import { fullStory } from './full-story.ts'
import { createScenario, exam, observed, readyToInject, samplePolicy, screened } from './scenario.ts'
import { proven, salvaged } from './signed-day.ts'

const story = fullStory()
const own = recordEntries(story.entries, story.sessionId)
const record = sessionRecord(own, samplePolicy)
const page = recordHtml(record)
const nameOf = nameOfIn(samplePolicy)
/** What a reader sees: the page without its markup. */
const text = page
  .replace(/<style>[\s\S]*?<\/style>/, '')
  .replaceAll(/<[^>]+>/g, ' ')
  .replaceAll('&#39;', "'")
  .replaceAll('&quot;', '"')
  .replaceAll(/\s+/g, ' ')

describe('the entries of a record', () => {
  const opened = own.findIndex((entry) => entry.type === 'session-opened')

  it('begin with what was so at the opening, each thing once, without other patients', () => {
    expect(own.slice(0, opened).map((entry) => entry.type)).toEqual([
      'app-started',
      'device-enrolled',
      'policy-adopted',
      'link-changed',
      'technologist-signed-in',
      'supervisor-chosen',
    ])
    const next = story.entries.find(({ session, type }) => type === 'session-abandoned' && session !== null)
    const later = recordEntries(story.entries, next?.session ?? '')
    // The supervisor and the links were last spoken of in the other session.
    expect(later.slice(0, 4).map((entry) => entry.type)).toEqual([
      'app-started',
      'device-enrolled',
      'policy-adopted',
      'technologist-signed-in',
    ])
    expect(later.every(({ session }) => session === null || session === next?.session)).toBe(true)
    expect(JSON.stringify(later)).not.toContain('Alvarez')
    expect(JSON.stringify(own)).not.toContain('Okafor')
  })

  it('run from opening to end without a gap, then only what concerns the session', () => {
    const closed = own.findIndex((entry) => entry.type === 'session-closed')
    expect(own.slice(opened, closed + 1).map((entry) => entry.seq)).toEqual(
      Array.from({ length: closed + 1 - opened }, (_, index) => (own[opened]?.seq ?? 0) + index),
    )
    expect(own.slice(closed + 1).map((entry) => entry.type)).toEqual([
      'statement-received',
      'record-exported',
    ])
    expect(own.length).toBeLessThan(story.entries.length)
  })

  it('have a call that was pressed before the opening and was open then, from its press to its end', () => {
    const scenario = createScenario()
    const press = (drill = false) => {
      scenario.run({ kind: 'press-help', escalation: 'reaction', origin: 'button', drill })
      return scenario.state.reaction?.id ?? ''
    }
    const over = press(true)
    scenario.run({ kind: 'end-help', escalationId: over, outcome: 'a drill' })
    const escalationId = press()
    scenario.hear({ kind: 'accepted', escalationId })
    const order = { what: 'oxygen', dose: '10 L/min', route: 'mask', when: 'now' }
    scenario.hear({ kind: 'ordered', sessionId: null, escalationId, order }, 'p-chen', 's-order')
    screened(scenario)
    const { sessionId } = scenario
    scenario.run({ kind: 'abandon-session', reason: 'treated first' })
    scenario.run({ kind: 'read-back-order', statementId: 's-order' })
    scenario.run({ kind: 'end-help', escalationId, outcome: 'recovered' })
    press()
    const belonging = recordEntries(scenario.entries, sessionId)
    const ofCalls = belonging.filter(({ type }) => /^help-|^statement|^order/.test(type))
    expect(ofCalls.map(({ type }) => type)).toEqual([
      'help-pressed',
      'statement-received',
      'statement-received',
      'order-read-back',
      'help-ended',
    ])
    expect(JSON.stringify(belonging)).not.toContain(over)
    const made = sessionRecord(belonging, samplePolicy)
    expect(made.escalations.map(({ end }) => end?.words)).toEqual(['recovered'])
    expect(made.orders[0]?.readBackAt).not.toBeNull()
  })

  it('leave out what names another session, though it came while this one was open', () => {
    const scenario = observed()
    const first = scenario.sessionId
    scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
    const { closingHash = '' } = scenario.state.unsigned[0] ?? {}
    scenario.run({ kind: 'open-session', exam: { ...exam, patientName: 'Next' }, contrastClass: 'iodinated' })
    const second = scenario.sessionId
    scenario.hear({ kind: 'signed', sessionId: first, closingHash })
    scenario.run({ kind: 'abandon-session', reason: 'patient left' })
    const types = recordEntries(scenario.entries, second).map(({ type }) => type)
    expect(types).not.toContain('statement-received')
    expect(recordEntries(scenario.entries, first).at(-1)?.type).toBe('statement-received')
  })

  it('are none for a session that the log does not have', () => {
    expect(recordEntries(story.entries, 'elsewhere')).toEqual([])
    expect(() => sessionRecord([], samplePolicy)).toThrow('needs the entry that opened the session')
  })
})

describe('the record as data', () => {
  it('says who supervised, who was on site, and under which rules', () => {
    expect(record.supervisors.map(({ name }) => name)).toEqual(['Dr. A. Chen'])
    expect(record.responders).toMatchObject([{ name: 'R. Patel', role: 'RN' }])
    expect(record.technologists).toEqual(['J. Ortiz'])
    expect(record.rules).toMatchObject({
      policyVersion: 7,
      pack: 'us-ca-2026-01',
      cards: { edition: samplePolicy.cards.edition, approval: { kind: 'none' } },
    })
  })

  it('finds to the second when contrast flowed without the physician, and why', () => {
    expect(record.injections).toHaveLength(1)
    expect(record.injections[0]?.notLive).toEqual([
      {
        from: '2026-11-24T09:30:38.000Z',
        to: '2026-11-24T09:30:45.000Z',
        cause:
          "The connection to Dr. A. Chen is lost (nothing is heard from the physician's console). Hub lost: the network is down",
      },
    ])
    expect(record.gaps).toMatchObject([{ closedBy: 'physician-review' }])
  })

  it('has the course of each link without holes', () => {
    for (const physicianId of new Set(record.links.map((span) => span.physicianId))) {
      const spans = record.links.filter((span) => span.physicianId === physicianId)
      expect(spans[0]?.from).toBe(record.openedAt)
      for (const [index, span] of spans.entries()) {
        if (index > 0) expect(span.from).toBe(spans[index - 1]?.to)
      }
      expect(record.ending.kind === 'closed' && spans.at(-1)?.to).toBe(
        record.ending.kind === 'closed' && record.ending.at,
      )
    }
  })

  it('knows the links at opening from what came before, if that is given', () => {
    expect(record.links[0]).toMatchObject({ kind: 'warm', from: record.openedAt })
    const without = sessionRecord(own.slice(own.findIndex(({ type }) => type === 'session-opened')), null)
    expect(without.links[0]).toMatchObject({ kind: 'unknown', cause: 'Not measured yet' })
  })

  it('calls the time around a restart unknown', () => {
    const scenario = readyToInject()
    scenario.advance(5000)
    scenario.restart()
    scenario.advance(3000)
    scenario.run({ kind: 'report-link', physicianId: 'p-chen', link: { kind: 'live' } })
    scenario.advance(1000)
    scenario.run({ kind: 'abandon-session', reason: 'patient left' })
    const spans = sessionRecord(recordEntries(scenario.entries, 'id-1'), samplePolicy).links
    expect(spans.map((span) => span.kind)).toEqual(['unknown', 'live', 'unknown', 'live'])
    expect(spans[2]?.cause).toContain('The workstation restarted')
  })

  it('takes the gate at its word where the course of the link before is not at hand', () => {
    const later = own.filter((entry) => !(entry.type === 'link-changed' && entry.seq < 20))
    const spans = sessionRecord(later, samplePolicy).links.filter((span) => span.physicianId === 'p-chen')
    expect(spans.map((span) => span.kind)).toEqual(['unknown', 'live', 'lost', 'live'])
    const none = own.filter((entry) => entry.type !== 'link-changed')
    expect(sessionRecord(none, samplePolicy).injections[0]?.notLive).toEqual([])
  })

  it('counts what was not recorded as not live', () => {
    const span = { physicianId: 'a', kind: 'live', cause: '' } as const
    const at = (second: number) => `2026-11-24T09:30:${String(second).padStart(2, '0')}.000Z`
    const spans = [
      { ...span, from: at(0), to: at(10) },
      { ...span, from: at(12), to: at(20) },
      { ...span, kind: 'lost' as const, from: at(20), to: at(22), cause: 'lost' },
    ]
    expect(notLive(spans, 'a', at(5), at(30))).toEqual([
      { from: at(10), to: at(12), cause: 'Nothing was recorded' },
      { from: at(20), to: at(22), cause: 'lost' },
      { from: at(22), to: at(30), cause: 'No link was measured' },
    ])
    expect(notLive(spans, 'b', at(5), at(30))).toHaveLength(1)
    expect(notLive(spans, 'a', at(0), at(9))).toEqual([])
  })

  it('is signed when the signature fits, and says when it does not', () => {
    expect(record.signature).toMatchObject({ physician: 'Dr. A. Chen', fits: true })
    const scenario = observed()
    const { sessionId } = scenario
    scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
    expect(sessionRecord(recordEntries(scenario.entries, sessionId), samplePolicy).signature).toBeNull()
    scenario.hear({ kind: 'signed', sessionId, closingHash: '0'.repeat(64) })
    const forged = sessionRecord(recordEntries(scenario.entries, sessionId), samplePolicy)
    expect(forged.signature?.fits).toBe(false)
    expect(recordHtml(forged)).toContain('does not fit the closing entry')
    const closingHash = scenario.state.unsigned[0]?.closingHash ?? ''
    scenario.hear({ kind: 'signed', sessionId, closingHash }, 'p-rao')
    expect(sessionRecord(recordEntries(scenario.entries, sessionId), samplePolicy).signature?.fits).toBe(
      false,
    )
  })

  it('is possible without a policy: identifiers stand for themselves', () => {
    const bare = sessionRecord(own, null)
    expect(bare.supervisors).toEqual([{ physicianId: 'p-chen', name: 'p-chen', known: null }])
    expect(bare.rules.cards?.approval).toEqual({ kind: 'none' })
    expect(recordHtml(bare)).toContain('not in the policy at hand')
  })
})

describe('the record as a page', () => {
  it.each([
    'Direct supervision through real-time audio and visual telecommunications, 42 CFR 410.32(b)(3)(ii)',
    'two-way audio and video was not live for 7 s of it',
    'Supervision was lost at 2026-11-24 01:30:38 PST. The physician has reviewed it.',
    'Help was called for a suspected reaction (1)',
    'Signed by Dr. A. Chen on 2026-11-24',
    'CA until 2027-03-31',
    'BLS until 2027-01-31',
    'Alvarez, Maria (MRN-104248)',
    'Iohexol (Omnipaque 350) 350 mg I/mL 100 mL IV L-77',
    'epinephrine 0.3 mg IM now',
    'NOT APPROVED by a medical director',
    'ended early: to the ED',
    'OVERRIDDEN',
    'the hub could not be reached',
    'Telephoned: 911',
    'npm run verify -- FILE.jsonl',
    'Nobody was paged at a console.',
    'K. Adams (site supervisor) webhook delivered',
    `First entry ${own[0]?.seq}: ${own[0]?.hash}`,
    `Last entry ${own.at(-1)?.seq}: ${own.at(-1)?.hash}`,
  ])('says "%s"', (words) => {
    expect(text).toContain(words)
  })

  it('shows how far each physician came with a call, since the press', () => {
    expect(text).toMatch(
      /Dr\. A\. Chen 01:3\d:\d\d \(\+0\.1 s\) 01:3\d:\d\d \(\+0\.3 s\).* \(\+2 s\) 01:3\d:\d\d \(\+3 s\)/,
    )
  })

  it('is self-contained: no script, nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)|https?:|\son[a-z]+=/i)
  })

  it('escapes whatever people typed', () => {
    const scenario = createScenario()
    const nasty = '<script>alert("1")</script>&\''
    scenario.run({ kind: 'sign-in', technologistId: 't-ortiz', pinMatches: true })
    scenario.run({
      kind: 'open-session',
      exam: { ...exam, patientName: nasty, procedure: nasty },
      contrastClass: 'iodinated',
    })
    scenario.run({ kind: 'answer-screening', questionId: 'metformin', answer: 'yes', note: nasty })
    scenario.run({ kind: 'abandon-session', reason: nasty })
    const made = recordHtml(sessionRecord(scenario.entries.slice(1), samplePolicy))
    expect(made).not.toContain('<script>')
    expect(made.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;').length).toBeGreaterThan(
      4,
    )
    expect(html`${nasty}`.markup).toBe('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;')
  })

  it('names the exam at the foot of every page, whatever the accession number holds', () => {
    const accession = `A"7\\</style>`
    const [, style = ''] =
      /<style>([\s\S]*?)<\/style>/.exec(recordHtml({ ...record, exam: { ...record.exam, accession } })) ?? []
    const [, foot = ''] = /@bottom-left \{ content: "([^"]*)"/.exec(style) ?? []
    const read = foot.replaceAll(/\\([0-9a-f]+) /g, (_, hex) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    )
    expect(read).toBe(`Supervision record, exam ${accession}`)
    expect(style).toContain('.timeline')
  })

  it('is honest about a session that is open or abandoned', () => {
    const open = recordHtml(sessionRecord(recordEntries(screened().entries, 'id-1'), samplePolicy))
    expect(open).toContain('still open')
    expect(open).toContain('Not signed yet')
    expect(open).toContain('No on-site responder checked in')
    const left = screened()
    left.run({ kind: 'abandon-session', reason: 'patient left' })
    const abandoned = recordHtml(sessionRecord(recordEntries(left.entries, 'id-1'), samplePolicy))
    expect(abandoned).toContain('nothing to sign')
    expect(abandoned).toContain('patient left')
  })
})

describe('the timeline in words', () => {
  it('has a line for each entry, with its number, time, maker and words', () => {
    const lines = timelineText(own, nameOf).trimEnd().split('\n')
    expect(lines).toHaveLength(own.length)
    expect(lines.find((line) => line.includes('Session opened'))).toMatch(
      /^ +\d+ {2}2026-11-24 09:30:00 UTC {2}J\. Ortiz: Session opened for exam N261124-002 \(CT, iodinated contrast\)$/,
    )
    expect(lines).toContainEqual(expect.stringContaining('REACTION: help called (button)'))
    expect(lines).toContainEqual(expect.stringContaining('Dr. A. Chen ordered: epinephrine 0.3 mg IM now'))
  })

  it('names no patient', () => {
    for (const words of [
      timelineText(story.entries, nameOf),
      ...own.map((entry) => wordsFor(entry, nameOf)),
    ]) {
      expect(words).not.toMatch(/Alvarez|MRN-104248|1968-05-04/)
    }
  })

  it('has words for every type that the log can hold, and for those that it cannot read', () => {
    const [first] = own
    if (first === undefined) throw new Error('the record has entries')
    const day = proven()
    const kept = day.find(({ type }) => type === 'hub-receipt-kept')?.body ?? {}
    const { hubPublicKey = '', ...had } = kept
    const others: readonly LogEntry[] = [
      { ...first, type: 'handover-confirmed', session: null, body: { offer: 's-1', words: 'it is theirs' } },
      { ...first, type: 'hub-lost-entries', session: null, body: { had, has: had, hubPublicKey } },
      { ...first, type: 'entries-quarantined', session: null, body: { why: 'damaged', seqs: [3] } },
    ]
    const told = new Set(
      [...story.entries, ...salvaged(day), ...others]
        .filter((entry) => !wordsFor(entry, nameOf).includes('another version'))
        .map((entry) => entry.type),
    )
    const all = eventSchema.options.map((option) => option.shape.type.value)
    expect(all.filter((type) => !told.has(type))).toEqual([])
    expect(wordsFor({ ...first, type: 'from-the-future' }, nameOf)).toBe(
      'from-the-future: written by another version of Scanside, kept as it is',
    )
  })
})
