import { samplePins } from '../../tools/sample-site.ts'
import { launchWorkstation, type Workstation } from '../support/electron-app.ts'
import type { HubProcess } from '../support/hub-process.ts'
import { type Technologist, technologistAt } from '../support/technologist.ts'

export const technologist = { id: 't-ortiz', name: 'J. Ortiz' } as const

/**
 * The same camera for everybody in a run, ours and the peers': Chromium's own, which delivers what the product asks
 * for (1280×720, 30 frames a second) instead of a small file.
 */
export const cameraArgs: readonly string[] = ['--use-fake-device-for-media-stream=device-count=1,fps=30']

export type BenchRoom = {
  readonly workstation: Workstation
  readonly technologist: Technologist
  readonly close: () => Promise<void>
}

/** A workstation that is enrolled as CT 2, with its technologist signed in. */
export async function openRoom(options: {
  readonly hub: HubProcess
  readonly userDataDir: string
}): Promise<BenchRoom> {
  const workstation = await launchWorkstation({ userDataDir: options.userDataDir, args: cameraArgs })
  try {
    const at = technologistAt(await workstation.windowAt('/index.html'))
    await at.enrol(options.hub.url, await options.hub.issueEnrolmentCode('ct-2'))
    await at.signIn(technologist.name, samplePins[technologist.id])
    return { workstation, technologist: at, close: () => workstation.close() }
  } catch (error) {
    await workstation.close()
    throw error
  }
}
