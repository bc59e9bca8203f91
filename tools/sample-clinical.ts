import type { ContrastAgent, PolicyContent, ScreeningQuestion } from '../src/domain/policy/policy.ts'

/**
 * What a sample site has on its shelves. Strengths are those read in a label or a protocol; the largest volumes
 * are limits on typing (for gadolinium: the standard dose at 157 kg), never a dose recommendation.
 */
export const sampleAgents: ContrastAgent[] = [
  {
    id: 'iohexol-350',
    name: 'Iohexol',
    brand: 'Omnipaque 350',
    class: 'iodinated',
    concentration: { value: 350, unit: 'mg I/mL' },
    volumeMl: { usual: 100, max: 150 },
  },
  {
    id: 'iopamidol-370',
    name: 'Iopamidol',
    brand: 'Isovue 370',
    class: 'iodinated',
    concentration: { value: 370, unit: 'mg I/mL' },
    volumeMl: { usual: 100, max: 150 },
  },
  {
    id: 'gadobutrol',
    name: 'Gadobutrol',
    brand: 'Gadavist',
    class: 'gadolinium-based',
    concentration: { value: 1, unit: 'mmol/mL' },
    volumeMl: { usual: 7.5, max: 15.7 },
  },
  {
    id: 'gadoterate',
    name: 'Gadoterate',
    brand: 'Dotarem',
    class: 'gadolinium-based',
    concentration: { value: 0.5, unit: 'mmol/mL' },
    volumeMl: { usual: 15, max: 31.4 },
  },
  {
    id: 'gadopiclenol',
    name: 'Gadopiclenol',
    brand: 'Elucirem',
    class: 'gadolinium-based',
    concentration: { value: 0.5, unit: 'mmol/mL' },
    volumeMl: { usual: 7.5, max: 15.7 },
  },
]

const acr2025 = 'ACR Manual on Contrast Media, January 2025 (as distilled by a third party)'

/** Only what changes what is done next. */
export const sampleScreening: ScreeningQuestion[] = [
  {
    id: 'prior-reaction-iodinated',
    text: 'Has the patient ever reacted to an iodinated contrast agent?',
    classes: ['iodinated'],
    yes: 'physician-decides',
    source: 'Radiol Clin North Am 2020; AJR 2023: the greatest risk is an earlier reaction to the same class',
  },
  {
    id: 'prior-reaction-gadolinium',
    text: 'Has the patient ever reacted to a gadolinium-based contrast agent?',
    classes: ['gadolinium-based'],
    yes: 'physician-decides',
    source: 'Radiol Clin North Am 2020; AJR 2023: the greatest risk is an earlier reaction to the same class',
  },
  {
    id: 'kidney-function-low',
    text: 'Is the eGFR below 30, or is there acute kidney injury?',
    classes: ['iodinated'],
    yes: 'physician-decides',
    source: 'ACR–NKF consensus 2020: no absolute contraindication; saline prophylaxis is considered',
  },
  {
    id: 'metformin',
    text: 'Does the patient take metformin?',
    classes: ['iodinated'],
    yes: 'tell-physician',
    source: `${acr2025}; the FDA label is stricter`,
  },
  {
    id: 'thyroid-storm',
    text: 'Is thyroid storm suspected, or radioiodine treatment planned?',
    classes: ['iodinated'],
    yes: 'physician-decides',
    source: acr2025,
  },
  {
    id: 'pregnancy-iodinated',
    text: 'Could the patient be pregnant?',
    classes: ['iodinated'],
    yes: 'tell-physician',
    source: `${acr2025}: given if indicated`,
  },
  {
    id: 'pregnancy-gadolinium',
    text: 'Could the patient be pregnant?',
    classes: ['gadolinium-based'],
    yes: 'physician-decides',
    source: `${acr2025}: avoided unless the benefit clearly exceeds the risk`,
  },
  {
    id: 'dose-within-24-h',
    text: 'Has the patient had a gadolinium-based agent within the last 24 hours?',
    classes: ['gadolinium-based'],
    yes: 'physician-decides',
    source: 'Yale Radiology MRI manual 2021',
  },
  {
    id: 'beta-blocker-heart',
    text: 'Does the patient take a beta-blocker, or have heart disease?',
    classes: ['iodinated', 'gadolinium-based'],
    yes: 'tell-physician',
    source: 'Yale Radiology contrast SOP, November 2024: asked, no contraindication',
  },
]

const ab460 = 'California AB 460 (2025), Health & Safety Code §106985'
const acr = 'ACR, Supervision of Contrast Material Administration, effective 2025-06-12'

/** The demands of a site in California, the strictest reading of what was found. */
export const sampleRules: PolicyContent['rules'] = {
  pack: 'us-ca-2026-01',
  effectiveFrom: '2026-01-01',
  items: [
    {
      check: 'two-way-audio-video',
      override: 'never',
      source: '42 CFR 410.32(b)(3)(ii): real-time audio and video, never audio alone',
      confidence: 'verified',
    },
    {
      check: 'physician-licensed',
      override: 'never',
      source: `${acr}: virtual supervision by a physician only; ${ab460}: licensed physician and surgeon`,
      confidence: 'unverified',
    },
    {
      check: 'responder-on-site',
      override: 'never',
      source: `${acr}: a licensed practitioner on site besides the technologist; ${ab460}`,
      confidence: 'verified',
    },
    {
      check: 'imaging-records',
      override: 'never',
      source: `${ab460}: access to the patient's imaging records (read in summaries, not in the statute)`,
      confidence: 'unverified',
    },
    {
      check: 'screening-complete',
      override: 'never',
      source: "The site's screening questions",
      confidence: 'verified',
    },
    {
      check: 'physician-decisions',
      override: 'never',
      source: "The site's screening questions",
      confidence: 'verified',
    },
    {
      check: 'supervision-gap',
      override: 'with-reason',
      source: '42 CFR 410.32(b)(3): throughout the performance of the test',
      confidence: 'verified',
    },
    {
      check: 'policy-current',
      override: 'with-reason',
      source: 'Scanside: what is not known counts as not met',
      confidence: 'verified',
    },
  ],
}
