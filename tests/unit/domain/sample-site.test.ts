import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { policyContentSchema } from '../../../src/domain/policy/policy.ts'
import { pinMatches } from '../../../src/platform/node/pin.ts'
import { sampleIds, samplePins, sampleSite } from '../../../tools/sample-site.ts'

const now = new Date('2026-11-24T09:31:12.345Z')
const site = sampleSite(now, samplePins)

describe('the sample site', () => {
  it.each(['2026-11-24T09:31:12.345Z', '2028-02-29T23:59:59.999Z', '2030-01-01T00:00:00.000Z'])(
    'is a valid policy at %s, with credentials that hold then',
    (instant) => {
      const made = sampleSite(new Date(instant), samplePins)
      expect(policyContentSchema.safeParse(made).error?.message).toBeUndefined()
      const today = instant.slice(0, 10)
      for (const { validUntil } of made.physicians.flatMap((physician) => physician.licenses)) {
        expect(validUntil > today).toBe(true)
      }
      for (const { blsValidUntil } of made.responders) expect(blsValidUntil > today).toBe(true)
    },
  )

  it('knows everybody that it refers to', () => {
    const physicians = site.physicians.map(({ id }) => id)
    for (const room of site.rooms) expect(physicians).toEqual(expect.arrayContaining(room.bench))
    expect(site.rooms.map(({ id }) => id)).toEqual(Object.values(sampleIds.rooms))
    expect(site.technologists.map(({ id }) => id)).toEqual(Object.values(sampleIds.technologists))
    expect(physicians).toEqual([...Object.values(sampleIds.physicians), sampleIds.medicalDirector])
    expect(site.medicalDirectors).toEqual([sampleIds.medicalDirector])
    expect(site.responders.map(({ id }) => id)).toEqual([sampleIds.responder])
  })

  it('takes the sample PINs, and no other', async () => {
    for (const { id, pin } of site.technologists) {
      const right = samplePins[id as keyof typeof samplePins]
      expect(await pinMatches(right, pin)).toBe(true)
      expect(await pinMatches(`${right}0`, pin)).toBe(false)
    }
    expect(new Set(site.technologists.map(({ pin }) => pin.salt)).size).toBe(site.technologists.length)
  })

  it('has exams of both rooms around now, each under its own number', () => {
    expect(new Set(site.worklist.map(({ accession }) => accession)).size).toBe(6)
    expect(new Set(site.worklist.map(({ modality }) => modality))).toEqual(new Set(['CT', 'MR']))
    for (const { scheduledAt } of site.worklist) {
      expect(Math.abs(Date.parse(scheduledAt) - now.getTime())).toBeLessThan(2 * 3_600_000)
    }
  })
})

describe('its clinical content', () => {
  const steps = site.cards.items.flatMap((card) => card.steps.map((step) => ({ card: card.id, ...step })))

  it('is not approved, and every piece of it names its source', () => {
    expect(site.cards.approval).toBeNull()
    for (const { source } of [...site.cards.items, ...site.screening, ...site.rules.items]) {
      expect(source.length).toBeGreaterThan(10)
    }
  })

  it('gives epinephrine in mg and mL and concentration and route, and the three agree', () => {
    const epinephrine = steps.filter((step) => /epinephrine/i.test(step.text))
    expect(epinephrine.length).toBeGreaterThanOrEqual(8)
    for (const { card, dose } of epinephrine) {
      if (dose === null) throw new Error(`${card}: a line about epinephrine without its dose`)
      expect(dose).toMatchObject({ drug: 'Epinephrine', amount: { unit: 'mg' } })
      const perMl = Number(/^([\d.]+) mg\/mL/.exec(dose.concentration ?? '')?.[1])
      expect((dose.volumeMl ?? 0) * perMl).toBeCloseTo(dose.amount.value, 10)
      // 1 mg/mL never goes into a vein.
      expect(/^IV/.test(dose.route) ? perMl : 1).toBe(/^IV/.test(dose.route) ? 0.1 : perMl)
    }
  })

  it('writes ranges in words only, and leaves out what only memory supports', () => {
    for (const { text, dose } of steps) {
      if (/\d–\d+(\.\d+)? ?(mg|mL)/.test(text) && dose !== null) {
        expect(dose.drug).toBe('Nitroglycerin')
      }
    }
    const all = JSON.stringify(site)
    expect(all).not.toMatch(/morphine|glucagon|glucose|hydrocortisone|SBP/i)
  })

  it('asks nothing that predicts no reaction', () => {
    for (const { text } of site.screening) {
      expect(text).not.toMatch(/iodine allerg|allergic to iodine|shellfish|seafood/i)
    }
  })

  it('is described, edition and count', () => {
    const page = readFileSync(
      join(import.meta.dirname, '..', '..', '..', 'docs', 'clinical-content.md'),
      'utf8',
    )
    expect(page).toContain(site.cards.edition)
    expect(page).toContain(site.rules.pack)
    expect(site.cards.items).toHaveLength(13)
    expect(page).toContain('Thirteen cards')
  })
})
