import { defineConfig } from '@playwright/test'
import { browserArgs, findBrowser } from './tools/setup/browser.mjs'

const unattended = (process.env.CI ?? '') !== ''

/** The physician's pages run in this browser; the workstation is launched by the fixtures of tests/e2e. */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  // Video in software takes both cores of a small machine: tests side by side would measure each other.
  workers: 1,
  // A test that passes only when repeated is broken.
  retries: 0,
  forbidOnly: unattended,
  timeout: 60_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    launchOptions: { executablePath: findBrowser(), args: browserArgs() },
  },
})
