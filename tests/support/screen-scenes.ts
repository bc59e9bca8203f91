import { unconfirmed } from '../../src/domain/link/link.ts'
import { samplePolicy } from './sample-policy.ts'
import {
  ago,
  answered,
  factsOf,
  injecting,
  injection,
  inSession,
  observing,
  order,
  screened,
  signedIn,
  snapshotOf,
} from './sample-snapshots.ts'

import { helpScenes, type Scene } from './screen-scenes-help.ts'

export const scenes: readonly Scene[] = [
  { name: 'starting', snapshot: () => null, says: ['The help button below works already.', '911'] },
  {
    name: 'enrolment',
    snapshot: () =>
      snapshotOf({
        enrolment: { kind: 'none' },
        hub: { kind: 'none' },
        policy: null,
        present: [],
        links: {},
        state: { supervisor: { primary: null, standby: null, takeover: null, handover: null } },
      }),
    says: ['Enrol this workstation', 'Emergency', 'no hub yet'],
  },
  {
    name: 'enrolment-refused',
    snapshot: () => snapshotOf({ enrolment: { kind: 'none' }, hub: { kind: 'none' }, policy: null }),
    act: async (page) => {
      await page.evaluate(() =>
        window.fakeBridge.answer('enrol', {
          ok: false,
          error: {
            kind: 'used-code',
            message: 'This code has been used. Ask your administrator for a new one.',
          },
        }),
      )
      await page.getByLabel('Address of the hub').fill('https://hub.north.example')
      await page.getByLabel('One-time code').fill('ABCD-1234')
      await page.getByRole('button', { name: 'Enrol' }).click()
    },
    says: ['This code has been used. Ask your administrator for a new one.'],
  },
  { name: 'sign-in', snapshot: () => snapshotOf(), says: ['J. Ortiz', 'K. Lindqvist', 'READY'] },
  {
    name: 'sign-in-throttled',
    snapshot: () => snapshotOf(),
    act: async (page) => {
      await page.evaluate(() =>
        window.fakeBridge.answer('sign-in', {
          ok: false,
          error: { kind: 'throttled', message: 'Too many wrong PINs. Wait 30 seconds, then try again.' },
        }),
      )
      await page.getByRole('button', { name: 'J. Ortiz' }).click()
      for (const digit of ['1', '2', '3', '4'])
        await page.getByRole('button', { name: digit, exact: true }).click()
      await page.getByRole('button', { name: 'Sign in' }).click()
    },
    says: ['Too many wrong PINs. Wait 30 seconds, then try again.'],
  },
  {
    name: 'restarted',
    first: true,
    snapshot: () => observing(300),
    says: ['This screen was restarted.', 'I have checked'],
  },
  {
    name: 'lock',
    snapshot: () =>
      injecting({ kind: 'live' }, { state: { operator: { kind: 'locked', technologistId: 'ortiz' } } }),
    says: ['Locked', 'The session goes on: 4 · Injection', 'LIVE', 'REACTION — CALL NOW'],
  },
  {
    name: 'exam',
    snapshot: () =>
      snapshotOf({
        state: {
          operator: signedIn,
          unsigned: [
            {
              sessionId: 's0',
              accession: 'A26-10430',
              closedAt: ago(900),
              closingHash: 'c'.repeat(64),
              physicianId: 'chen',
            },
          ],
        },
        recent: [
          { sessionId: 's0', accession: 'A26-10430', closedAt: ago(900), signedBy: null },
          { sessionId: 's-1', accession: 'A26-10429', closedAt: ago(4000), signedBy: 'chen' },
        ],
      }),
    act: async (page) => {
      await page.getByRole('radio', { name: /OKONKWO/ }).check()
      await page.evaluate(() =>
        window.fakeBridge.answer('save-record', {
          ok: true,
          value: {
            paths: [
              '/home/ct2/Documents/Scanside/A26-10429.pdf',
              '/home/ct2/Documents/Scanside/A26-10429.jsonl',
              '/home/ct2/Documents/Scanside/A26-10429.csv',
              '/home/ct2/Documents/Scanside/A26-10429.fhir.json',
              '/home/ct2/Documents/Scanside/A26-10429.dcm',
            ],
          },
        }),
      )
      await page.getByRole('button', { name: 'Save record' }).last().click()
    },
    says: [
      'DOE, JANE',
      'Not signed yet: waiting for Dr. A. Chen',
      'Signed by Dr. A. Chen',
      'A26-10429.pdf',
      'OKONKWO, PETER, CT chest angiography',
    ],
  },
  {
    name: 'exam-typed',
    snapshot: () => snapshotOf({ state: { operator: signedIn } }),
    act: async (page) => {
      await page.getByText('Type the exam').click()
      await page.getByLabel('Accession number').fill('A26-20001')
      await page.getByLabel('Weight in kg').fill('900')
      await page.getByLabel('Patient name').focus()
      await page.getByLabel('Patient ID').focus()
    },
    says: ['A weight in kg between 0 and 635', 'Patient name is needed.'],
  },
  {
    name: 'exam-empty-worklist',
    snapshot: () => snapshotOf({ policy: { ...samplePolicy, worklist: [] }, state: { operator: signedIn } }),
    says: ['The worklist is empty', 'Closed sessions appear here'],
  },
  {
    name: 'storage-volatile',
    snapshot: () =>
      snapshotOf({
        state: { operator: signedIn },
        durability: {
          kind: 'volatile',
          problem: { kind: 'disk-full', message: 'no space is left on the disk' },
          isRetried: true,
        },
        unsynced: 37,
        hub: {
          kind: 'offline',
          since: ago(600),
          reason: 'the name hub.north.example is not found',
          nextAttemptAt: ago(-4),
        },
        policyStale: true,
        notices: [
          {
            kind: 'hotkey',
            message: 'The global hotkey is taken by another program. The button and the tray work.',
          },
        ],
      }),
    says: [
      'The record cannot be written to disk: no space is left on the disk',
      '37 entries not yet synced — hub unreachable, retrying',
      'The policy is out of date',
    ],
  },
  {
    name: 'storage-doubted',
    snapshot: () =>
      snapshotOf({
        state: { operator: signedIn },
        durability: {
          kind: 'doubted',
          problem: {
            kind: 'chain-broken',
            message: 'The log has been altered outside of Scanside (entry 5).',
          },
          resumes: true,
        },
      }),
    says: [
      'The log has been altered outside of Scanside (entry 5).',
      'No new session starts until this is cleared up',
      'was altered or damaged, so no new session starts',
    ],
  },
  {
    name: 'log-being-read',
    snapshot: () =>
      snapshotOf({
        state: { operator: { kind: 'signed-out' } },
        notices: [{ kind: 'log-being-read', message: 'Reading the log… 40 %. The help button works.' }],
      }),
    says: ['Reading the log… 40 %. The help button works.'],
  },
  {
    name: 'screening',
    snapshot: () => {
      const {
        pregnant: _,
        thyroid: __,
        ...answers
      } = answered(['prior', 'asthma'], { asthma: 'Inhaler as needed' })
      return inSession({ kind: 'screening', facts: factsOf({ answers }) })
    },
    says: ['2 questions left', 'Waiting for the physician to decide', 'Yes: the physician decides'],
  },
  {
    name: 'screening-decided',
    snapshot: () =>
      inSession({
        kind: 'screening',
        facts: factsOf({
          answers: answered(['prior', 'pregnant']),
          decisions: { prior: 'go-on', pregnant: 'do-not-inject' },
        }),
      }),
    says: ['Dr. A. Chen decided: go on', 'Dr. A. Chen decided: do not inject'],
  },
  {
    name: 'ready-waiting',
    snapshot: () =>
      inSession(
        {
          kind: 'ready',
          observation: null,
          facts: screened({ recordsConfirmedBy: null, responderId: null }),
        },
        { kind: 'partial', lacks: ['physician-does-not-hear-room'] },
      ),
    says: ['NOT COMPLETE', 'they do not hear this room', /Waiting for: two-way audio and video/],
  },
  {
    name: 'ready-override',
    snapshot: () =>
      inSession({ kind: 'ready', observation: null, facts: screened({ recordsConfirmedBy: null }) }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Override…' }).first().click()
      await page.getByRole('button', { name: 'Override with this reason' }).click()
    },
    says: ['Go on without this check?', 'Say why, in at least 3 characters.'],
  },
  {
    name: 'ready-open',
    snapshot: () => inSession({ kind: 'ready', observation: null, facts: screened() }),
    act: async (page) => {
      await page.getByLabel('Contrast agent').selectOption('iohexol-350')
      await page.getByText('Source').first().click()
    },
    says: ['All checks pass', '42 CFR 410.32(b)(3)(ii)'],
  },
  {
    name: 'injection',
    snapshot: () => injecting({ kind: 'live' }),
    says: ['STOP injection', 'Supervised now', '95 mL'],
  },
  {
    name: 'injection-lost',
    snapshot: () =>
      injecting(
        { kind: 'lost', reason: 'nothing heard for 2 s' },
        { state: { gap: { openedAt: ago(6), physicianId: 'chen' } } },
      ),
    says: [/SUPERVISION LOST/, 'Supervision was interrupted at'],
  },
  {
    name: 'brought-in',
    snapshot: () =>
      injecting(unconfirmed({ kind: 'live' }), {
        state: {
          supervisor: {
            primary: 'chen',
            standby: 'rao',
            takeover: { from: 'rao', why: 'console-silent', at: ago(7) },
            handover: null,
          },
          gap: { openedAt: ago(9), physicianId: 'rao' },
        },
      }),
    says: [/Dr\. A\. Chen was brought in at .*instead of Dr\. M\. Rao/],
  },
  {
    name: 'handed-over',
    snapshot: () =>
      injecting(
        { kind: 'live' },
        {
          state: {
            supervisor: {
              primary: 'chen',
              standby: 'rao',
              takeover: null,
              handover: { offer: 'h1', from: 'rao', to: 'chen', stage: 'done', at: ago(5) },
            },
          },
        },
      ),
    says: [/Dr\. A\. Chen supervises this room since .*Dr\. M\. Rao has handed over/, 'I heard it from both'],
  },
  {
    name: 'observe',
    snapshot: () => observing(740),
    says: ['left to observe', 'End early…', 'Another injection'],
  },
  {
    name: 'observe-over',
    snapshot: () => observing(-5),
    says: ['Observation time is over', 'End observation'],
  },
  {
    name: 'close',
    snapshot: () =>
      inSession({
        kind: 'closing',
        facts: screened({
          injections: [
            {
              ...injection(1600, 1530),
              gate: [
                {
                  check: 'imaging-records',
                  outcome: 'overridden',
                  detail: 'Not confirmed (overridden: Prior images seen on PACS)',
                },
              ],
            },
          ],
          orders: [order(ago(3))],
          calls: [
            {
              id: 'e1',
              kind: 'reaction',
              drill: false,
              pressedAt: ago(900),
              cancelled: false,
              outcome: 'Transferred to emergency care',
            },
          ],
        }),
      }),
    act: (page) => page.getByRole('radio', { name: 'Transferred' }).check(),
    says: [
      'What is in the record',
      'Reaction: Transferred to emergency care',
      'Close session',
      'R. Patel, RN',
      'Prior images seen on PACS',
    ],
  },
  {
    name: 'nobody-on-call',
    snapshot: () =>
      snapshotOf({
        present: [],
        links: {},
        state: {
          operator: signedIn,
          links: {},
          supervisor: { primary: null, standby: null, takeover: null, handover: null },
        },
      }),
    says: ['NOBODY', 'Telephone your supervisor or front desk.'],
  },
  {
    name: 'silent',
    snapshot: () => inSession({ kind: 'ready', observation: null, facts: screened() }),
    act: async (page) => {
      await page.evaluate(() => window.fakeBridge.fallSilent())
      await page.getByText('Scanside does not answer: what you see may be old.').waitFor()
    },
    says: ['UNKNOWN'],
  },
  {
    name: 'glossary',
    snapshot: () => snapshotOf({ state: { operator: signedIn } }),
    act: (page) => page.keyboard.press('F1'),
    says: ['Direct supervision', 'It never cancels a call for help.', 'a test page'],
  },
  ...helpScenes,
]
