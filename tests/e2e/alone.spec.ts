import { once } from 'node:events'
import { expect } from '@playwright/test'
import { killProcessesWith, workstationTest as test } from '../support/electron-app.ts'
import { technologistAt } from '../support/technologist.ts'
import { logEntries } from '../support/workstation-files.ts'

test('before enrolment it sounds, shows the numbers, says that nobody is reached, and is logged', async ({
  launchWorkstation,
}) => {
  const alone = await launchWorkstation()
  const page = await alone.windowAt('/index.html')
  const operator = technologistAt(page)
  await expect(page.getByRole('heading', { name: 'Enrol this workstation' })).toBeVisible()
  await operator.pressReaction()
  await expect(page.getByText('NOBODY REACHED: this workstation is not enrolled at a hub')).toBeVisible()
  await expect(page.getByText('911').first()).toBeVisible()
  await page.getByRole('button', { name: 'I called: Emergency 911' }).click()
  await expect
    .poll(() => logEntries(alone.userDataDir).map(({ type }) => type))
    .toEqual(expect.arrayContaining(['help-pressed', 'help-unreachable', 'help-shown', 'phone-called']))
  await operator.endHelp('Transferred to emergency care')
  await expect(page.getByRole('heading', { name: 'Enrol this workstation' })).toBeVisible()
})

test('a main process that hangs in a call is ended and started again into the same call', async ({
  launchWorkstation,
}) => {
  test.skip(process.platform === 'win32', 'what was started again is found by ps, and ended by a signal')
  const { app, userDataDir, windowAt } = await launchWorkstation()
  await technologistAt(await windowAt('/index.html')).pressReaction()
  const typesOf = () => logEntries(userDataDir).map(({ type }) => type)
  await expect.poll(typesOf).toContain('help-shown')
  const ended = once(app.process(), 'exit')
  const hungAtMs = Date.now()
  await app.evaluate(() => {
    setTimeout(() => {
      for (;;);
    })
  })
  expect(await ended).toEqual([null, 'SIGKILL'])
  try {
    const sinceStart = () => logEntries(userDataDir).slice(typesOf().lastIndexOf('app-started'))
    await expect.poll(() => typesOf().filter((type) => type === 'app-started')).toHaveLength(2)
    const [started] = sinceStart()
    console.log(`main process hung → started again: ${Date.parse(started?.at ?? '') - hungAtMs} ms`)
    // Nobody pressed again, and nobody ended it: the screen of the new process shows that very call.
    await expect.poll(() => sinceStart().map(({ type }) => type)).toContain('help-shown')
    const calls = logEntries(userDataDir).filter(({ type }) => type.startsWith('help-'))
    expect(new Set(calls.map(({ body }) => body.escalationId)).size).toBe(1)
    expect(typesOf()).not.toContain('help-ended')
    expect(typesOf().filter((type) => type === 'help-pressed')).toHaveLength(1)
  } finally {
    await killProcessesWith(userDataDir)
  }
})
