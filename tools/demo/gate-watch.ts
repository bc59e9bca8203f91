import type { Page } from '@playwright/test'
import type { Snapshot } from '../../src/contract/ipc.ts'

/** What every snapshot of the window said about the gate, from the first to the last. */
export type GateWatch = {
  /** How many snapshots came with a gate, and how many had it open. */
  readonly read: () => Promise<GateCount>
}
export type GateCount = {
  readonly closed: number
  readonly open: number
  /** Open although the link was not live or the imaging records not confirmed: must stay 0. */
  readonly wronglyOpen: number
}

declare global {
  interface Window {
    demoGate?: { closed: number; open: number; wronglyOpen: number }
  }
}

/** Listens beside the screen to everything that the main process tells the window. */
export async function watchGate(page: Page): Promise<GateWatch> {
  await page.evaluate(() => {
    const count = { closed: 0, open: 0, wronglyOpen: 0 }
    window.demoGate = count
    window.workstation?.onSnapshot(({ gate, state, links }: Snapshot) => {
      if (gate === null || state.session.kind !== 'ready') return
      const { primary } = state.supervisor
      const isLive = primary !== null && links[primary]?.state.kind === 'live'
      const isConfirmed = state.session.facts.recordsConfirmedBy !== null
      if (gate.open) count.open += 1
      else count.closed += 1
      if (gate.open && !(isLive && isConfirmed)) count.wronglyOpen += 1
    })
  })
  return {
    read: async () => (await page.evaluate(() => window.demoGate)) ?? { closed: 0, open: 0, wronglyOpen: 0 },
  }
}
