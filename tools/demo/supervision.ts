import type { Cast, Facts } from './cast.ts'
import { names, untilSnapshot } from './cast.ts'
import { untilSees } from './pictures.ts'
import { until } from './until.ts'

/** From the worklist to contrast that flows: the gate opens only when the physician is really there. */
export async function supervise(cast: Cast, facts: Facts): Promise<void> {
  const { story, output, technologist, chen, gate } = cast
  const { page } = technologist
  story.chapter('A supervised injection')
  await story.step('A session is opened from the worklist', () => technologist.openSession(names.patient))
  await story.step('Screening', () => technologist.screen(/metformin/))
  facts.sessionId = await sessionId(cast)
  story.tell(
    'The session is opened from the worklist; screening is done, with one answer to tell: metformin.',
  )

  const start = page.getByRole('button', { name: 'Start injection' })
  const waits = async () => (await page.locator('.step-waits').textContent()) ?? ''
  const first = await waits()
  story.claim(
    'The gate is shut and names what is missing: the on-site responder and the imaging records',
    (await start.isDisabled()) && /responder/.test(first) && /imaging records/.test(first),
    first,
  )
  await output.screenshot(page, 'gate-shut')
  await technologist.checkIn(names.responder)
  await technologist.fillInjection('Iohexol', 90)
  const unattended = await until(
    'the link that lacks the physician',
    () => gateWords(cast),
    (text) => text.includes(`${names.drChen} has not opened this room`),
  )
  story.claim(
    'With picture and sound both ways it is still shut: the physician has not opened this room',
    await start.isDisabled(),
    unattended,
  )
  await chen.openRoom(names.room)
  await story.step('Two-way audio and video is measured, and the physician attends', () =>
    untilSnapshot(technologist, 'a live link', ({ links }) => links[names.chen]?.state.kind === 'live'),
  )
  const second = await until('the last thing that is missing', waits, (text) => !/two-way/.test(text))
  story.claim(
    'With two-way audio and video measured it is still shut: the physician has not confirmed the imaging records',
    (await start.isDisabled()) && second === 'Waiting for: the physician to confirm the imaging records',
    second,
  )

  await story.step('Each side sees the other', async () => {
    await untilSees(chen.page, `${names.room}, live`, 'ct-2')
    await untilSees(page, names.drChen, names.chen)
  })
  story.claim("In pixels: the physician's page shows the room's camera", true)
  story.claim("In pixels: the room's screen shows the physician's camera", true)
  const told = await chen.page.getByText('Does the patient take metformin?').first().isVisible()
  story.claim('The physician is told of the screening answer', told)
  await output.screenshot(chen.page, 'physician-room')

  await chen.page.getByRole('button', { name: 'Imaging records reviewed' }).click()
  await until('the gate to open', () => start.isEnabled(), Boolean)
  story.tell(`${names.drChen} confirmed the imaging records: the gate is open.`)
  await output.screenshot(page, 'gate-open')
  const counted = await gate.read()
  story.claim(
    `In ${counted.closed + counted.open} snapshots the gate was never open without a live link and confirmed records`,
    counted.wronglyOpen === 0 && counted.open > 0 && counted.closed > 0,
    JSON.stringify(counted),
  )

  await technologist.startInjection()
  await page.getByText('Supervised now').waitFor()
  story.tell('Contrast flows: iohexol 350 mg I/mL, 90 mL, IV; the screen says "Supervised now".')
  await output.screenshot(page, 'injection')
}

async function gateWords({ technologist }: Cast): Promise<string> {
  return (await technologist.page.getByRole('list', { name: 'Ready to inject?' }).textContent()) ?? ''
}

async function sessionId({ technologist }: Cast): Promise<string> {
  const { session } = (await technologist.snapshot()).state
  if (session.kind === 'none') throw new Error('there is no session')
  return session.facts.id
}
