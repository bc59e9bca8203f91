import { standingInWords, standingOf } from '../../src/domain/policy/cards-standing.ts'
import { openMedicalDirector } from '../../tests/support/medical-director.ts'
import type { World } from '../../tests/support/world.ts'
import { sampleCards } from '../sample-cards.ts'
import type { Cast } from './cast.ts'
import { names, untilSnapshot } from './cast.ts'
import { watchGate } from './gate-watch.ts'
import type { Output } from './output.ts'
import type { Story } from './story.ts'

/** In a browser of her own, by invite and passkey, as a site's medical director does; then she leaves. */
async function approveCards(output: Output, world: World): Promise<void> {
  const director = await openMedicalDirector(world.hub)
  try {
    await director.approve()
    await output.screenshot(director.page, 'cards-approved')
  } finally {
    await director.close()
  }
}

/** The hub runs; the workstation boots and enrols; two physicians register and go on call. */
export async function openTheDay(story: Story, output: Output, world: World): Promise<Cast> {
  story.chapter('The day begins')
  const { hub } = world
  story.tell(`The hub listens at ${hub.url}, in process ${hub.pid()}.`)

  const room = await story.step('The workstation boots, enrols and takes its technologist', () =>
    world.openRoom('ct-2'),
  )
  const { technologist, workstation } = room
  story.tell(`The workstation of ${names.room} has booted on ${workstation.engine.describe}.`)
  story.tell('It is enrolled with a one-time code and a key of its own; J. Ortiz, RT(R)(CT), is signed in.')
  await output.screenshot(technologist.page, 'workstation-signed-in')

  await story.step(`${names.director} reads the reaction cards and approves them`, () =>
    approveCards(output, world),
  )
  const { cards } = await story.step('The approval reaches the room', () =>
    untilSnapshot(technologist, 'approved cards', ({ cards: known }) => known?.approval.kind === 'sound'),
  )
  story.claim(
    `The room has checked the signature of ${names.director} under exactly its ${sampleCards.length} cards`,
    cards?.approval.kind === 'sound' && cards.approval.by === names.director,
    cards === null ? 'no cards' : standingInWords(standingOf(cards, new Date().toISOString())),
  )

  const chen = await story.step(`${names.drChen} registers and goes on call`, () =>
    world.openPhysician(names.chen),
  )
  story.tell(`${names.drChen} has registered by invite with a passkey and is on call, in a browser.`)
  const rao = await story.step(`${names.drRao} registers and goes on call`, () =>
    world.openPhysician(names.rao),
  )
  story.tell(`${names.drRao} is on call too, in another browser.`)

  const ready = await story.step('The links to both physicians become warm', () =>
    untilSnapshot(technologist, 'warm links to both physicians', ({ links }) =>
      [names.chen, names.rao].every((id) => links[id]?.state.kind === 'warm'),
    ),
  )
  const { primary, standby } = ready.state.supervisor
  story.claim(
    `The room holds a warm link to ${names.drChen} as primary and to ${names.drRao} as next on the bench`,
    primary === names.chen && standby === names.rao,
    `primary ${primary}, standby ${standby}`,
  )
  const pictures = await chen.page.locator('video').count()
  story.claim(
    'Between sessions no camera picture flows',
    pictures === 0 && ready.links[names.chen]?.framesPerS === 0,
    `${pictures} pictures at the physician, ${ready.links[names.chen]?.framesPerS} frames/s at the room`,
  )
  await output.screenshot(chen.page, 'physician-rooms')
  return { story, output, world, room, technologist, chen, rao, gate: await watchGate(technologist.page) }
}
