import type { Cast, Facts } from './cast.ts'
import { names, untilSnapshot } from './cast.ts'
import { untilMoves, untilSees } from './pictures.ts'

const order = { what: 'epinephrine', dose: '0.3 mg', route: 'IM' }
const orderWords = 'epinephrine 0.3 mg IM now'
const card = 'Anaphylaxis: hypotension with tachycardia'

/** The hub dies in mid-injection and the patient reacts: everything that matters goes on without it. */
export async function reactWithoutHub(cast: Cast, facts: Facts): Promise<void> {
  const { story, output, world, technologist, chen } = cast
  const { page } = technologist
  story.chapter('The hub dies, the patient reacts')
  facts.hubKilledAtMs = Date.now()
  await world.hub.kill()
  story.tell('The hub was killed (SIGKILL), contrast still flowing.')
  await story.step('Both ends notice that the hub is gone', async () => {
    await page.getByText(/^Hub unreachable since/).waitFor()
    await chen.page.getByText(/^Hub lost at/).waitFor()
  })
  story.claim('Both ends say in words that the hub is gone', true)
  await output.screenshot(page, 'workstation-without-hub')
  await output.screenshot(chen.page, 'physician-without-hub')
  await story.step('The link is looked at without the hub', async () => {
    await untilMoves(chen.page, `${names.room}, live`, 5)
    await untilMoves(page, names.drChen, 5)
    await untilSnapshot(
      technologist,
      'a live link without the hub',
      ({ hub, links }) => hub.kind !== 'online' && links[names.chen]?.state.kind === 'live',
    )
  })
  story.claim('The link stays live: new pictures go both ways with the hub dead', true)

  await technologist.pressReaction()
  await chen.page.getByRole('alertdialog').waitFor()
  story.tell('J. Ortiz pressed REACTION — CALL NOW: the alarm rings at the workstation and at the physician.')
  await untilSees(chen.page, `${names.room}, now`, 'ct-2')
  await output.screenshot(chen.page, 'physician-alarm')
  await output.screenshot(page, 'reaction-board-calling')
  await page.getByRole('button', { name: 'STOP injection' }).click()
  await untilSnapshot(
    technologist,
    'the injection to stop',
    ({ state }) => state.session.kind === 'observing',
  )
  story.tell('Contrast was stopped from the reaction board.')

  await chen.accept()
  const answered = await story.step('The physician comes on screen', () =>
    untilSnapshot(
      technologist,
      'the physician on screen',
      ({ state }) => state.reaction?.receipts[names.chen]?.onScreen != null,
    ),
  )
  facts.reactionId = answered.state.reaction?.id ?? ''
  const receipts = answered.state.reaction?.receipts[names.chen]
  const reached = [receipts?.delivered, receipts?.seen, receipts?.accepted, receipts?.onScreen]
  story.claim(
    'Delivered, seen, accepted and on screen: four facts, in this order, with the hub dead',
    reached.every((at, index) => at != null && at >= (reached[index - 1] ?? '')),
    JSON.stringify(reached),
  )
  await page.getByText(`${names.drChen} is on screen`).waitFor()
  await output.screenshot(page, 'reaction-board')
  await output.screenshot(chen.page, 'physician-room-in-reaction')

  await page.getByRole('button', { name: new RegExp(`^${card}`) }).click()
  await page.getByRole('article', { name: card }).waitFor()
  story.tell(`The site's card is on the board: "${card}".`)
  await chen.order(order)
  await page.getByRole('button', { name: `Read back: ${orderWords}`, disabled: false }).waitFor()
  await output.screenshot(page, 'order-to-read-back')
  await technologist.readBack(orderWords)
  await chen.page
    .getByRole('list', { name: 'Orders given' })
    .getByText('Read back', { exact: true })
    .waitFor()
  story.tell(`${names.drChen} ordered "${orderWords}"; J. Ortiz read it back, and the physician sees that.`)
  await output.screenshot(chen.page, 'physician-order-read-back')
}

/** The hub comes back on its own data, and gets everything that it missed. */
export async function comeBack(cast: Cast, facts: Facts): Promise<void> {
  const { story, output, world, technologist, chen } = cast
  const { page } = technologist
  story.chapter('The hub comes back')
  const waiting = (await technologist.snapshot()).unsynced
  story.claim('Entries wait at the workstation, and the top bar says how many', waiting > 0, `${waiting}`)
  await story.step('The hub starts again', () => world.hub.restart())
  facts.hubBackAtMs = Date.now()
  const downS = (facts.hubBackAtMs - (facts.hubKilledAtMs ?? facts.hubBackAtMs)) / 1000
  story.tell(`The hub runs again on its own data, after ${downS.toFixed(1)} s.`)
  await story.step('Everything syncs', () =>
    untilSnapshot(
      technologist,
      'all entries to be synced',
      ({ hub, unsynced }) => hub.kind === 'online' && unsynced === 0,
    ),
  )
  await chen.page.getByText('Hub connected').first().waitFor()
  story.tell(
    `${waiting} entries that had waited are synced, by themselves; the physician's page is back too.`,
  )
  await output.screenshot(page, 'synced-again')
}
