import type { Cast, Facts } from './cast.ts'
import { names, untilSnapshot } from './cast.ts'

/** By which the files of a record are told apart. */
const forms = ['pdf', 'jsonl', 'csv', 'fhir.json', 'dcm'] as const

/** The call ends, the session ends, the physician signs, and the record is saved through the screen. */
export async function close(cast: Cast, facts: Facts): Promise<void> {
  const { story, output, technologist, chen } = cast
  const { page } = technologist
  story.chapter('The session ends, the record is signed')
  await technologist.endHelp('Symptoms resolved')
  await technologist.endObservationEarly('demonstration')
  await output.screenshot(page, 'closing')
  await technologist.closeSession()
  story.tell(
    'The call ended with its outcome, the observation early with its reason, and the session is closed.',
  )
  const held = await story.step('The camera is held again', () =>
    untilSnapshot(
      technologist,
      'the link held again',
      ({ links }) => links[names.chen]?.state.kind === 'warm',
    ),
  )
  story.claim(
    'After the session the link is held: no picture flows',
    held.peers.every(({ media }) => media === 'held'),
  )

  await chen.page.getByRole('button', { name: /^Sign N/ }).click()
  await story.step('The signature arrives', () =>
    untilSnapshot(
      technologist,
      'the signature',
      ({ state, recent }) =>
        state.unsigned.length === 0 &&
        recent.some(({ sessionId, signedBy }) => sessionId === facts.sessionId && signedBy === names.chen),
    ),
  )
  await page.getByText('Signed by Dr. A. Chen').first().waitFor()
  await output.screenshot(chen.page, 'physician-signed')
  story.tell(`${names.drChen} signed; the signature is bound to the closing entry of the log.`)

  await page.getByRole('button', { name: 'Save record' }).first().click()
  const paths = await story.step('The record is printed and saved', async () => {
    const saved = page.locator('.recent-path')
    await saved.first().waitFor()
    return saved.allTextContents()
  })
  for (const path of paths) {
    const form = forms.find((ending) => path.endsWith(`.${ending}`))
    if (form !== undefined) output.copy(path, `record.${form}`)
  }
  await untilSnapshot(technologist, 'all entries to be synced', ({ unsynced }) => unsynced === 0)
  await page.getByText('all records synced').waitFor()
  await output.screenshot(page, 'closed-and-synced')
  story.claim(
    'The record is saved from the screen in every form',
    paths.length === forms.length,
    paths.join(),
  )
  story.tell(
    'It is a PDF, the excerpt of the log that proves it, the timeline as CSV, a FHIR document and a DICOM report; all records are synced.',
  )
}
