import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { sampleIds, samplePins, sampleSite } from '../../tools/sample-site.ts'
import { browserArgs, findBrowser } from '../../tools/setup/browser.mjs'
import { startHubProcess } from '../support/hub-process.ts'
import { openConsole } from '../support/physician-page.ts'
import { type LogReader, openLogReader } from './log-reader.ts'
import { watchConsole, watchRoom, watchSound } from './probes.ts'
import { type BenchRoom, cameraArgs, openRoom } from './room.ts'
import { until } from './until.ts'

/** Milliseconds since the click on the red button, as the hand made it. */
export type Press = {
  /** The reaction board painted in the main window. */
  readonly boardMs: number
  /** The first tone handed to running audio hardware, by whichever window owns the sound. */
  readonly soundMs: number
  /** `help-shown` in the log: that window had also painted, or given up waiting for a frame of its own. */
  readonly loggedMs: number
  /** The alarm painted at the physician's console. */
  readonly alarmMs: number
  /** The first picture of the room, received after the click, presented in the physician's alarm. */
  readonly pictureMs: number
}

/** A hub, a workstation and a physician on call, each in processes of their own, with a warm link. */
export type Stage = {
  /** One call for help from rest to rest: pressed, measured, cancelled, and the link back to warm. */
  readonly press: () => Promise<Press>
  readonly close: () => Promise<void>
}

const patienceMs = 20_000
const { chen } = sampleIds.physicians

export async function openStage(at: (words: string) => void): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-bench-'))
  const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })]
  const close = async () => {
    for (const end of endings.reverse()) {
      try {
        await end()
      } catch (error) {
        console.error(error)
      }
    }
  }
  try {
    at('starting the hub')
    const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
    endings.push(() => hub.stop())
    at('starting the workstation')
    const userDataDir = join(folder, 'ct-2')
    const room = await openRoom({ hub, userDataDir })
    endings.push(() => room.close())
    at('starting the physician’s console')
    const browser = await chromium.launch({
      executablePath: findBrowser(),
      args: [...browserArgs(), ...cameraArgs],
    })
    endings.push(() => browser.close())
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const physician = await openConsole(context, { hubUrl: hub.url })
    await physician.register(await hub.issueInvite(chen))
    await physician.goOnCall()
    const log = openLogReader(userDataDir)
    endings.push(() => log.close())
    at('waiting for the link to be warm')
    await whenWarm(room)
    await watchRoom(room.technologist.page)
    const help = await room.workstation.windowAt('/help.html')
    await watchSound(room.technologist.page)
    await watchSound(help)
    await watchConsole(physician.page)
    return { press: () => press({ room, help, console: physician.page, log }), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Watched = {
  readonly room: BenchRoom
  readonly help: Page
  readonly console: Page
  readonly log: LogReader
}

async function press({ room, help, console, log }: Watched): Promise<Press> {
  const page = room.technologist.page
  const before = log.headSeq()
  await page.evaluate(() => {
    window.benchRoom = { clickedAtMs: null, boardAtMs: null }
  })
  for (const each of [page, help])
    await each.evaluate(() => {
      window.benchSoundAtMs = null
    })
  await console.evaluate(() => {
    window.benchConsole = { alarms: {}, pictures: [] }
  })
  await atAnyMoment()
  await room.technologist.pressReaction()

  const { clickedAtMs, boardAtMs } = await until('the reaction board', patienceMs, () =>
    page.evaluate(() => {
      const { clickedAtMs, boardAtMs } = window.benchRoom
      // A NaN is a board that is there and not painted yet.
      return clickedAtMs === null || boardAtMs === null || Number.isNaN(boardAtMs)
        ? undefined
        : { clickedAtMs, boardAtMs }
    }),
  )
  const shown = await log.next('help-shown', before)
  const { escalationId } = shown.body
  const alarmAtMs = await until('the alarm at the console', patienceMs, () =>
    console.evaluate((id) => {
      const painted = window.benchConsole.alarms[id]
      return painted === undefined || Number.isNaN(painted) ? undefined : painted
    }, escalationId),
  )
  const pictureAtMs = await until('the room’s picture at the console', patienceMs, () =>
    console.evaluate(
      (clicked) => window.benchConsole.pictures.find(({ receivedAtMs }) => receivedAtMs > clicked)?.atMs,
      clickedAtMs,
    ),
  )
  const sounds = await Promise.all([page, help].map((each) => each.evaluate(() => window.benchSoundAtMs)))
  const soundAtMs = sounds.find((at) => at !== null)
  if (soundAtMs === undefined || soundAtMs === null) throw new Error('no window sounded')
  await settle(room, console)
  return {
    boardMs: boardAtMs - clickedAtMs,
    soundMs: soundAtMs - clickedAtMs,
    loggedMs: shown.atMs - clickedAtMs,
    alarmMs: alarmAtMs - clickedAtMs,
    pictureMs: pictureAtMs - clickedAtMs,
  }
}

/** Takes the call back, puts the alarm away, and waits until nothing flows any more. */
async function settle(room: BenchRoom, console: Page): Promise<void> {
  const { page } = room.technologist
  const mistake = page.getByRole('button', { name: 'Pressed by mistake' })
  const end = page.getByRole('button', { name: 'End the call…' })
  await mistake.or(end).first().waitFor()
  // On a slow machine the seconds for taking it back may be over.
  if (await mistake.isVisible()) await mistake.click()
  else await room.technologist.endHelp('No reaction after all')
  await page.getByRole('button', { name: 'REACTION — CALL NOW' }).waitFor()
  await console.getByRole('button', { name: 'Put away' }).click()
  await console.locator('.tile-picture').waitFor({ state: 'detached' })
  await whenWarm(room)
}

function whenWarm({ technologist }: BenchRoom): Promise<true> {
  return until('a warm link', patienceMs, async () => {
    const { links } = await technologist.snapshot()
    return links[chen]?.state.kind === 'warm' ? true : undefined
  })
}

/** Presses fall anywhere between the ticks and heartbeats of the programs, not always at the same place. */
const atAnyMoment = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 500))
