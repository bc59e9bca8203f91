import { randomBytes, scryptSync } from 'node:crypto'
import type { PinVerifier, PolicyContent } from '../src/domain/policy/policy.ts'
import { sampleCards, sampleCardsEdition } from './sample-cards.ts'
import { sampleAgents, sampleRules, sampleScreening } from './sample-clinical.ts'

/** The sample technologists' PINs by technologist. */
export type SamplePins = Readonly<Record<'t-ortiz' | 't-kim', string>>

/** For demonstrations and tests, where the PINs are no secret. */
export const samplePins: SamplePins = { 't-ortiz': '246810', 't-kim': '135790' }

export const sampleIds = {
  site: 'imaging-center-north',
  rooms: { ct2: 'ct-2', mr1: 'mr-1' },
  physicians: { chen: 'p-chen', rao: 'p-rao' },
  medicalDirector: 'p-novak',
  technologists: { ortiz: 't-ortiz', kim: 't-kim' },
  responder: 'r-patel',
} as const

function verifierOf(pin: string): PinVerifier {
  const parameters = { N: 16384, r: 8, p: 1 }
  const salt = randomBytes(16)
  const hash = scryptSync(pin.normalize('NFKC'), salt, 32, parameters)
  return { algorithm: 'scrypt', salt: salt.toString('hex'), ...parameters, hash: hash.toString('hex') }
}

const minuteMs = 60_000

/** Synthetic people, in the order of the day: minutes from now, then what a worklist says. */
const exams = [
  [-40, 'MR', 'Lindqvist, Hanna', '1971-02-19', 'F', 66, 'MR brain with and without contrast'],
  [-10, 'CT', 'Alvarez, Maria', '1968-05-04', 'F', 71, 'CT abdomen and pelvis with contrast'],
  [15, 'CT', 'Okafor, Daniel', '1955-11-30', 'M', 88, 'CT angiography chest'],
  [20, 'MR', 'Nguyen, Thi Lan', '1990-08-12', 'F', 54, 'MR breast with contrast'],
  [45, 'CT', 'Petrov, Ivan', '1947-01-23', 'M', null, 'CT neck with contrast'],
  [70, 'MR', 'Haddad, Sami', '1983-09-07', 'M', 92, 'MR liver with contrast'],
] as const

function worklist(now: Date): PolicyContent['worklist'] {
  const startMs = Math.floor(now.getTime() / (5 * minuteMs)) * 5 * minuteMs
  const day = now.toISOString().slice(2, 10).replaceAll('-', '')
  return exams.map(([minutes, modality, patientName, birthDate, sex, weightKg, procedure], index) => ({
    accession: `N${day}-${String(index + 1).padStart(3, '0')}`,
    patientName,
    patientId: `MRN-${String(104_211 + index * 37)}`,
    birthDate,
    sex,
    weightKg,
    procedure,
    modality,
    scheduledAt: new Date(startMs + minutes * minuteMs).toISOString(),
  }))
}

/**
 * A whole site to try Scanside with: synthetic people, an unapproved example pack of reaction cards, and the
 * rules of a site in California. Credentials are valid at `now`, and the worklist is of that day.
 */
export function sampleSite(now: Date, pins: SamplePins): PolicyContent {
  const year = now.getUTCFullYear()
  const both: PolicyContent['physicians'][number]['modalities'] = ['CT', 'MR']
  return {
    site: {
      id: sampleIds.site,
      name: 'Imaging Center North',
      state: 'CA',
      timeZone: 'America/Los_Angeles',
      phones: [
        { label: 'Emergency services', number: '911', kind: 'emergency' },
        { label: 'Code team', number: '5555', kind: 'code-team' },
        { label: 'Front desk', number: '5100', kind: 'front-desk' },
      ],
    },
    rooms: [
      { id: 'ct-2', name: 'CT 2', modality: 'CT', bench: ['p-chen', 'p-rao'] },
      { id: 'mr-1', name: 'MR 1', modality: 'MR', bench: ['p-rao', 'p-chen'] },
    ],
    physicians: [
      {
        id: 'p-chen',
        name: 'Dr. A. Chen',
        role: 'MD',
        licenses: [{ state: 'CA', validUntil: `${year + 1}-03-31` }],
        modalities: both,
      },
      {
        id: 'p-rao',
        name: 'Dr. M. Rao',
        role: 'MD',
        licenses: [
          { state: 'CA', validUntil: `${year + 2}-06-30` },
          { state: 'NV', validUntil: `${year + 1}-12-31` },
        ],
        modalities: both,
      },
      // On no bench: she approves the cards, and her name says what that is worth.
      {
        id: sampleIds.medicalDirector,
        name: 'Dr. E. Novak (sample)',
        role: 'MD',
        licenses: [{ state: 'CA', validUntil: `${year + 1}-12-31` }],
        modalities: both,
      },
    ],
    medicalDirectors: [sampleIds.medicalDirector],
    technologists: [
      { id: 't-ortiz', name: 'J. Ortiz', title: 'RT(R)(CT)', pin: verifierOf(pins['t-ortiz']) },
      { id: 't-kim', name: 'L. Kim', title: 'RT(R)(MR)', pin: verifierOf(pins['t-kim']) },
    ],
    responders: [{ id: 'r-patel', name: 'R. Patel', role: 'RN', blsValidUntil: `${year + 1}-01-31` }],
    agents: sampleAgents,
    screening: sampleScreening,
    cards: { edition: sampleCardsEdition, approval: null, items: sampleCards },
    rules: sampleRules,
    escalation: { benchAfterMs: 10_000, onScreenWithinMs: 8000, cancelWithinMs: 5000 },
    observationMs: 20 * minuteMs,
    lockAfterMs: 5 * minuteMs,
    staleAfterMs: 24 * 60 * minuteMs,
    worklist: worklist(now),
  }
}
