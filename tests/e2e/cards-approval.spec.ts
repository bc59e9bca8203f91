import { expect, type Page, test } from '@playwright/test'
import { inspect } from '../support/console-test.ts'
import { type MedicalDirector, openMedicalDirector } from '../support/medical-director.ts'
import { logEntries } from '../support/workstation-files.ts'
import { openWorld, sparingTrace, type World } from '../support/world.ts'

test.use({ trace: sparingTrace })

let world: World | undefined
let director: MedicalDirector | undefined
test.afterAll(async () => {
  await director?.close()
  await world?.close()
})

const unapproved = (page: Page) => page.getByText(/NOT APPROVED by a medical director/)
const approved = (page: Page) =>
  page.getByText(
    /Approved by Dr\. E\. Novak \(sample\), medical director, on \d{4}-\d{2}-\d{2}, until 2\d{3}-/,
  )

test('a medical director reads and approves the cards, rooms and physicians are shown it, and shown when it is withdrawn', async () => {
  test.setTimeout(240_000)
  world = await openWorld()
  const room = await world.openRoom('ct-2')
  const { technologist, workstation } = room
  const chen = await world.openPhysician('p-chen')
  await technologist.pressReaction()
  await chen.accept()
  const help = await workstation.windowAt('/help.html')
  for (const page of [technologist.page, chen.page, help]) await expect(unapproved(page)).toBeVisible()

  director = await openMedicalDirector(world.hub)
  const { page } = director
  await expect(unapproved(page)).toBeVisible()
  // All of it is there to be read: every card, to the last one's source.
  const cards = (await technologist.snapshot()).policy?.cards.items ?? []
  expect(cards.length).toBeGreaterThan(10)
  const shown = page.getByRole('list', { name: 'All cards' })
  for (const { title, steps, source } of cards) {
    await expect(shown.getByRole('heading', { name: title })).toHaveCount(1)
    await expect(shown).toContainText(steps.at(-1)?.text ?? '')
    await expect(shown).toContainText(source)
  }
  await page.getByRole('button', { name: 'Approve these cards' }).click()
  await expect(page.getByText('Read the cards first, then say so here.')).toBeVisible()
  await inspect(page, 'cards-unapproved')
  await director.approve()
  await inspect(page, 'cards-approved')

  for (const [where, seen] of Object.entries({ board: technologist.page, console: chen.page, help }))
    await expect(approved(seen), `${where} shows the approval`).toBeVisible()
  await expect(unapproved(technologist.page)).toBeHidden()

  await director.withdraw('The dose of step 2 is under review')
  for (const seen of [technologist.page, chen.page, help])
    await expect(
      seen.getByText(/NOT APPROVED .* Dr\. E\. Novak \(sample\) withdrew the approval/),
    ).toBeVisible()
  await inspect(page, 'cards-withdrawn')

  const press = () =>
    logEntries(workstation.userDataDir).find(({ type }) => type === 'help-pressed')?.body.cards
  await expect.poll(press).toMatchObject({
    edition: 'example-adult-2026-11',
    approval: { kind: 'none' },
  })
  // The cards were usable all along.
  await technologist.page
    .getByRole('button', { name: /^Hives/ })
    .first()
    .click()
  await expect(technologist.page.getByText('Other card')).toBeVisible()
})
