import { type Policy, policySchema } from '../../src/domain/policy/policy.ts'

const source = 'Example for tests'
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
const soon = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString()

const pin = {
  algorithm: 'scrypt',
  salt: '00112233445566778899aabbccddeeff',
  N: 16384,
  r: 8,
  p: 1,
  hash: 'a'.repeat(64),
}

const question = (id: string, text: string, yes: string, classes: readonly string[]) => ({
  id,
  text,
  yes,
  classes,
  source,
})
const both = ['iodinated', 'gadolinium-based']

const dose = (drug: string, value: number, volumeMl: number, concentration: string, route: string) => ({
  drug,
  amount: { value, unit: 'mg' },
  volumeMl,
  concentration,
  route,
})

const card = (id: string, title: string, signs: string, steps: readonly unknown[]) => ({
  id,
  title,
  signs,
  steps,
  source,
})

const exam = (
  accession: string,
  patientName: string,
  procedure: string,
  minutes: number,
  weightKg: number | null,
) => ({
  accession,
  patientName,
  patientId: `P-${accession.slice(-3)}`,
  birthDate: '1961-04-17',
  sex: 'F',
  weightKg,
  procedure,
  modality: 'CT',
  scheduledAt: soon(minutes),
})

/** A site as a hub would describe it, read by the real schema. Clinical content is made up for tests. */
export const samplePolicy: Policy = policySchema.parse({
  version: 7,
  issuedAt: soon(-60),
  site: {
    id: 'north',
    name: 'Imaging Center North',
    state: 'CA',
    phones: [
      { label: 'Front desk', number: '5100', kind: 'front-desk' },
      { label: 'Code team', number: '5555', kind: 'code-team' },
      { label: 'Emergency', number: '911', kind: 'emergency' },
    ],
  },
  rooms: [
    { id: 'ct2', name: 'CT 2', modality: 'CT', bench: ['chen', 'rao'] },
    { id: 'mr1', name: 'MR 1', modality: 'MR', bench: ['chen', 'rao'] },
  ],
  physicians: [
    {
      id: 'chen',
      name: 'Dr. A. Chen',
      role: 'MD',
      licenses: [{ state: 'CA', validUntil: day(300) }],
      modalities: ['CT', 'MR'],
    },
    {
      id: 'rao',
      name: 'Dr. M. Rao',
      role: 'MD',
      licenses: [{ state: 'CA', validUntil: day(90) }],
      modalities: ['CT', 'MR'],
    },
  ],
  technologists: [
    { id: 'ortiz', name: 'J. Ortiz', title: 'RT(R)(CT)', pin },
    { id: 'lindqvist', name: 'K. Lindqvist', title: 'RT(R)(MR)', pin },
    { id: 'adeyemi', name: 'T. Adeyemi', title: 'RT(R)(CT)(MR)', pin },
  ],
  responders: [
    { id: 'patel', name: 'R. Patel', role: 'RN', blsValidUntil: day(60) },
    { id: 'okafor', name: 'N. Okafor', role: 'NP', blsValidUntil: day(-20) },
  ],
  agents: [
    {
      id: 'iohexol-350',
      name: 'Iohexol',
      brand: 'Omnipaque',
      class: 'iodinated',
      concentration: { value: 350, unit: 'mg I/mL' },
      volumeMl: { usual: 95, max: 150 },
    },
    {
      id: 'iodixanol-320',
      name: 'Iodixanol',
      brand: 'Visipaque',
      class: 'iodinated',
      concentration: { value: 320, unit: 'mg I/mL' },
      volumeMl: { usual: 100, max: 150 },
    },
    {
      id: 'gadobutrol',
      name: 'Gadobutrol',
      brand: 'Gadavist',
      class: 'gadolinium-based',
      concentration: { value: 1, unit: 'mmol/mL' },
      volumeMl: { usual: 7.5, max: 15 },
    },
  ],
  screening: [
    question('prior', 'Earlier reaction to a contrast agent of this class?', 'physician-decides', both),
    question('asthma', 'Asthma or other severe allergies?', 'tell-physician', both),
    question('kidney', 'Kidney disease, kidney surgery or a single kidney?', 'tell-physician', ['iodinated']),
    question('metformin', 'Takes metformin?', 'go-on', ['iodinated']),
    question('pregnant', 'Pregnant or possibly pregnant?', 'physician-decides', both),
    question('thyroid', 'Known thyroid storm?', 'physician-decides', ['iodinated']),
  ],
  cards: {
    edition: 'example-1',
    approval: null,
    items: [
      card('hives', 'Hives', 'Wheals, itching, normal breathing and pressure', [
        { text: 'Stop the injection, keep the line, watch.', dose: null },
        {
          text: 'If it bothers the patient:',
          dose: dose('Diphenhydramine', 25, 0.5, '50 mg/mL', 'IV slowly'),
        },
      ]),
      card('bronchospasm', 'Bronchospasm', 'Wheeze, chest tightness, cough', [
        { text: 'Oxygen by mask.', dose: null },
        { text: 'Inhaler, two puffs.', dose: null },
      ]),
      card(
        'anaphylaxis',
        'Anaphylaxis',
        'Several systems, low pressure with fast pulse, swelling of the throat',
        [
          { text: 'Call 911 and the code team. Legs up, oxygen.', dose: null },
          { text: 'Give at once:', dose: dose('Epinephrine', 0.3, 0.3, '1 mg/mL', 'IM, outer thigh') },
          { text: 'Run in fluid fast.', dose: null },
        ],
      ),
      card('vasovagal', 'Vasovagal', 'Low pressure with slow pulse', [
        { text: 'Legs up, oxygen, fluid.', dose: null },
        { text: 'If it stays:', dose: dose('Atropine', 0.6, 1.5, '0.4 mg/mL', 'IV') },
      ]),
      card('extravasation', 'Extravasation', 'Swelling or pain at the line', [
        { text: 'Stop, raise the arm, look for numbness and blisters.', dose: null },
      ]),
      card('seizure', 'Seizure', 'Loss of consciousness with convulsions', [
        { text: 'Protect, turn on the side, call 911.', dose: null },
      ]),
    ],
  },
  rules: {
    pack: 'us-ca-example',
    effectiveFrom: '2026-01-01',
    items: [
      ['two-way-audio-video', 'never', '42 CFR 410.32(b)(3)(ii)'],
      ['physician-licensed', 'never', 'CA HSC 106985'],
      ['responder-on-site', 'with-reason', 'CA HSC 106985 (AB 460)'],
      ['imaging-records', 'with-reason', 'CA HSC 106985 (AB 460)'],
      ['screening-complete', 'never', 'Site rule'],
      ['physician-decisions', 'never', 'Site rule'],
      ['supervision-gap', 'with-reason', 'Site rule'],
      ['policy-current', 'with-reason', 'Site rule'],
    ].map(([check, override, from], index) => ({
      check,
      override,
      source: from,
      confidence: index < 2 ? 'verified' : 'unverified',
    })),
  },
  escalation: { benchAfterMs: 10_000, onScreenWithinMs: 10_000, cancelWithinMs: 5000 },
  observationMs: 20 * 60_000,
  lockAfterMs: 10 * 60_000,
  staleAfterMs: 24 * 60 * 60_000,
  worklist: [
    exam('A26-10431', 'DOE^JANE', 'CT abdomen and pelvis w contrast', -20, 68),
    exam('A26-10432', 'OKONKWO^PETER', 'CT chest angiography', 5, 91.5),
    exam('A26-10433', 'VAN DER BERG^ANNELIESE^M', 'CT head and neck w contrast', 35, null),
    exam('A26-10434', 'SANTOS^LUIS', 'CT urography', 65, 77),
  ],
})
