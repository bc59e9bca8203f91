import { chromium } from '@playwright/test'
import { browserArgs, findBrowser } from '../../tools/setup/browser.mjs'
import { type Bare, openBare } from './bare/open.ts'
import type { Run } from './benchmark.ts'
import { cameraArgs } from './room.ts'
import { openStage, type Stage } from './stage.ts'

/** Opens the three programs and, beside them, the bare peers; closes all of it, whatever happens. */
export async function onStage<T>(run: Run, use: (stage: Stage, bare: Bare) => Promise<T>): Promise<T> {
  const stage = await openStage(run.at)
  try {
    run.at('starting the bare peers')
    // A browser of its own: in that of the console, which holds the camera already, theirs delivers nothing.
    const browser = await chromium.launch({
      executablePath: findBrowser(),
      args: [...browserArgs(), ...cameraArgs],
    })
    try {
      const bare = await openBare(browser)
      try {
        return await use(stage, bare)
      } finally {
        await bare.close()
      }
    } finally {
      await browser.close()
    }
  } finally {
    await stage.close()
  }
}
