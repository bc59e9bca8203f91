import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { build } from 'vite'
import { fakeMediaArgs, writeFakeMedia } from '../../tests/support/fake-media.ts'
import { faces } from '../../tests/support/world.ts'
import { browserArgs, findBrowser } from '../setup/browser.mjs'

const origin = 'https://cold-call.test/'

/**
 * How long a call takes that is set up from nothing: plain simple-peer between two pages of one browser, with the
 * same kind of camera as the room's, from the call to the first decoded picture at the called end, ms. It is spared
 * what a real one would pay besides: cameras are open already, both ends are on this machine, and no server carries
 * the signals.
 */
export async function measureColdCall(): Promise<number> {
  const script = await bundled()
  const folder = mkdtempSync(join(tmpdir(), 'scanside-cold-call-'))
  const { colour, toneHz } = faces['ct-2']
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: [...browserArgs(), ...fakeMediaArgs(writeFakeMedia(folder, colour, toneHz))],
  })
  try {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] })
    await context.route(`${origin}**`, (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        body: `<!doctype html><body><script>${script}</script>`,
      }),
    )
    const [caller, called] = await Promise.all([context.newPage(), context.newPage()])
    for (const page of [caller, called]) {
      await page.goto(origin)
      await page.evaluate(() => window.prepareCall())
    }
    // A page behind another one is not painted, and would never present the picture.
    await called.bringToFront()
    // The called end listens before the other one calls: what is asked of a page is done in order.
    const answered = called.evaluate(() => window.answerCall())
    await called.evaluate(() => undefined)
    const startedAt = await caller.evaluate(() => window.startCall())
    return (await answered) - startedAt
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function bundled(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL('cold-call-page.ts', import.meta.url)),
        formats: ['iife'],
        name: 'coldCall',
      },
    },
  })
  const [output] = Array.isArray(result) ? result : [result]
  if (output === undefined || !('output' in output)) throw new Error('the bundler wrote nothing')
  return output.output[0].code
}
