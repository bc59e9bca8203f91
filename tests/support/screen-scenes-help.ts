import type { Page } from '@playwright/test'
import type { Snapshot } from '../../src/contract/ipc.ts'
import {
  ago,
  call,
  injecting,
  injection,
  inSession,
  observedFor,
  onScreen,
  order,
  pagedSoFar,
  reacting,
  receipts,
  screened,
  snapshotOf,
} from './sample-snapshots.ts'

const approvedCards = {
  edition: 'example-1',
  hash: '0'.repeat(64),
  policyIssuedAt: '2026-11-20T10:00:00.000Z',
  approval: {
    kind: 'sound' as const,
    by: 'Dr. E. Novak',
    physicianId: 'novak',
    at: '2026-11-20T10:00:00.000Z',
    validUntil: '2099-12-31',
  },
}

export type Scene = {
  readonly name: string
  readonly page?: 'index' | 'help'
  /** null: the main process has not said anything yet. Made anew for every size and theme: it holds times. */
  readonly snapshot: () => Snapshot | null
  /** The page begins with this state instead of coming to it. */
  readonly first?: boolean
  /** Words that must be on the screen. */
  readonly says: readonly (string | RegExp)[]
  readonly act?: (page: Page) => Promise<void>
  /** The docked strip and the help window have a size of their own. */
  readonly narrow?: boolean
}

/** Calls for help, orders, the docked strip and the help window. */
export const helpScenes: readonly Scene[] = [
  {
    name: 'order',
    snapshot: () =>
      inSession({
        kind: 'observing',
        facts: screened({ injections: [injection(400, 330)], orders: [order(null)] }),
        observation: observedFor(740),
      }),
    says: ['Read back: epinephrine 0.3 mg IM now'],
  },
  {
    name: 'reaction-cancel',
    snapshot: () => reacting({ pressedAt: ago(1) }),
    says: [/Cancel within \d s because:/, 'What do you see?', 'NOT APPROVED by a medical director'],
  },
  {
    name: 'reaction-on-screen',
    snapshot: () => reacting({ ...onScreen, cardId: 'anaphylaxis', drill: true, orders: [order(null)] }),
    says: ['Dr. A. Chen is on screen', 'DRILL', '1 mg/mL', 'IM, outer thigh', 'End the call…'],
  },
  {
    name: 'reaction-card-approved',
    snapshot: () => ({ ...reacting({ ...onScreen, cardId: 'anaphylaxis' }), cards: approvedCards }),
    says: ['Approved by Dr. E. Novak, medical director, on 2026-11-20', 'Other card'],
  },
  {
    name: 'reaction-cards-expired',
    snapshot: () => ({
      ...reacting(onScreen),
      cards: { ...approvedCards, approval: { ...approvedCards.approval, validUntil: '2026-01-31' } },
    }),
    says: [
      'NOT APPROVED by a medical director: the approval by Dr. E. Novak of 2026-11-20 ended on 2026-01-31',
    ],
  },
  {
    name: 'reaction-end',
    snapshot: () => reacting(onScreen),
    act: (page) => page.getByRole('button', { name: 'End the call…' }).click(),
    says: ['How did it end?', 'Transferred to emergency care'],
  },
  {
    name: 'reaction-unreachable-locked',
    snapshot: () =>
      snapshotOf({
        link: { kind: 'lost', reason: 'nothing heard for 3 s' },
        hub: { kind: 'offline', since: ago(60), reason: 'no network', nextAttemptAt: ago(-3) },
        unsynced: 12,
        state: {
          operator: { kind: 'locked', technologistId: 'ortiz' },
          reaction: call('reaction', { pressedAt: ago(25), unreachable: 'the hub and every peer are away' }),
        },
      }),
    says: [/NOBODY REACHED/, 'Telephone now. Scanside goes on calling.', '911'],
  },
  {
    name: 'reaction-pagers',
    snapshot: () => reacting(pagedSoFar),
    says: [
      'PagerDuty delivered',
      'e-mail failed',
      'K. Adams (site supervisor)',
      'webhook on its way…',
      'What do you see?',
    ],
  },
  {
    name: 'question',
    snapshot: () =>
      inSession(
        { kind: 'ready', observation: null, facts: screened({ recordsConfirmedBy: null }) },
        undefined,
        {
          state: {
            question: call('question', {
              pressedAt: ago(14),
              receipts: { chen: receipts({ paged: ago(14), delivered: ago(13), seen: ago(9) }) },
            }),
          },
        },
      ),
    says: ['Question to the physician', 'Dr. A. Chen sees the alarm', 'I have my answer'],
  },
  {
    name: 'strip',
    narrow: true,
    snapshot: () => ({ ...injecting({ kind: 'live' }), layout: 'strip' }),
    says: ['LIVE', '4 · Injection', 'REACTION — CALL NOW'],
  },
  {
    name: 'strip-reaction',
    narrow: true,
    snapshot: () => ({ ...reacting(onScreen), layout: 'strip' }),
    says: ['Open the reaction board', 'Dr. A. Chen is on screen'],
  },
  {
    name: 'strip-pagers',
    narrow: true,
    snapshot: () => ({ ...reacting(pagedSoFar), layout: 'strip' }),
    says: ['PagerDuty delivered', 'e-mail not delivered, trying again…'],
  },
  {
    name: 'help-pagers',
    page: 'help',
    narrow: true,
    snapshot: () => ({ ...reacting(pagedSoFar), window: 'help' }),
    says: [/PagerDuty delivered .* · e-mail failed/, 'K. Adams (site supervisor)'],
  },
  {
    name: 'help-idle',
    page: 'help',
    narrow: true,
    snapshot: () => snapshotOf({ window: 'help', policy: null }),
    says: ['No call is open', 'Emergency', '911'],
  },
  {
    name: 'help-open',
    page: 'help',
    narrow: true,
    snapshot: () => ({ ...reacting({ ...onScreen, drill: true, cardId: 'anaphylaxis' }), window: 'help' }),
    says: ['Dr. A. Chen is on screen', 'DRILL', 'Epinephrine 0.3 mg · 0.3 mL · 1 mg/mL · IM, outer thigh'],
  },
]
