import type { Cast, Facts } from './cast.ts'
import { names, untilSnapshot } from './cast.ts'
import { measureColdCall } from './cold-call.ts'
import { firstPicture, untilSees, watchAlarmPicture } from './pictures.ts'

/** A practice call on the real path, from a held link: what a press costs until the physician sees the room. */
export async function practise(cast: Cast, facts: Facts): Promise<void> {
  const { story, output, technologist, chen } = cast
  const { page } = technologist
  story.chapter('A drill, on the real path')
  await watchAlarmPicture(chen.page)
  await story.step('The drill is started from the menu', async () => {
    await page.getByRole('button', { name: /RT\(R\)/ }).click()
    await page.getByRole('button', { name: 'Practice a reaction call…' }).click()
    await page.getByRole('button', { name: 'Start the drill' }).click()
  })
  const picture = await story.step("The room's picture comes up in the physician's alarm", () =>
    firstPicture(chen.page),
  )
  const pressed = await untilSnapshot(technologist, 'the drill', ({ state }) => state.reaction !== null)
  const drill = pressed.state.reaction
  if (drill === null) throw new Error('the drill is over before it began')
  facts.drillId = drill.id
  facts.pressToLivePictureMs = picture.atMs - Date.parse(drill.pressedAt)
  await untilSees(chen.page, `${names.room}, now`, 'ct-2')
  story.tell(
    `J. Ortiz pressed; ${facts.pressToLivePictureMs} ms later ${names.drChen} saw the room in the ringing alarm.`,
  )
  story.claim('The drill is marked as one at both ends', await isMarked(cast))
  await output.screenshot(chen.page, 'drill-alarm')
  await chen.accept()
  await untilSnapshot(
    technologist,
    'the physician on screen',
    ({ state }) => state.reaction?.receipts[names.chen]?.onScreen != null,
  )
  story.tell(`${names.drChen} accepted and is on screen.`)
  await story.step('The time for cancelling passes', () => technologist.endHelp('No reaction after all'))
  await chen.page.getByRole('button', { name: 'All rooms' }).click()
  await untilSnapshot(
    technologist,
    'the link held again',
    ({ links }) => links[names.chen]?.state.kind === 'warm',
  )
  story.tell('The drill is over; the link is held again.')

  facts.coldCallMs = await story.step('A cold call is measured for comparison', () => measureColdCall())
  const ratio = facts.coldCallMs / Math.max(1, facts.pressToLivePictureMs)
  story.tell(
    `For comparison: a simple-peer call set up from nothing, in one browser, took ${facts.coldCallMs} ms to its first picture (${ratio.toFixed(1)} times as long).`,
  )
}

async function isMarked({ technologist, chen }: Cast): Promise<boolean> {
  const [room, physician] = await Promise.all([
    technologist.page.getByText('DRILL, no patient is reacting').count(),
    chen.page.getByRole('alertdialog').getByText('DRILL', { exact: true }).count(),
  ])
  return room > 0 && physician > 0
}
