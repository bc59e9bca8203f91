import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import type { Policy } from '../../../src/domain/policy/policy.ts'
import { documentBundle } from '../../../src/domain/record/fhir/bundle.ts'
import type { Resource } from '../../../src/domain/record/fhir/resource.ts'
import { type SessionRecord, sessionRecord } from '../../../src/domain/record/session-record.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { faultsOf } from '../../support/fhir-schema.ts'
import { fullStory } from './full-story.ts'
import {
  exam,
  injecting,
  observed,
  readyToInject,
  type Scenario,
  samplePolicy,
  screened,
  sha256,
} from './scenario.ts'
import { runs } from './seeded.ts'

const madeAt = '2026-11-24T12:00:00.000Z'
type Bundle = Resource & {
  readonly entry: readonly { readonly fullUrl: string; readonly resource: Resource }[]
}

const recordOf = (entries: readonly LogEntry[], sessionId: string, policy: Policy | null = samplePolicy) =>
  sessionRecord(recordEntries(entries, sessionId), policy)
const bundleOf = (record: SessionRecord) => documentBundle(record, madeAt, sha256) as Bundle
const story = fullStory()
const record = recordOf(story.entries, story.sessionId)
const bundle = bundleOf(record)
const all = (type: string, from = bundle) =>
  from.entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type)
const one = (type: string, from = bundle): Resource => {
  const [found, ...more] = all(type, from)
  if (found === undefined || more.length > 0) throw new Error(`not one ${type} but ${all(type, from).length}`)
  return found
}

