import type { Page } from '@playwright/test'
import type { Intent, Snapshot } from '../../src/contract/ipc.ts'
import { installFakeBridge } from './fake-bridge.ts'
import type { RendererServer } from './renderer-server.ts'

/** Opens one of the workstation's pages on its first snapshot, with a bridge that keeps what the page asks for. */
export async function openRenderer(
  page: Page,
  server: RendererServer,
  first: Snapshot | null,
  which: 'index' | 'help' = 'index',
): Promise<void> {
  await page.addInitScript(installFakeBridge, first)
  await page.goto(server.url(which))
}

export const show = (page: Page, snapshot: Snapshot): Promise<void> =>
  page.evaluate((next) => window.fakeBridge.show(next), snapshot)

export const intents = (page: Page): Promise<readonly Intent[]> =>
  page.evaluate(() => window.fakeBridge.intents)
