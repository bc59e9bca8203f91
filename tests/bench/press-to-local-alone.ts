import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { pressGlobalShortcut, type Workstation } from '../support/electron-app.ts'
import { startHubProcess } from '../support/hub-process.ts'
import { type Benchmark, measured, type Run, type Target } from './benchmark.ts'
import { type LogReader, openLogReader } from './log-reader.ts'
import { openRoom } from './room.ts'

export const localTarget: Target = { words: 'p99 ≤ 150 ms', isMet: ({ p99 = 0 }) => p99 <= 150 }

const hotkey = 'CommandOrControl+Shift+F9'

export const pressToLocalAlone: Benchmark = {
  name: 'press-to-local-alone',
  what: 'press → local sound, card and timer, the renderer of the main window killed',
  samples: 25,
  run: async (run) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-alone-'))
    const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
    try {
      run.at('starting the workstation')
      const userDataDir = join(folder, 'ct-2')
      const room = await openRoom({ hub, userDataDir })
      const log = openLogReader(userDataDir)
      try {
        return [await measure(run, room.workstation, log)]
      } finally {
        log.close()
        await room.close()
      }
    } finally {
      await hub.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

async function measure(run: Run, workstation: Workstation, log: LogReader) {
  const help = await workstation.windowAt('/help.html')
  const byHotkey = workstation.engine.kind === 'standin'
  const samples: number[] = []
  let discarded = 0
  while (samples.length < run.samples) {
    run.at(`press ${samples.length + 1} of ${run.samples}`)
    const lostSeq = await killed(workstation, log)
    const before = log.headSeq()
    // No automation can press a global key on real Electron; there the help window's own button is pressed.
    if (byHotkey) await pressGlobalShortcut(workstation, hotkey)
    else await help.getByTestId('help-button').click()
    const shown = await log.next('help-shown', before, ({ body }) => body.window === 'help')
    // The watchdog may have brought the window back meanwhile; then this press was not made without it.
    if (isDead(log, shown.seq, lostSeq)) samples.push(shown.body.afterMs)
    else discarded += 1
    await takeBack(help)
  }
  return measured({
    name: 'press → local, renderer killed',
    unit: 'ms',
    samples,
    note: `${byHotkey ? 'hotkey' : 'button of the help window'} with the main window’s renderer dead, to its help-shown: tone scheduled, card and timer painted (${discarded} presses not counted: the window was back)`,
    target: localTarget,
  })
}

const isMain = ({ body }: { readonly body: { readonly window: string } }) => body.window === 'main'

/** Whether the main window, lost at `lostSeq`, had not come back when `seq` was written. */
const isDead = (log: LogReader, seq: number, lostSeq: number): boolean =>
  !log.entries('renderer-restored', lostSeq).some((entry) => isMain(entry) && entry.seq < seq)

/** The main window's renderer is dead: it was, or it is killed now. Answers with when it was lost. */
async function killed({ app }: Workstation, log: LogReader): Promise<number> {
  const lost = log.entries('renderer-lost', 0).findLast(isMain)
  if (lost !== undefined && isDead(log, Number.POSITIVE_INFINITY, lost.seq)) return lost.seq
  const before = log.headSeq()
  await app.evaluate(({ BrowserWindow }) => {
    const main = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().endsWith('/index.html'),
    )
    main?.webContents.forcefullyCrashRenderer()
  })
  return (await log.next('renderer-lost', before, isMain)).seq
}

async function takeBack(help: Page): Promise<void> {
  const idle = help.getByRole('heading', { name: 'Call for help' })
  const cancel = help.getByRole('button', { name: 'Cancel: pressed by mistake' })
  await cancel.click()
  await cancel.waitFor({ state: 'detached' })
  await idle.or(help.getByTestId('help-button')).first().waitFor()
}
