import { expect, type Locator, type Page, test } from '@playwright/test'
import type { Intent, Report, Snapshot } from '../../src/contract/ipc.ts'
import { pressByKeyboard, tabTo } from '../support/keyboard.ts'
import { intents, openRenderer, show } from '../support/renderer-page.ts'
import { type RendererServer, serveRenderer } from '../support/renderer-server.ts'
import {
  ago,
  answered,
  call,
  factsOf,
  injecting,
  injection,
  inSession,
  observedFor,
  order,
  pagedSoFar,
  reacting,
  receipts,
  screened,
  signedIn,
  snapshotOf,
} from '../support/sample-snapshots.ts'

let server: RendererServer

test.beforeAll(async () => {
  server = await serveRenderer()
})
test.afterAll(() => server.close())

const open = (page: Page, first: Snapshot | null, which: 'index' | 'help' = 'index'): Promise<void> =>
  openRenderer(page, server, first, which)
const lastIntent = async (page: Page): Promise<Intent | undefined> => (await intents(page)).at(-1)
const reportsOf = (page: Page, kind: Report['kind']): Promise<readonly Report[]> =>
  page.evaluate((wanted) => window.fakeBridge.reports.filter((report) => report.kind === wanted), kind)
const redButton = (page: Page): Locator => page.getByTestId('help-button')

test('the whole session by keyboard alone', async ({ page }) => {
  // Dozens of keys, each with its way there and back: long on a busy machine.
  test.slow()
  await open(page, snapshotOf())
  await pressByKeyboard(page, 'J. Ortiz')
  await page.keyboard.type('2468')
  await page.keyboard.press('Enter')
  expect(await lastIntent(page)).toEqual({ kind: 'sign-in', technologistId: 'ortiz', pin: '2468' })

  await show(page, snapshotOf({ state: { operator: signedIn } }))
  await tabTo(page, page.getByRole('radio', { name: /DOE, JANE/ }))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /OKONKWO/ })).toBeChecked()
  await page.keyboard.press('ArrowUp')
  await pressByKeyboard(page, 'Open session')
  expect(await lastIntent(page)).toMatchObject({
    kind: 'open-session',
    exam: { accession: 'A26-10431' },
    contrastClass: 'iodinated',
  })

  await show(page, inSession({ kind: 'screening', facts: factsOf() }))
  await expect(page.getByRole('heading', { name: '2 · Screening' })).toBeFocused()
  await tabTo(page, page.getByRole('radio', { name: 'Yes' }).first())
  await page.keyboard.press('Space')
  expect(await lastIntent(page)).toEqual({
    kind: 'answer-screening',
    questionId: 'prior',
    answer: 'yes',
    note: '',
  })
  await show(page, inSession({ kind: 'screening', facts: factsOf({ answers: answered() }) }))
  await pressByKeyboard(page, 'Screening complete')
  expect(await lastIntent(page)).toEqual({ kind: 'complete-screening' })

  await show(page, inSession({ kind: 'ready', observation: null, facts: screened({ responderId: null }) }))
  await tabTo(page, page.getByLabel('On-site responder'))
  await page.keyboard.type('R. Patel')
  await pressByKeyboard(page, 'Check in')
  expect(await lastIntent(page)).toEqual({ kind: 'check-in-responder', responderId: 'patel' })

  await show(page, inSession({ kind: 'ready', observation: null, facts: screened() }))
  await tabTo(page, page.getByLabel('Contrast agent'))
  await page.keyboard.type('Iohexol')
  await expect(page.getByLabel('Volume in mL')).toHaveValue('95')
  await pressByKeyboard(page, 'Start injection')
  expect(await lastIntent(page)).toEqual({
    kind: 'start-injection',
    agentId: 'iohexol-350',
    volumeMl: 95,
    route: 'IV',
    lot: null,
  })

  await show(page, injecting({ kind: 'live' }))
  await pressByKeyboard(page, 'STOP injection')
  expect(await lastIntent(page)).toEqual({ kind: 'stop-injection' })

  const given = screened({ injections: [injection(1300, 1230)] })
  await show(page, inSession({ kind: 'observing', facts: given, observation: observedFor(-30) }))
  await pressByKeyboard(page, 'End observation')
  expect(await lastIntent(page)).toEqual({ kind: 'end-observation', earlyReason: null })

  await show(page, inSession({ kind: 'closing', facts: given }))
  await tabTo(page, page.getByRole('radio', { name: /Released/ }))
  await page.keyboard.press('Space')
  await pressByKeyboard(page, 'Close session')
  expect(await lastIntent(page)).toEqual({ kind: 'close-session', disposition: 'released', note: '' })
})

test('the red button works before anything is known, and says that it was felt', async ({ page }) => {
  await open(page, null)
  await redButton(page).click()
  expect(await intents(page)).toEqual([
    { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false },
  ])
  await expect(page.getByText('The press was felt.')).toBeVisible()
  await show(page, snapshotOf({ policy: null, state: { reaction: call('reaction') } }))
  await expect(
    page.getByText('Time since the press').or(page.getByLabel('Time since the press')),
  ).toBeVisible()
  await expect(page.getByText('No reaction cards in the policy')).toBeVisible()
})

