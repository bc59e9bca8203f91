import type { ReactionCard } from '../src/domain/policy/policy.ts'

/**
 * An example pack of reaction cards for adults, not approved by anybody: `docs/clinical-content.md` says what it
 * is and what it is not. Lines that rest on memory alone are left out, and ranges stay in words, because a dose
 * line is one amount.
 */
export const sampleCardsEdition = 'example-adult-2026-11'

type Step = ReactionCard['steps'][number]

const sources = {
  table:
    'ACR Manual on Contrast Media (2020) as transcribed by a third party (rishigadepally/contrastrx, March 2026; unaudited)',
  ucsf: 'UCSF Radiology, contrast reactions in adults',
  review: 'Radiol Clin North Am 2020, doi:10.1016/j.rcl.2020.04.002 (after ACR 2019)',
  ajr: 'AJR 2023, doi:10.2214/AJR.23.30044 (after ACR 2023)',
  uptodate: 'UpToDate, October 2023',
  yale: 'Yale Radiology contrast SOP, November 2024',
  distilled:
    'ACR Manual on Contrast Media (January 2025) as distilled by a third party (visit-www/FRCR-REVISION; unaudited)',
} as const

const from = (...names: (keyof typeof sources)[]): string => names.map((name) => sources[name]).join('; ')

const say = (text: string): Step => ({ text, dose: null })

const firstSteps: readonly Step[] = [
  say('Stop the injection and call for help. Keep the IV in place.'),
  say('Watch pulse, blood pressure and SpO2. Oxygen by mask, 6–10 L/min.'),
]

const emergency = say('Call 911 or the code team.')

const epinephrineIm: Step = {
  text: 'Epinephrine IM into the lateral thigh. Repeat every 5–15 min, to 1 mg in all. An auto-injector of 0.3 mg instead, up to 3 times.',
  dose: {
    drug: 'Epinephrine',
    amount: { value: 0.3, unit: 'mg' },
    volumeMl: 0.3,
    concentration: '1 mg/mL',
    route: 'IM, lateral thigh — never IV',
  },
}

const epinephrineIv: Step = {
  text: 'If hypotension is profound or does not respond: epinephrine IV, slowly, into running fluid or with a saline flush. Repeat every few minutes, to 1 mg (10 mL) in all.',
  dose: {
    drug: 'Epinephrine',
    amount: { value: 0.1, unit: 'mg' },
    volumeMl: 1,
    concentration: '0.1 mg/mL (1 mg in 10 mL)',
    route: 'IV slowly, into running fluid',
  },
}

const albuterol: Step = {
  text: 'Albuterol by metered-dose inhaler: 2 puffs (90 mcg each, 180 mcg), up to 3 times.',
  dose: {
    drug: 'Albuterol',
    amount: { value: 2, unit: 'puffs' },
    volumeMl: null,
    concentration: '90 mcg per puff',
    route: 'inhaled',
  },
}

const fluid: Step = {
  text: "0.9 % saline or lactated Ringer's, 1,000 mL, rapidly.",
  dose: {
    drug: "0.9 % saline or lactated Ringer's",
    amount: { value: 1000, unit: 'mL' },
    volumeMl: 1000,
    concentration: null,
    route: 'IV rapidly',
  },
}

