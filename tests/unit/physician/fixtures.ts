import { createStore } from 'zustand/vanilla'
import type { Page, RoomView } from '../../../src/contract/room-view.ts'
import type { PagesHere, PagesHereKeeper } from '../../../src/physician/push/pages-here.ts'
import type { Clock } from '../../../src/physician/ticker/clock.ts'

/** A browser that takes no pages. */
export const noPagesHere: PagesHereKeeper = {
  store: createStore<PagesHere>(() => ({ kind: 'unsupported' })),
  check: async () => undefined,
  turnOn: async () => undefined,
  turnOff: async () => undefined,
  leave: () => undefined,
}

export const page = (change: Partial<Page> = {}): Page => ({
  escalationId: 'e1',
  kind: 'reaction',
  drill: false,
  deviceId: 'd-1',
  roomId: 'ct-2',
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  sessionId: 's1',
  pressedAt: '2026-11-24T09:41:07.000Z',
  elapsedMs: 1500,
  ...change,
})

export const roomView = (change: Partial<RoomView> = {}): RoomView => ({
  roomId: 'ct-2',
  deviceId: 'd-1',
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  modality: 'CT',
  technologist: 'J. Ortiz',
  responder: null,
  step: 'idle',
  session: null,
  escalations: [],
  orders: [],
  gapOpen: false,
  unsigned: [],
  timeline: [],
  ...change,
})

export const session = {
  sessionId: 's1',
  exam: {
    accession: 'A1',
    patientName: 'DOE^JANE',
    patientId: '1',
    birthDate: '1970-01-01',
    sex: 'F' as const,
    weightKg: 70,
    procedure: 'CT abdomen',
    modality: 'CT' as const,
  },
  openedAt: '2026-11-24T09:40:00.000Z',
  answers: [],
  recordsConfirmed: true,
  injections: [],
  observationLeftMs: null,
}

/** A clock that only moves when told to. */
export function handClock(): Clock & { readonly advance: (ms: number) => void } {
  let now = 0
  const timers = new Set<{ due: number; run: () => void }>()
  const after = (delayMs: number, run: () => void) => {
    const timer = { due: now + delayMs, run }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  return {
    monoMs: () => now,
    instant: () => new Date(Date.UTC(2026, 10, 24) + now).toISOString(),
    jitter: () => 0,
    after,
    every(periodMs, run) {
      let cancel = () => {}
      const again = () => {
        cancel = after(periodMs, again)
        run()
      }
      cancel = after(periodMs, again)
      return () => cancel()
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const next = [...timers].sort((a, b) => a.due - b.due)[0]
        if (next === undefined || next.due > end) break
        now = next.due
        timers.delete(next)
        next.run()
      }
      now = end
    },
  }
}