test('a press that the main process refuses names the telephone', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await page.evaluate(() =>
    window.fakeBridge.answer('press-help', { ok: false, error: { kind: 'broken', message: 'It broke.' } }),
  )
  await redButton(page).click()
  await expect(page.getByText('The call did not go out. Use the telephone.')).toBeVisible()
  await expect(page.getByText('It broke.')).toBeVisible()
})

test('from the lock screen the press says so, by keyboard too', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: { kind: 'locked', technologistId: 'ortiz' } } }))
  await tabTo(page, redButton(page))
  await page.keyboard.press('Enter')
  expect(await lastIntent(page)).toEqual({
    kind: 'press-help',
    escalation: 'reaction',
    origin: 'lock-screen',
    drill: false,
  })
})

test('Escape closes a dialog and never a call; F1 opens the glossary over it', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await show(page, reacting({ pressedAt: ago(30) }))
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'End the call…' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByText('How did it end?')).toBeHidden()
  await page.keyboard.press('F1')
  await expect(page.getByRole('dialog', { name: 'Help and glossary' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  expect(await intents(page)).toEqual([])
})

test('no dialog stands between a person and help', async ({ page }) => {
  await open(
    page,
    inSession({ kind: 'ready', observation: null, facts: screened({ recordsConfirmedBy: null }) }),
  )
  await page.getByRole('button', { name: 'Override…' }).click()
  await expect(page.getByLabel('Reason')).toBeFocused()
  await page.keyboard.press('F1')
  await expect(page.getByRole('dialog', { name: 'Help and glossary' })).toBeVisible()
  await redButton(page).click()
  expect(await lastIntent(page)).toMatchObject({ kind: 'press-help', escalation: 'reaction' })
  await show(page, reacting({}))
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.getByRole('button', { name: /Anaphylaxis/ }).click()
  expect(await lastIntent(page)).toMatchObject({ kind: 'choose-card' })
})

test('a mis-press is taken back with one tap while its seconds last, then only ended', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await show(page, reacting({ pressedAt: ago(0) }))
  await page.getByRole('button', { name: 'Pressed by mistake' }).click()
  expect(await lastIntent(page)).toEqual({
    kind: 'cancel-help',
    escalationId: 'e-reaction',
    reason: 'Pressed by mistake',
  })
  await page.getByRole('button', { name: 'End the call…' }).click()
  await page.getByRole('button', { name: 'No reaction after all' }).click()
  expect(await lastIntent(page)).toMatchObject({ kind: 'end-help', outcome: 'No reaction after all' })
})

test('card, telephone and read-back are one tap each', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await show(page, reacting({ orders: [order(null)] }))
  await page.getByRole('button', { name: /Anaphylaxis/ }).click()
  await page.getByRole('button', { name: 'I called: Code team 5555' }).click()
  await page.getByRole('button', { name: 'Read back: epinephrine 0.3 mg IM now' }).click()
  expect(await intents(page)).toEqual([
    { kind: 'choose-card', escalationId: 'e-reaction', cardId: 'anaphylaxis' },
    { kind: 'mark-phone-called', escalationId: 'e-reaction', number: '5555' },
    { kind: 'read-back-order', statementId: 'o1' },
  ])
  await show(page, reacting({ orders: [order(ago(0))] }))
  await expect(page.getByText(/^Read back:/)).toBeHidden()
})

test('a volume above the largest of the site is asked for twice', async ({ page }) => {
  await open(page, inSession({ kind: 'ready', observation: null, facts: screened() }))
  await page.getByLabel('Contrast agent').selectOption('iohexol-350')
  await page.getByLabel('Volume in mL', { exact: true }).fill('180')
  const start = page.getByRole('button', { name: 'Start injection' })
  await expect(start).toBeDisabled()
  await page.getByLabel('Volume again, in mL').fill('18')
  await expect(page.getByText('The two volumes differ.')).toBeVisible()
  await page.getByLabel('Volume again, in mL').fill('180')
  await start.click()
  expect(await lastIntent(page)).toMatchObject({ kind: 'start-injection', volumeMl: 180 })
})

