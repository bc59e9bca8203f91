import type { PolicyContent } from '../../src/domain/policy/policy.ts'

/**
 * A small valid site for tests: two CT rooms and one MR room, three physicians. `ct-1` and `ct-2` have Dr. Chen
 * before Dr. Rao on their bench; `mr-1` has Dr. Okafor alone. Times are short.
 */
export function testSite(over: Partial<PolicyContent> = {}): PolicyContent {
  const physician = (id: string, name: string): PolicyContent['physicians'][number] => ({
    id,
    name,
    role: 'MD',
    licenses: [{ state: 'CA', validUntil: '2099-12-31' }],
    modalities: ['CT', 'MR'],
  })
  return {
    site: {
      id: 'site-1',
      name: 'Imaging Center North',
      state: 'CA',
      phones: [
        { label: 'Emergency', number: '911', kind: 'emergency' },
        { label: 'Code team', number: '5555', kind: 'code-team' },
      ],
    },
    rooms: [
      { id: 'ct-1', name: 'CT 1', modality: 'CT', bench: ['dr-chen', 'dr-rao'] },
      { id: 'ct-2', name: 'CT 2', modality: 'CT', bench: ['dr-chen', 'dr-rao'] },
      { id: 'mr-1', name: 'MR 1', modality: 'MR', bench: ['dr-okafor'] },
    ],
    physicians: [
      physician('dr-chen', 'Dr. A. Chen'),
      physician('dr-rao', 'Dr. M. Rao'),
      physician('dr-okafor', 'Dr. N. Okafor'),
    ],
    technologists: [
      {
        id: 'j-ortiz',
        name: 'J. Ortiz',
        title: 'RT(R)(CT)',
        // PIN 2468.
        pin: {
          algorithm: 'scrypt',
          salt: '000102030405060708090a0b0c0d0e0f',
          N: 16384,
          r: 8,
          p: 1,
          hash: 'cea4f1390f7e25d3e56e52eacd3a602cc3365139a2960ffded25685db19eb9ff',
        },
      },
    ],
    responders: [{ id: 'r-patel', name: 'R. Patel', role: 'RN', blsValidUntil: '2099-01-31' }],
    agents: [
      {
        id: 'iohexol-350',
        name: 'iohexol',
        brand: 'Omnipaque 350',
        class: 'iodinated',
        concentration: { value: 350, unit: 'mg I/mL' },
        volumeMl: { usual: 100, max: 200 },
      },
    ],
    screening: [
      {
        id: 'prior-reaction',
        text: 'Has the patient ever reacted to contrast?',
        classes: ['iodinated', 'gadolinium-based'],
        yes: 'physician-decides',
        source: 'test site',
      },
    ],
    cards: {
      edition: 'test',
      approval: null,
      items: [
        {
          id: 'hives',
          title: 'Hives',
          signs: 'Raised itching skin',
          steps: [{ text: 'Observe', dose: null }],
          source: 'test site',
        },
      ],
    },
    rules: {
      pack: 'test-pack',
      effectiveFrom: '2026-01-01',
      items: [
        {
          check: 'two-way-audio-video',
          override: 'with-reason',
          source: 'test site',
          confidence: 'unverified',
        },
      ],
    },
    escalation: { benchAfterMs: 10_000, onScreenWithinMs: 20_000, cancelWithinMs: 5000 },
    observationMs: 60_000,
    lockAfterMs: 300_000,
    staleAfterMs: 24 * 60 * 60 * 1000,
    worklist: [
      {
        accession: 'ACC-1001',
        patientName: 'Doe^Jane',
        patientId: 'P-1001',
        birthDate: '1970-05-04',
        sex: 'F',
        weightKg: 70,
        procedure: 'CT abdomen with contrast',
        modality: 'CT',
        scheduledAt: '2026-11-20T15:00:00.000Z',
      },
    ],
    ...over,
  }
}
