import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { logEntries, logLines, pinnedHubKey, verifyFile } from '../support/workstation-files.ts'
import { openWorld, sparingTrace } from '../support/world.ts'

test.use({ trace: sparingTrace })

test('a session without the hub is whole, and synced when it is back: nothing lost, nothing twice', async () => {
  test.setTimeout(120_000)
  const world = await openWorld()
  try {
    const [room, chen] = await Promise.all([world.openRoom('ct-2'), world.openPhysician('p-chen')])
    const { technologist, workstation } = room
    const { page } = technologist
    await expect(page.getByText('READY', { exact: true })).toBeVisible()
    await expect(page.getByText('all records synced')).toBeVisible()
    const { enrolment, unsynced } = await technologist.snapshot()
    expect(unsynced).toBe(0)
    const syncedBefore = logLines(workstation.userDataDir).length

    await world.hub.kill()
    await expect(page.getByText(/^Hub unreachable since/)).toBeVisible()
    await technologist.openSession('Okafor')
    await technologist.screen(/metformin/)
    await technologist.checkIn('R. Patel')
    await technologist.fillInjection('Iohexol', 90)
    await chen.openRoom('CT 2')
    await chen.page.getByRole('button', { name: 'Imaging records reviewed' }).click()
    await technologist.startInjection()
    await technologist.stopInjection()
    await technologist.endObservationEarly('The patient is fine, Dr. Chen agrees')
    await technologist.closeSession()
    await chen.page.getByRole('button', { name: /^Sign N/ }).click()
    await expect(page.getByText('Signed by Dr. A. Chen')).toBeVisible()

    // The top bar counts what only this workstation has.
    const written = () => logLines(workstation.userDataDir).length - syncedBefore
    // Asked together each time: a last entry may still be on its way.
    const says = async () =>
      page.getByText(`${written()} entries not yet synced — hub unreachable, retrying`).count()
    await expect.poll(says).toBe(1)
    console.log(`written without the hub: ${written()} entries`)
    await expect.poll(async () => (await technologist.snapshot()).unsynced - written()).toBe(0)

    await world.hub.restart()
    const backAt = Date.now()
    await expect(page.getByText('all records synced')).toBeVisible({ timeout: 30_000 })
    console.log(`hub back → all synced: ${Date.now() - backAt} ms`)
    const deviceId = enrolment.kind === 'enrolled' ? enrolment.deviceId : ''
    // The hub's receipt for all this is one more entry, and may still be on its way.
    const hubHas = async () => (await world.hub.exportLog(deviceId)).split('\n')
    const lacks = async () => logLines(workstation.userDataDir).length - (await hubHas()).length
    await expect.poll(lacks).toBe(0)
    const exported = (await hubHas()).join('\n')
    expect(exported.split('\n')).toEqual(logLines(workstation.userDataDir))
    const ids = logEntries(workstation.userDataDir).flatMap(({ type, body }) =>
      type === 'statement-received' ? [(body.signed as { statement: { id: string } }).statement.id] : [],
    )
    expect(new Set(ids).size).toBe(ids.length)

    const file = join(workstation.userDataDir, 'from-the-hub.jsonl')
    writeFileSync(file, `${exported}\n`)
    const verdict = await verifyFile(file, '--hub-key', pinnedHubKey(workstation.userDataDir))
    expect(verdict).toMatchObject({ exitCode: 0, words: expect.stringContaining('Complete log: ') })
  } finally {
    await world.close()
  }
})