/** Every reference anywhere in a bundle. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'reference' ? [String(member)] : referencesIn(member),
  )
}

function expectSound(from: Bundle): void {
  expect(faultsOf(from)).toEqual([])
  const names = from.entry.map(({ fullUrl }) => fullUrl)
  expect(new Set(names).size).toBe(names.length)
  for (const { fullUrl, resource } of from.entry) expect(fullUrl).toBe(`urn:uuid:${resource.id}`)
  expect(referencesIn(from).filter((reference) => !names.includes(reference))).toEqual([])
  expect(from.entry[0]?.resource.resourceType).toBe('Composition')
  // A document holds what its composition leads to, and what speaks of that.
  const reached = reachedFrom(from, names[0] ?? '')
  const loose = from.entry.filter(({ fullUrl }) => !reached.has(fullUrl))
  expect(loose.map(({ resource }) => resource.resourceType).filter((type) => !speakers.has(type))).toEqual([])
}
const speakers = new Set(['Provenance', 'AuditEvent', 'Practitioner', 'PractitionerRole'])

function reachedFrom(from: Bundle, start: string): ReadonlySet<string> {
  const resources = new Map(from.entry.map(({ fullUrl, resource }) => [fullUrl, resource]))
  const reached = new Set<string>()
  const follow = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    referencesIn(resources.get(name)).forEach(follow)
  }
  follow(start)
  return reached
}

describe('the record as a FHIR document', () => {
  it('holds to the R4 schema, and every reference resolves', () => {
    expectSound(bundle)
    expect(bundle.type).toBe('document')
  })

  it('has every resource that this log can fill', () => {
    expect([...new Set(bundle.entry.map(({ resource }) => resource.resourceType))].sort()).toEqual([
      'AdverseEvent',
      'AuditEvent',
      'Composition',
      'Device',
      'Encounter',
      'Medication',
      'MedicationAdministration',
      'Observation',
      'Organization',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'Procedure',
      'Provenance',
    ])
  })

  it('says who the patient is and what was given, by whom, when and how much', () => {
    expect(one('Patient')).toMatchObject({
      name: [{ text: exam.patientName }],
      gender: 'female',
      birthDate: exam.birthDate,
      identifier: [{ value: exam.patientId }],
    })
    const [injection] = record.injections
    const given = one('MedicationAdministration')
    expect(given).toMatchObject({
      status: 'completed',
      effectivePeriod: { start: injection?.startedAt, end: injection?.stoppedAt },
      dosage: { dose: { value: 100, unit: 'mL', code: 'mL' }, route: { text: 'IV' } },
      performer: [{ actor: { display: 'J. Ortiz' } }],
    })
    expect(JSON.stringify(given.note)).toContain('Supervision was not live')
    expect(one('Medication')).toMatchObject({ batch: { lotNumber: 'L-77' } })
  })

  it('tells the reaction as an event, suspects what was given before it, and is signed', () => {
    expect(one('AdverseEvent')).toMatchObject({
      actuality: 'actual',
      event: { text: expect.stringMatching(/^Suspected reaction to contrast, treated by the card "/) },
      suspectEntity: [{ instance: { reference: `urn:uuid:${one('MedicationAdministration').id}` } }],
    })
    expect(one('Composition')).toMatchObject({
      status: 'final',
      attester: [{ mode: 'professional', party: { display: 'Dr. A. Chen' } }],
    })
    const signed = all('Provenance').find(({ occurredDateTime }) => occurredDateTime !== undefined)
    expect(signed).toMatchObject({
      entity: [{ what: { identifier: { value: record.signature?.closingHash } } }],
    })
  })

  it('is the same from the same log, and keeps the names of its resources as the log grows', () => {
    expect(documentBundle(record, madeAt, sha256)).toEqual(bundle)
    const closedAt = story.entries.findIndex(({ type }) => type === 'session-closed')
    const earlier = bundleOf(recordOf(story.entries.slice(0, closedAt + 1), story.sessionId))
    expect(earlier.id).toBe(bundle.id)
    expect(earlier.identifier).not.toEqual(bundle.identifier)
    expect(one('Composition', earlier)).toMatchObject({
      id: one('Composition').id,
      status: 'preliminary',
    })
    expect(one('MedicationAdministration', earlier).id).toBe(one('MedicationAdministration').id)
  })

  it('does not make an event of a drill, of a press that was taken back, or of a question', () => {
    const scenario = observed()
    const call = (escalation: 'reaction' | 'question', drill: boolean) => {
      scenario.run({ kind: 'press-help', escalation, origin: 'button', drill })
      return scenario.state[escalation]?.id ?? ''
    }
    scenario.run({ kind: 'end-help', escalationId: call('reaction', true), outcome: 'a drill' })
    scenario.run({ kind: 'cancel-help', escalationId: call('reaction', false), reason: 'a mis-press' })
    scenario.run({ kind: 'end-help', escalationId: call('question', false), outcome: 'answered' })
    const before = bundleOf(recordOf(scenario.entries, scenario.sessionId))
    expect(all('AdverseEvent', before)).toEqual([])
    scenario.run({
      kind: 'end-help',
      escalationId: call('reaction', false),
      outcome: 'no reaction after all',
    })
    const after = bundleOf(recordOf(scenario.entries, scenario.sessionId))
    expect(one('AdverseEvent', after)).toMatchObject({ actuality: 'potential' })
    expectSound(after)
  })

  const states: readonly (readonly [string, (scenario?: Scenario) => Scenario])[] = [
    ['in screening', screened],
    ['ready', readyToInject],
    ['while contrast flows', injecting],
    ['observed', observed],
  ]
  it.each(states)('is sound %s, with the policy and without', (_, at) => {
    const scenario = at()
    for (const policy of [samplePolicy, null]) {
      expectSound(bundleOf(recordOf(scenario.entries, scenario.sessionId, policy)))
    }
  })

  it('is sound for a session that was abandoned, and final', () => {
    const next = story.entries.find(({ type }) => type === 'session-abandoned')
    const abandoned = bundleOf(recordOf(story.entries, next?.session ?? ''))
    expectSound(abandoned)
    expect(one('Composition', abandoned).status).toBe('final')
    expect(one('Encounter', abandoned).status).toBe('cancelled')
  })

  it('is sound whatever people typed, and where a clock was set back', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ' ', '\u0000', '\u00a0', '</div>'),
    )
    fc.assert(
      fc.property(
        fc.record({
          patientName: typed,
          reason: typed,
          agent: typed,
          lot: typed,
          words: typed,
          earlier: fc.boolean(),
        }),
        ({ patientName, reason, agent, lot, words, earlier }) => {
          const stoppedAt = earlier ? '2020-01-01T00:00:00.000Z' : madeAt
          const odd: SessionRecord = {
            ...record,
            exam: { ...record.exam, patientName },
            overrides: record.overrides.map((override) => ({ ...override, reason })),
            injections: record.injections.map((injection) => ({ ...injection, agent, lot, stoppedAt })),
            timeline: record.timeline.map((line) => ({ ...line, words })),
          }
          const made = bundleOf(odd)
          expectSound(made)
          expect(JSON.stringify(made)).not.toMatch(/undefined|null/)
        },
      ),
      runs(25),
    )
  })

  it('is checked by a schema that finds what is wrong', () => {
    const broken = bundle.entry.map((held) =>
      held.resource.resourceType === 'Patient'
        ? { ...held, resource: { ...held.resource, gender: 'F', surname: 'x' } }
        : held,
    )
    expect(faultsOf({ ...bundle, entry: broken }).join('\n')).toMatch(
      /Patient\/gender[\s\S]*surname|surname[\s\S]*Patient\/gender/,
    )
  })
})
