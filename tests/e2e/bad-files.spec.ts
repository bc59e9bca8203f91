import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { findElectron } from '../../tools/electron-runtime.ts'
import { verifyFolder } from '../../tools/verify-archive.ts'
import { copyData, dataBytes, makeReadOnly, overwrite, withDatabase } from '../support/data-folder.ts'
import { pressGlobalShortcut, workstationTest as test, type Workstation } from '../support/electron-app.ts'
import { logKeyOf } from '../support/log-keys.ts'
import { technologistAt } from '../support/technologist.ts'
import { logEntries, logLines } from '../support/workstation-files.ts'
import { openWorld, sparingTrace, type World } from '../support/world.ts'

// What a start does about files that are not as they should be: help works, words say what to do, nothing is lost.
test.use({ trace: sparingTrace })

let world: World
let folder: string
let enrolled: string
/** Where it was at work, with all that Chromium has left there. */
let enrolledAt: string
let pin: string
/** As the hub signed it, and as a version without encryption kept it. */
let plainPolicy: string
let copies = 0

test.beforeAll(async () => {
  world = await openWorld()
  folder = mkdtempSync(join(tmpdir(), 'scanside-bad-files-'))
  enrolled = join(folder, 'enrolled')
  mkdirSync(enrolled)
  const room = await world.openRoom('ct-2')
  pin = room.pin
  await expect(room.technologist.page.getByText('all records synced')).toBeVisible()
  const { encryptedPolicy } = JSON.parse(
    readFileSync(join(room.workstation.userDataDir, 'policy.json'), 'utf8'),
  )
  plainPolicy = await room.workstation.app.evaluate(
    ({ safeStorage }, sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
    String(encryptedPolicy),
  )
  await room.workstation.close()
  enrolledAt = room.workstation.userDataDir
  copyData(enrolledAt, enrolled)
})
test.afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The files of an enrolled room, for one test alone. */
function freshCopy(): string {
  copies += 1
  const copy = join(folder, `copy-${copies}`)
  copyData(enrolled, copy)
  return copy
}
const logOf = (data: string) => join(data, 'log.sqlite')
const snapshot = (page: Page) => technologistAt(page).snapshot()
const notice = (page: Page, words: string | RegExp) => page.locator('.ui-notice').filter({ hasText: words })

/** A press starts alarm, board and telephone numbers, whatever is wrong with the files. */
async function helpWorks(page: Page, press = () => technologistAt(page).pressReaction()): Promise<void> {
  await press()
  await expect(
    page.getByRole('region', { name: 'Telephone' }).getByText('911', { exact: true }),
  ).toBeVisible()
  const { state, alarm } = await snapshot(page)
  expect(state.reaction).not.toBeNull()
  expect(alarm).not.toBeNull()
}

type Spoilt = {
  readonly title: string
  readonly spoil: (data: string) => void
  /** What the screen says is wrong, and what to do. */
  readonly words: RegExp
}

const spoilt: readonly Spoilt[] = [
  {
    title: 'a database of a newer version',
    spoil: (data) => withDatabase(logOf(data), logKeyOf(data), (db) => void db.pragma('user_version = 99')),
    words: /written by a newer version of Scanside.*Install that version.*nothing is lost/,
  },
  {
    title: 'a database that is empty all of a sudden',
    spoil: (data) => truncateSync(logOf(data), 0),
    words: /is missing or empty.*Restore.*Nothing was changed/,
  },
  {
    title: 'a key file of another account',
    spoil: (data) => {
      const encryptedKey = Buffer.from('of another account').toString('base64')
      writeFileSync(join(data, 'log.key'), JSON.stringify({ v: 1, encryptedKey, encryptedNextKey: null }))
    },
    words: /file with its key, .*cannot decrypt it.*Sign in with the account.*Nothing was changed/,
  },
  {
    title: 'a device identity that is damaged',
    spoil: (data) => overwrite(join(data, 'device.json'), 0.3, 0.4),
    words: /device identity .* is damaged.*Restore it from a backup/,
  },
]

for (const { title, spoil, words } of spoilt) {
  test(`starts with ${title}: help works, the screen says what to do, the files stay as they are`, async ({
    launchWorkstation,
  }) => {
    const data = freshCopy()
    spoil(data)
    const before = dataBytes(data)
    const workstation = await launchWorkstation({ userDataDir: data })
    const page = await workstation.windowAt('/index.html')
    await expect(notice(page, words)).toContainText('kept only until Scanside ends')
    await helpWorks(page)
    expect((await snapshot(page)).durability.kind).toBe('volatile')
    await workstation.close()
    expect(dataBytes(data)).toEqual(before)
  })
}

for (const [where, from, to] of [
  ['header', 0, 0.002],
  ['middle', 0.25, 0.75],
] as const) {
  test(`sets a database aside that is overwritten in its ${where}: help works at once, the screen says what was lost`, async ({
    launchWorkstation,
  }) => {
    const data = freshCopy()
    overwrite(logOf(data), from, to)
    const workstation = await launchWorkstation({ userDataDir: data })
    const page = await workstation.windowAt('/index.html')
    await expect(notice(page, /The log on this computer was damaged.*recovered/)).toContainText(
      'IT finds a report',
    )
    await helpWorks(page)
    expect((await snapshot(page)).durability).toEqual({ kind: 'durable' })
    await workstation.close()
    const [name = ''] = readdirSync(join(data, 'damaged'))
    expect(readdirSync(join(data, 'damaged', name))).toEqual(
      expect.arrayContaining(['log.sqlite', 'report.txt']),
    )
  })
}

test('keeps nothing of a patient that could be read without the key, in any file', async () => {
  const { worklist } = JSON.parse(plainPolicy).policy
  const words = [worklist[0].patientName, worklist[0].patientId, worklist[0].accession]
  expect(words.every((each) => String(each).length > 4)).toBe(true)
  const names = readdirSync(enrolledAt, { recursive: true, encoding: 'utf8' }).filter((name) =>
    lstatSync(join(enrolledAt, name)).isFile(),
  )
  expect(names).toEqual(expect.arrayContaining(['log.sqlite', 'log.key', 'policy.json', 'device.json']))
  for (const name of names) {
    const bytes = readFileSync(join(enrolledAt, name))
    expect([name, words.filter((each) => bytes.includes(each))]).toEqual([name, []])
  }
})

test('starts with a database that it may not write', async ({ launchWorkstation }) => {
  const data = freshCopy()
  const before = dataBytes(data)
  const undo = makeReadOnly(logOf(data))
  test.skip(typeof undo === 'string', String(undo))
  try {
    const workstation = await launchWorkstation({ userDataDir: data })
    const page = await workstation.windowAt('/index.html')
    await expect(
      notice(page, /cannot be written.*Give this account write permission.*nothing is lost/),
    ).toBeVisible()
    // Signing in is allowed; work with patients is not.
    await technologistAt(page).signIn('J. Ortiz', pin)
    await page.getByRole('row', { name: 'Okafor' }).click()
    await expect(page.getByRole('button', { name: 'Open session' })).toBeDisabled()
    await helpWorks(page)
    await workstation.close()
  } finally {
    if (typeof undo !== 'string') undo()
  }
  expect(dataBytes(data)).toEqual(before)
})

test('starts beside another Scanside that has the database, and takes no enrolment code then', async ({
  launchWorkstation,
}) => {
  const data = join(folder, 'never-enrolled')
  mkdirSync(data)
  const other = new Database(join(data, 'log.sqlite.lock'))
  other.exec('BEGIN EXCLUSIVE')
  try {
    const workstation = await launchWorkstation({ userDataDir: data })
    const page = await workstation.windowAt('/index.html')
    await expect(notice(page, /is in use by another program.*Close the other Scanside/)).toBeVisible()
    const code = await world.hub.issueEnrolmentCode('mr-1')
    await page.getByLabel('Address of the hub').fill(world.hub.url)
    await page.getByLabel('One-time code').fill(code)
    await page.getByRole('button', { name: 'Enrol', exact: true }).click()
    await expect(notice(page, /cannot be enrolled.*is in use by another program/)).toBeVisible()
    if (workstation.engine.kind === 'standin') {
      await helpWorks(page, () => pressGlobalShortcut(workstation, 'CommandOrControl+Shift+F9'))
    } else await helpWorks(page)
    await workstation.close()

    other.close()
    const again = await launchWorkstation({ userDataDir: data })
    // The code is still good.
    await technologistAt(await again.windowAt('/index.html')).enrol(world.hub.url, code)
  } finally {
    other.close()
  }
})

test.describe('with files that it may use', () => {
  // One log that goes on from test to test, as a room's does: each begins at its own start.
  let data: string
  test.beforeAll(() => {
    data = freshCopy()
  })

  const start = async (launch: (options: { userDataDir: string }) => Promise<Workstation>) => {
    const workstation = await launch({ userDataDir: data })
    return { workstation, page: await workstation.windowAt('/index.html') }
  }

  test('a second start on the same files ends, and the first goes on', async ({ launchWorkstation }) => {
    const { page } = await start(launchWorkstation)
    const starts = logEntries(data).filter(({ type }) => type === 'app-started').length
    const { executable } = await findElectron()
    const second = spawn(executable, [join(import.meta.dirname, '..', '..'), `--user-data-dir=${data}`], {
      stdio: 'ignore',
    })
    expect(await once(second, 'exit')).toEqual([0, null])
    await helpWorks(page)
    expect((await snapshot(page)).durability.kind).toBe('durable')
    await technologistAt(page).endHelp('No reaction after all')
    expect(logEntries(data).filter(({ type }) => type === 'app-started')).toHaveLength(starts)
  })

  test('a tool that holds the database for a while stops neither help nor the record', async ({
    launchWorkstation,
  }) => {
    const { page } = await start(launchWorkstation)
    const before = logLines(data)
    const tool = openEncrypted(logOf(data), logKeyOf(data))
    try {
      tool.exec('BEGIN IMMEDIATE')
      await helpWorks(page)
      await expect(notice(page, /is in use by another program/)).toContainText('tried again')
      const stallsMs: number[] = []
      for (let i = 0; i < 20; i += 1) {
        const askedAt = Date.now()
        await snapshot(page)
        stallsMs.push(Date.now() - askedAt)
      }
      console.log(`slowest answer of the main process meanwhile: ${Math.max(...stallsMs)} ms`)
      expect(Math.max(...stallsMs)).toBeLessThan(400)
      tool.exec('ROLLBACK')
    } finally {
      tool.close()
    }
    await expect(notice(page, /is in use by another program/)).toBeHidden()
    await technologistAt(page).endHelp('No reaction after all')
    await expect
      .poll(() => logEntries(data).slice(before.length))
      .toContainEqual(expect.objectContaining({ type: 'help-ended' }))
    expect(logLines(data).slice(0, before.length)).toEqual(before)
    const since = logEntries(data).slice(before.length)
    expect(since.filter(({ type }) => type === 'help-pressed')).toHaveLength(1)
    const shown = since.filter(({ type }) => type === 'help-shown')
    const afterMs = Number(shown[0]?.body.afterMs)
    console.log(`press with the database held by another program → sounding and on the screen: ${afterMs} ms`)
    expect(afterMs).toBeLessThan(1500)
  })

  test.describe('and a policy that it may not', () => {
    test.beforeAll(() => world.hub.kill())
    test.afterAll(() => world.hub.restart())

    const policyFile = () => join(data, 'policy.json')
    const cases: readonly { title: string; spoil: (policy: string) => string; words: RegExp }[] = [
      {
        title: 'damaged',
        spoil: (policy) => policy.slice(0, policy.length / 2),
        words: /policy file .* cannot be read: it is not JSON/,
      },
      {
        title: 'changed after it was signed',
        spoil: (policy) => policy.replace('"911"', '"119"'),
        words: /is not signed by this site's hub and is not used/,
      },
    ]
    for (const { title, spoil, words } of cases) {
      test(`${title}: help works without it, and the hub's replaces it without losing it`, async ({
        launchWorkstation,
      }) => {
        const bad = spoil(plainPolicy)
        expect(bad === plainPolicy).toBe(false)
        writeFileSync(policyFile(), bad)
        const { page } = await start(launchWorkstation)
        await expect(notice(page, words)).toContainText(
          'supervised work waits for a good policy from the hub',
        )
        await helpWorks(page)
        await technologistAt(page).endHelp('No reaction after all')
        expect(readFileSync(policyFile(), 'utf8') === bad).toBe(true)

        await world.hub.restart()
        await expect(page.getByRole('button', { name: /^J. Ortiz/ })).toBeVisible({ timeout: 20_000 })
        await expect(notice(page, words)).toBeHidden()
        const aside = readdirSync(data).filter((name) => name.startsWith('policy.json.'))
        expect(aside.some((name) => readFileSync(join(data, name), 'utf8') === bad)).toBe(true)
        await world.hub.kill()
      })
    }
  })
})

/** The app started by IT with a switch for one thing, after which it ends without a window. */
async function runOnce(data: string, ...switches: string[]): Promise<{ code: unknown; words: string }> {
  const { executable } = await findElectron()
  const project = join(import.meta.dirname, '..', '..')
  const child = spawn(executable, [project, `--user-data-dir=${data}`, ...switches], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (some) => (words += String(some)))
  const [code] = await once(child, 'close')
  return { code, words }
}

test('changes the key of its log on demand, and only while it does not run', async ({
  launchWorkstation,
}) => {
  const data = freshCopy()
  const oldKey = logKeyOf(data)
  const change = () => runOnce(data, '--change-log-key')
  const before = logLines(data)
  expect(await change()).toMatchObject({ code: 0, words: expect.stringContaining('has a new key') })

  const workstation = await launchWorkstation({ userDataDir: data })
  const page = await workstation.windowAt('/index.html')
  expect((await snapshot(page)).durability.kind).toBe('durable')
  expect(logKeyOf(data)).not.toBe(oldKey)
  expect(logLines(data).slice(0, before.length)).toEqual(before)
  expect(await change()).toMatchObject({ code: 1, words: expect.stringContaining('quit it') })
})

test('exports its log on demand into a folder that verifies, also while it runs', async ({
  launchWorkstation,
}) => {
  const data = freshCopy()
  const out = join(folder, 'export')
  const before = logLines(data)
  const [{ device } = { device: '' }] = logEntries(data)
  expect(await runOnce(data, `--export-log=${out}`)).toMatchObject({
    code: 0,
    words: expect.stringContaining(`${out} holds entries 1 to ${before.length}, checked`),
  })
  expect(
    readFileSync(join(out, `${device}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n'),
  ).toEqual(before)
  const { holds, words } = verifyFolder(out, undefined)
  expect(words).toContain(`signed by the workstation ${device}`)
  expect(holds).toBe(true)
  expect(logLines(data)).toEqual(before)

  const workstation = await launchWorkstation({ userDataDir: data })
  const page = await workstation.windowAt('/index.html')
  expect((await snapshot(page)).durability.kind).toBe('durable')
  expect(await runOnce(data, `--export-log=${out}`)).toMatchObject({
    code: 1,
    words: expect.stringContaining('is there already: name a new folder'),
  })
  expect(await runOnce(data, `--export-log=${out}-span`, '--from=2', '--to=3')).toMatchObject({
    code: 0,
    words: expect.stringContaining('holds entries 2 to 3'),
  })
  expect(verifyFolder(`${out}-span`, undefined).words).toContain('2 entries, 2 to 3')
  await helpWorks(page)
  expect((await snapshot(page)).durability.kind).toBe('durable')
})

test('starts where its application log cannot be kept', async ({ launchWorkstation }) => {
  const data = join(folder, 'no-app-log')
  mkdirSync(data)
  writeFileSync(join(data, 'logs'), 'a file where the folder should be')
  const workstation = await launchWorkstation({ userDataDir: data })
  await helpWorks(await workstation.windowAt('/index.html'))
})
