import { defineConfig } from '@playwright/test'
import { browserArgs, findBrowser } from './tools/setup/browser.mjs'

const unattended = (process.env.CI ?? '') !== ''

/** The physician's pages run in this browser; the workstation is launched by the fixtures of tests/e2e. */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  workers: 2,
  projects: [
    // Pages with a pretended workstation behind them: nothing in them is timed, so they share the cores, and go first.
    { name: 'screens', testMatch: /screens.*\.spec\.ts$/, fullyParallel: true },
    // Video in software takes both cores of a small machine: tests side by side would measure each other.
    // On cores shared with strangers one of two hundred comes too late: it is repeated once, and named at the end of the run.
    { name: 'rooms', testIgnore: /screens.*\.spec\.ts$/, workers: 1, retries: unattended ? 1 : 0 },
  ],
  forbidOnly: unattended,
  // Waits that claim nothing: a machine may be five times slower than usual. What must be quick is measured where it is.
  timeout: 120_000,
  globalTimeout: 60 * 60_000,
  expect: { timeout: 25_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    navigationTimeout: 45_000,
    launchOptions: { executablePath: findBrowser(), args: browserArgs() },
  },
})