export const sampleCards: ReactionCard[] = [
  {
    id: 'anaphylaxis',
    title: 'Anaphylaxis: hypotension with tachycardia',
    signs: 'Low blood pressure with a heart rate above 100; often diffuse erythema, edema, dyspnea.',
    steps: [
      ...firstSteps,
      epinephrineIm,
      epinephrineIv,
      fluid,
      say('Raise the legs, 60° or more.'),
      emergency,
    ],
    source: from('table', 'distilled', 'ucsf', 'review', 'ajr'),
  },
  {
    id: 'laryngeal-edema',
    title: 'Laryngeal edema',
    signs: 'Stridor, hoarseness, throat tightness, with or without hypoxia.',
    steps: [
      ...firstSteps,
      epinephrineIm,
      epinephrineIv,
      emergency,
      say('Have airway equipment ready at the patient.'),
    ],
    source: from('table', 'distilled', 'review'),
  },
  {
    id: 'bronchospasm-severe',
    title: 'Bronchospasm: moderate, severe, or not responding',
    signs: 'Wheeze with hypoxia, or wheeze that the inhaler does not stop.',
    steps: [
      ...firstSteps,
      epinephrineIm,
      epinephrineIv,
      { ...albuterol, text: `As an addition, not instead: ${albuterol.text}` },
      emergency,
    ],
    source: from('table', 'distilled', 'yale'),
  },
  {
    id: 'bronchospasm-mild',
    title: 'Bronchospasm: mild',
    signs: 'Wheeze with mild or no hypoxia.',
    steps: [...firstSteps, albuterol, say('Consider 911, depending on the response.')],
    source: from('table', 'distilled', 'review'),
  },
  {
    id: 'unresponsive',
    title: 'Unresponsive, no pulse',
    signs: 'No response and no pulse.',
    steps: [
      emergency,
      say('CPR; AED or defibrillator.'),
      {
        text: 'Epinephrine IV between 2-minute cycles, per ACLS.',
        dose: {
          drug: 'Epinephrine',
          amount: { value: 1, unit: 'mg' },
          volumeMl: 10,
          concentration: '0.1 mg/mL (1 mg in 10 mL)',
          route: 'IV',
        },
      },
      say('Afterwards treat as a severe contrast reaction.'),
    ],
    source: from('table', 'uptodate'),
  },
  {
    id: 'erythema-hypotensive',
    title: 'Diffuse erythema with hypotension',
    signs: 'Red skin all over with low blood pressure.',
    steps: [
      ...firstSteps,
      fluid,
      epinephrineIv,
      { ...epinephrineIm, text: `Without an IV: ${epinephrineIm.text}` },
      say('Consider 911.'),
    ],
    source: from('ucsf', 'table'),
  },
  {
    id: 'erythema-normotensive',
    title: 'Diffuse erythema, blood pressure normal',
    signs: 'Red skin all over, stable vital signs.',
    steps: [...firstSteps, say('Usually nothing else is needed. Keep watching.')],
    source: from('ucsf', 'table'),
  },
  {
    id: 'vasovagal',
    title: 'Hypotension with bradycardia (vasovagal)',
    signs: 'Low blood pressure with a heart rate below 60; pale, sweating, faint.',
    steps: [
      ...firstSteps,
      say('Raise the legs, 60° or more.'),
      { ...fluid, text: `Consider: ${fluid.text}` },
      say(
        'If it does not respond: atropine 0.6–1.0 mg IV into running fluid or with a flush; may be repeated, to 3 mg in all.',
      ),
    ],
    source: from('table', 'distilled', 'review', 'uptodate'),
  },
  {
    id: 'hives',
    title: 'Hives (urticaria)',
    signs: 'Itching, wheals; few or many. No dyspnea, blood pressure stable.',
    steps: [
      say(
        'Mild: observe, 20–30 minutes at least. If it bothers the patient: diphenhydramine 25–50 mg PO, or fexofenadine 180 mg PO.',
      ),
      say(
        'Moderate: watch vital signs, keep the IV. As above, or diphenhydramine 25–50 mg IM or IV, slowly over 1–2 min.',
      ),
      say(
        'Severe: consider diphenhydramine 25–50 mg IM or IV, slowly. It may lower the blood pressure. It sedates: the patient does not drive.',
      ),
      say('Signs beyond the skin: use the card for anaphylaxis.'),
    ],
    source: from('table', 'ucsf', 'review', 'uptodate'),
  },
  {
    id: 'hypertensive-crisis',
    title: 'Hypertensive crisis',
    signs: 'Diastolic above 120 or systolic above 200, with symptoms of an affected organ.',
    steps: [
      ...firstSteps,
      {
        text: 'Labetalol IV over 2 min. The dose may be doubled every 10 min (40 mg, then 80 mg).',
        dose: {
          drug: 'Labetalol',
          amount: { value: 20, unit: 'mg' },
          volumeMl: null,
          concentration: null,
          route: 'IV over 2 min',
        },
      },
      {
        text: 'Without labetalol: nitroglycerin under the tongue, repeated after 5–10 min, together with furosemide 20–40 mg IV over 2 min.',
        dose: {
          drug: 'Nitroglycerin',
          amount: { value: 0.4, unit: 'mg' },
          volumeMl: null,
          concentration: null,
          route: 'sublingual',
        },
      },
      emergency,
    ],
    source: from('table'),
  },
  {
    id: 'pulmonary-edema',
    title: 'Pulmonary edema',
    signs: 'Dyspnea, crackles, hypoxia.',
    steps: [...firstSteps, say('Raise the head.'), say('Furosemide 20–40 mg IV over 2 min.'), emergency],
    source: from('table'),
  },
  {
    id: 'seizure',
    title: 'Seizure',
    signs: 'Convulsions.',
    steps: [
      say(
        'Stop the injection and call for help. Protect the patient, turn on the side, suction. Oxygen 6–10 L/min.',
      ),
      say('If it does not end: lorazepam 2–4 mg IV slowly, 4 mg at most.'),
      emergency,
    ],
    source: from('table'),
  },
  {
    id: 'extravasation',
    title: 'Extravasation',
    signs: 'Swelling, pain or tightness where the contrast runs in.',
    steps: [
      say(
        'Stop the injection. Raise the arm above the heart; take off rings. Cold or warm compress, as your site decides.',
      ),
      say(
        'Write down: site, estimated mL, agent, time, pain, swelling, capillary refill, sensation, movement of fingers and wrist.',
      ),
      say(
        'Call a surgeon for signs, whatever the volume: severe or growing pain or swelling, slower capillary refill, altered sensation, less movement, blister or ulcer.',
      ),
      say('The physician examines every case. Give written instructions for the return.'),
    ],
    source: from('distilled', 'yale'),
  },
]