test('what fails the gate can be asked about, or overridden with a reason where the rule allows', async ({
  page,
}) => {
  await open(
    page,
    inSession({ kind: 'ready', observation: null, facts: screened({ recordsConfirmedBy: null }) }),
  )
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  expect(await lastIntent(page)).toMatchObject({ kind: 'press-help', escalation: 'question' })
  await page.getByRole('button', { name: 'Override…' }).click()
  await page.getByLabel('Reason').fill('Prior images seen on PACS')
  await page.getByRole('button', { name: 'Override with this reason' }).click()
  expect(await lastIntent(page)).toEqual({
    kind: 'override-check',
    check: 'imaging-records',
    finding: expect.stringContaining('has not confirmed access'),
    reason: 'Prior images seen on PACS',
  })
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('an old snapshot that comes late changes nothing', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await expect(page.getByText('Which exam?')).toBeVisible()
  await show(page, snapshotOf())
  await expect(page.getByText('K. Lindqvist')).toBeVisible()
  await page.evaluate(
    (late) => window.fakeBridge.showLate(late),
    snapshotOf({ state: { operator: signedIn } }),
  )
  await expect(page.getByText('K. Lindqvist')).toBeVisible()
})

test('a main process that falls silent makes nothing look alive, and help says so', async ({ page }) => {
  await open(page, injecting({ kind: 'live' }))
  await expect(page.getByText('Supervised now')).toBeVisible()
  await page.evaluate(() => window.fakeBridge.fallSilent())
  const silentAt = Date.now()
  await expect(page.getByText(/SUPERVISION UNKNOWN/)).toBeVisible()
  console.log(`a silent main process is shown after ${Date.now() - silentAt} ms`)
  await expect(page.getByText('LIVE', { exact: true })).toBeHidden()
})

test('the window reports that it lives, is usable, its devices and its links', async ({ page }) => {
  await open(page, snapshotOf())
  await expect.poll(() => reportsOf(page, 'usable')).toHaveLength(1)
  await expect.poll(async () => (await reportsOf(page, 'alive')).length).toBeGreaterThan(3)
  await expect
    .poll(() => reportsOf(page, 'device-changed'))
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ device: 'camera', state: 'ready' }),
        expect.objectContaining({ device: 'microphone', state: 'ready' }),
      ]),
    )
  await page.mouse.move(100, 100)
  await expect.poll(async () => (await reportsOf(page, 'activity')).length).toBeGreaterThan(0)
  await show(page, snapshotOf({ peers: [{ physicianId: 'chen', connectionId: 'c1', media: 'held' }] }))
  await expect
    .poll(async () => (await reportsOf(page, 'links-measured')).at(-1))
    .toMatchObject({ links: [{ physicianId: 'chen' }] })
  await expect.poll(async () => (await reportsOf(page, 'signal')).length).toBeGreaterThan(0)
})

for (const which of ['index', 'help'] as const) {
  const owner = which === 'index' ? 'main' : 'help'
  test(`the ${owner} window sounds the alarm only when it is told to, and reports it once`, async ({
    page,
  }) => {
    const base = { window: owner, policy: null } as const
    await open(page, snapshotOf(base), which)
    // A plain browser lets a page sound only after a gesture.
    await page.mouse.click(5, 5)
    const reaction = call('reaction')
    const other = owner === 'main' ? 'help' : 'main'
    await show(page, snapshotOf({ ...base, alarm: { soundIn: other }, state: { reaction } }))
    await expect(page.getByText('911').first()).toBeVisible()
    expect(await reportsOf(page, 'help-shown')).toEqual([])
    for (let n = 0; n < 3; n += 1) {
      await show(page, snapshotOf({ ...base, alarm: { soundIn: owner }, state: { reaction } }))
    }
    await expect
      .poll(() => reportsOf(page, 'help-shown'))
      .toEqual([{ kind: 'help-shown', escalationId: 'e-reaction' }])
  })
}

test('the help window calls, cancels and marks telephones without a policy', async ({ page }) => {
  await open(page, snapshotOf({ window: 'help', policy: null }), 'help')
  await redButton(page).click()
  await show(
    page,
    snapshotOf({
      window: 'help',
      policy: null,
      state: { reaction: call('reaction', { pressedAt: ago(0) }) },
    }),
  )
  await page.getByRole('button', { name: 'I called: Emergency 911' }).click()
  await page.getByRole('button', { name: 'Cancel: pressed by mistake' }).click()
  expect(await intents(page)).toEqual([
    { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false },
    { kind: 'mark-phone-called', escalationId: 'e-reaction', number: '911' },
    { kind: 'cancel-help', escalationId: 'e-reaction', reason: 'Pressed by mistake' },
  ])
  await expect(page.getByRole('button', { name: 'Cancel: pressed by mistake' })).toBeHidden()
})

test('a question is quiet: a line that says how far it is, withdrawn or ended in place', async ({ page }) => {
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await page.getByRole('button', { name: 'Ask the physician' }).click()
  expect(await lastIntent(page)).toMatchObject({ escalation: 'question' })
  const question = call('question', {
    pressedAt: ago(20),
    receipts: { chen: receipts({ delivered: ago(19), seen: ago(18) }) },
  })
  await show(page, snapshotOf({ state: { operator: signedIn, question } }))
  await page.getByRole('button', { name: 'I have my answer' }).click()
  expect(await lastIntent(page)).toEqual({
    kind: 'end-help',
    escalationId: 'e-question',
    outcome: 'Question answered',
  })
})

test('whom the hub pages takes a few lines and no card off the smallest screen', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await open(page, reacting({ ...pagedSoFar, outOfBand: [] }))
  const card = page.locator('.card-choice').first()
  const top = async () => (await card.boundingBox())?.y ?? Number.NaN
  const before = await top()
  await show(page, reacting(pagedSoFar))
  await expect(page.getByRole('list', { name: 'Paged by other ways' }).getByRole('listitem')).toHaveCount(3)
  expect((await top()) - before).toBeLessThanOrEqual(70)
  await expect(card).toBeInViewport({ ratio: 1 })
})
