import { describe, expect, it } from 'vitest'
import { policySchema } from '../../../src/domain/policy/policy.ts'
import { recordHtml } from '../../../src/domain/record/record-html.ts'
import { sessionRecord } from '../../../src/domain/record/session-record.ts'
import { siteTime } from '../../../src/domain/record/site-time.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { createScenario, observed, samplePolicy } from './scenario.ts'

const la = 'America/Los_Angeles'
const { timeZone: _zone, ...siteWithoutZone } = samplePolicy.site

describe("the site's time zone", () => {
  it.each([la, 'America/Argentina/Buenos_Aires', 'Etc/GMT+8', 'Europe/Berlin', 'UTC'])(
    'takes %s',
    (timeZone) => {
      const policy = { ...samplePolicy, site: { ...samplePolicy.site, timeZone } }
      expect(policySchema.parse(policy).site.timeZone).toBe(timeZone)
    },
  )

  it.each(['Mars/Olympus', 'PST', '+08:00', 'America/Los Angeles', 'local', ''])(
    'refuses "%s"',
    (timeZone) => {
      const policy = { ...samplePolicy, site: { ...samplePolicy.site, timeZone } }
      expect(policySchema.safeParse(policy).error?.message).toContain('IANA time zone')
    },
  )

  it('may be missing in an older policy, which stays as it was signed', () => {
    const older = { ...samplePolicy, site: siteWithoutZone }
    expect(policySchema.parse(older)).toEqual(older)
    const scenario = observed()
    const record = sessionRecord(recordEntries(scenario.entries, 'id-1'), older)
    expect(record.timeZone).toBe('UTC')
    expect(recordHtml(record)).toContain('2026-11-24 09:30:00 UTC')
  })
})

describe('a time at the site', () => {
  it.each([
    [la, '2026-11-24T09:30:00.000Z', '2026-11-24 01:30:00 PST', 'UTC−08:00 (PST)'],
    [la, '2026-07-01T02:00:00.000Z', '2026-06-30 19:00:00 PDT', 'UTC−07:00 (PDT)'],
    ['Asia/Kolkata', '2026-07-01T20:00:00.000Z', '2026-07-02 01:30:00 GMT+5:30', 'UTC+05:30 (GMT+5:30)'],
    ['UTC', '2026-07-01T00:00:00.000Z', '2026-07-01 00:00:00 UTC', 'UTC+00:00'],
  ])('in %s, %s is %s', (zone, instant, words, offset) => {
    const time = siteTime(zone, instant, instant)
    expect(time.words(instant)).toBe(words)
    expect(time.heading).toBe(zone === 'UTC' ? offset : `${zone}, ${offset}`)
  })

  it('is the time alone on the day of the session, and names another day', () => {
    const { clock } = siteTime(la, '2026-11-24T07:59:00.000Z', '2026-11-24T09:00:00.000Z')
    expect(clock('2026-11-24T07:59:30.000Z')).toBe('23:59:30')
    expect(clock('2026-11-24T08:00:30.000Z')).toBe('11-24 00:00:30')
  })

  it('names the zone with each time where the hour comes twice, and where it is left out', () => {
    const back = siteTime(la, '2026-11-01T08:50:00.000Z', '2026-11-01T09:20:00.000Z')
    expect(back.clock('2026-11-01T08:59:59.000Z')).toBe('01:59:59 PDT')
    expect(back.clock('2026-11-01T09:00:00.000Z')).toBe('01:00:00 PST')
    expect(back.heading).toBe(`${la}, UTC−07:00 (PDT) until 2026-11-01 09:00:00 UTC, then UTC−08:00 (PST)`)
    const ahead = siteTime(la, '2026-03-08T09:59:00.000Z', '2026-03-08T10:01:00.000Z')
    expect(ahead.clock('2026-03-08T09:59:59.000Z')).toBe('01:59:59 PST')
    expect(ahead.clock('2026-03-08T10:00:00.000Z')).toBe('03:00:00 PDT')
  })

  it('names the zone of what was said later, after the clocks changed', () => {
    const { clock } = siteTime(la, '2026-10-31T17:00:00.000Z', '2026-10-31T18:00:00.000Z')
    expect(clock('2026-10-31T17:30:00.000Z')).toBe('10:30:00')
    expect(clock('2026-11-02T18:00:00.000Z')).toBe('11-02 10:00:00 PST')
  })
})

describe('the record of a session during which the clocks went back', () => {
  const scenario = createScenario()
  scenario.setWallClock(Date.UTC(2026, 10, 1, 8, 50))
  observed(scenario)
  const { sessionId } = scenario
  scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
  const record = sessionRecord(recordEntries(scenario.entries, sessionId), samplePolicy)
  const page = recordHtml(record)

  it('shows site time with the change in its heading, and keeps the true durations', () => {
    expect(page).toContain(
      'America/Los_Angeles, UTC−07:00 (PDT) until 2026-11-01 09:00:00 UTC, then UTC−08:00 (PST)',
    )
    expect(page).toContain('2026-11-01 01:50:00 PDT')
    expect(page).toMatch(/Observed for 20 min, from 2026-11-01 01:50:\d\d PDT/)
    expect(page).toMatch(/<dt>Closed<\/dt><dd>2026-11-01 01:10:\d\d PST/)
  })

  it('gives each entry its UTC, as the log has it, beside the site time', () => {
    expect(page).toContain('<th scope="col">UTC</th>')
    expect(page).toMatch(/<td>01:50:00 PDT<\/td><td>08:50:00<\/td>/)
    expect(page).toMatch(/<td>01:10:\d\d PST<\/td><td>09:10:\d\d<\/td>/)
  })
})
