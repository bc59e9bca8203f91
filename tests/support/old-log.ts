import fc from 'fast-check'
import { emptyChain, type LogEntry, sealEntry } from '../../src/domain/log/entry.ts'
import { sha256Hex } from '../../src/platform/node/ed25519.ts'

/** What happened, and when by the two clocks that know it. */
export type Happening = {
  readonly type: string
  readonly session: string | null
  readonly call: string | null
  readonly at: string
  readonly receivedAt: string
}

const dayMs = 24 * 60 * 60 * 1000
const isoAt = (ms: number): string => new Date(ms).toISOString()

/** Years of a room: sessions and calls that open and end, restarts, and clocks that at times are years off. */
export const yearsOfARoom = (fromYear: number, toYear: number): fc.Arbitrary<readonly Happening[]> =>
  fc
    .array(
      fc.record({
        what: fc.constantFrom('open', 'close', 'fact', 'press', 'end-call', 'start', 'policy', 'sign-in'),
        days: fc.integer({ min: 0, max: 200 }),
        /** How far the room's clock is off, in years. */
        off: fc.oneof(
          { weight: 9, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: -10, max: 10 }) },
        ),
        /** How far the hub's was. */
        hubOff: fc.oneof(
          { weight: 9, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: -10, max: 10 }) },
        ),
      }),
      { minLength: 1, maxLength: 80 },
    )
    .map((steps) => {
      let ms = Date.UTC(fromYear, 0, 1)
      let sessions = 0
      let calls = 0
      let session: string | null = null
      let call: string | null = null
      const happenings: Happening[] = []
      for (const { what, days, off, hubOff } of steps) {
        ms = Math.min(ms + days * dayMs, Date.UTC(toYear, 0, 1))
        const times = { at: isoAt(ms + off * 365 * dayMs), receivedAt: isoAt(ms + hubOff * 365 * dayMs) }
        const add = (type: string, ofCall: string | null = null) =>
          void happenings.push({ type, session, call: ofCall, ...times })
        if (what === 'open' && session === null) {
          sessions += 1
          session = `s-${sessions}`
          add('session-opened')
        } else if (what === 'close' && session !== null) {
          add('session-closed')
          session = null
        } else if (what === 'press' && call === null) {
          calls += 1
          call = `e-${calls}`
          add('help-pressed', call)
        } else if (what === 'end-call' && call !== null) {
          add('help-ended', call)
          call = null
        } else if (what === 'start') add('app-started')
        else if (what === 'policy') add('policy-adopted')
        else if (what === 'sign-in') add('technologist-signed-in')
        else add('responder-checked-in')
      }
      return happenings
    })

export type ReceivedEntry = { readonly entry: LogEntry; readonly receivedAt: string }

export function logOf(device: string, happenings: readonly Happening[]): readonly ReceivedEntry[] {
  let head = emptyChain
  return happenings.map(({ type, session, call, at, receivedAt }, index) => {
    // What names no session in a real log names none here.
    const isStanding = ['app-started', 'policy-adopted', 'technologist-signed-in'].includes(type)
    const entry = sealEntry(
      head,
      {
        device,
        at,
        boot: 'b-1',
        mono: index,
        actor: { kind: 'system' },
        type,
        session: isStanding ? null : session,
        body: call === null ? {} : { escalationId: call },
      },
      sha256Hex,
    )
    head = entry
    return { entry, receivedAt }
  })
}
