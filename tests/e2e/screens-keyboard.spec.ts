import { expect, type Page, test } from '@playwright/test'
import type { Snapshot } from '../../src/contract/ipc.ts'
import { pressByKeyboard, tabTo } from '../support/keyboard.ts'
import { intents, openRenderer, show } from '../support/renderer-page.ts'
import { type RendererServer, serveRenderer } from '../support/renderer-server.ts'
import { ago, call, order, reacting, receipts, signedIn, snapshotOf } from '../support/sample-snapshots.ts'

let server: RendererServer

test.beforeAll(async () => {
  server = await serveRenderer()
})
test.afterAll(() => server.close())

const open = (page: Page, first: Snapshot, which: 'index' | 'help' = 'index'): Promise<void> =>
  openRenderer(page, server, first, which)

/** With as long to take a press back as a busy machine needs to get there. */
const patient = ({ policy, ...rest }: Snapshot): Snapshot => ({
  ...rest,
  policy: policy && { ...policy, escalation: { ...policy.escalation, cancelWithinMs: 60_000 } },
})

test('a reaction by keyboard alone: called, read back, telephoned, ended', async ({ page }) => {
  // Dozens of keys, each with its way there and back: long on a busy machine.
  test.slow()
  await open(page, snapshotOf({ state: { operator: signedIn } }))
  await tabTo(page, page.getByTestId('help-button'))
  await page.keyboard.press('Enter')
  await show(page, patient(reacting({ pressedAt: ago(0) })))
  await pressByKeyboard(page, 'Pressed by mistake')
  await show(page, reacting({ orders: [order(null)] }))
  await pressByKeyboard(page, /Anaphylaxis/)
  await pressByKeyboard(page, 'Read back: epinephrine 0.3 mg IM now')
  await pressByKeyboard(page, 'I called: Code team 5555')
  await pressByKeyboard(page, 'End the call…')
  await expect(page.getByText('How did it end?')).toBeVisible()
  await pressByKeyboard(page, 'No reaction after all')
  const escalationId = 'e-reaction'
  expect(await intents(page)).toEqual([
    { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false },
    { kind: 'cancel-help', escalationId, reason: 'Pressed by mistake' },
    { kind: 'choose-card', escalationId, cardId: 'anaphylaxis' },
    { kind: 'read-back-order', statementId: 'o1' },
    { kind: 'mark-phone-called', escalationId, number: '5555' },
    { kind: 'end-help', escalationId, outcome: 'No reaction after all' },
  ])
})

test.describe('the help window by keyboard alone', () => {
  const inHelp = (over: Parameters<typeof call>[1] | null, within = 10): Snapshot =>
    snapshotOf({
      window: 'help',
      state: { reaction: over === null ? null : call('reaction', { pressedAt: ago(within), ...over }) },
    })

  test('calls, calls again, cancels, chooses a card and marks telephones', async ({ page }) => {
    await open(page, inHelp(null), 'help')
    await tabTo(page, page.getByTestId('help-button'))
    await page.keyboard.press('Enter')
    await show(page, patient(inHelp({}, 0)))
    // The button has new words and is the same button: a finger that stays on the key finds it there.
    await expect(page.getByTestId('help-button')).toHaveText('CALL AGAIN')
    await expect(page.getByTestId('help-button')).toBeFocused()
    await page.keyboard.press('Enter')
    await pressByKeyboard(page, 'Cancel: pressed by mistake')
    await show(page, inHelp({}))
    await pressByKeyboard(page, 'I called: Emergency 911')
    await pressByKeyboard(page, /Anaphylaxis/)
    await show(page, inHelp({ cardId: 'anaphylaxis' }))
    await pressByKeyboard(page, 'Other card')
    await expect(page.getByRole('button', { name: /Anaphylaxis/ })).toBeVisible()
    const escalationId = 'e-reaction'
    const press = { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false }
    expect(await intents(page)).toEqual([
      press,
      press,
      { kind: 'cancel-help', escalationId, reason: 'Pressed by mistake' },
      { kind: 'mark-phone-called', escalationId, number: '911' },
      { kind: 'choose-card', escalationId, cardId: 'anaphylaxis' },
    ])
  })

  test('keeps the focus on one telephone while all else changes, and gives it to no other', async ({
    page,
  }) => {
    await open(page, inHelp({}), 'help')
    const calls = page.getByRole('button', { name: /^I called: / })
    const last = calls.last()
    const name = (await last.getAttribute('aria-label')) ?? ''
    await tabTo(page, last)
    await show(page, inHelp({ receipts: { chen: receipts({ delivered: ago(5) }) } }))
    await expect(page.getByRole('button', { name })).toBeFocused()
    await page.keyboard.press('Enter')
    const [marked] = await intents(page)
    expect(marked).toMatchObject({ kind: 'mark-phone-called' })
    const number = marked?.kind === 'mark-phone-called' ? marked.number : ''
    expect(name.endsWith(` ${number}`)).toBe(true)

    await show(page, inHelp({ phonesCalled: [number] }))
    await expect(page.getByRole('button', { name })).toBeHidden()
    await page.keyboard.press('Enter')
    expect(await intents(page)).toHaveLength(1)
  })
})
