import type { Draft } from '../../../src/platform/node/log-store-types.ts'

/** Drafts as the workstation stamps them; the body tells one from another. */
export function drafts(count: number, from = 1, device = 'd-0123456789abcdef0123'): Draft[] {
  return Array.from({ length: count }, (_, index) => ({
    device,
    at: new Date(Date.UTC(2026, 10, 24, 8, 0, from + index)).toISOString(),
    boot: 'b-test',
    mono: from + index,
    actor: { kind: 'system' },
    type: 'hub-lost',
    session: null,
    body: { reason: `number ${from + index}` },
  }))
}
