import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { PolicyContent } from '../../src/domain/policy/policy.ts'
import { type SamplePins, samplePins, sampleSite } from '../../tools/sample-site.ts'
import { launchWorkstation, processesWith, type Workstation } from './electron-app.ts'
import { writeFakeMedia } from './fake-media.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'
import { openPhysician, type PhysicianPage } from './physician-page.ts'
import { type Technologist, technologistAt } from './technologist.ts'

/** What each side's camera shows and microphone hears: no two alike, so that pixels tell who sees whom. */
export const faces = {
  'ct-2': { colour: '#1060c0', toneHz: 440 },
  'mr-1': { colour: '#7030a0', toneHz: 520 },
  'p-chen': { colour: '#c06010', toneHz: 660 },
  'p-rao': { colour: '#208040', toneHz: 780 },
} as const
/** Moving pictures and a copy of the page at every step would take more of the machine than the video under test. */
export const sparingTrace = { mode: 'retain-on-failure', screenshots: false, snapshots: false } as const
export type RoomId = 'ct-2' | 'mr-1'
export type PhysicianId = 'p-chen' | 'p-rao'

const technologistOf = {
  'ct-2': { id: 't-ortiz', name: 'J. Ortiz' },
  'mr-1': { id: 't-kim', name: 'L. Kim' },
} as const satisfies Record<RoomId, { id: keyof SamplePins; name: string }>

export type RoomAtWork = {
  readonly roomId: RoomId
  readonly pin: string
  readonly workstation: Workstation
  readonly technologist: Technologist
  /** SIGKILL, as when the power goes, and a new start on the same data: what was open comes back locked. */
  readonly killAndStart: () => Promise<RoomAtWork>
}

/** A hub in a process of its own, workstations on Electron or the stand-in, physicians in browsers: all real. */
export type World = {
  readonly hub: HubProcess
  /** Starts a workstation, enrols it for the room and signs its technologist in. */
  readonly openRoom: (roomId: RoomId) => Promise<RoomAtWork>
  /** Registers a physician by invite and puts them on call. */
  readonly openPhysician: (physicianId: PhysicianId) => Promise<PhysicianPage>
  /** Ends everything that this world started, in whatever state, and removes its files. */
  readonly close: () => Promise<void>
}

/** CT 2 with a screened session, a responder on site, and this physician in front of it who has read the records. */
export async function screenWith({ technologist }: RoomAtWork, physician: PhysicianPage): Promise<void> {
  await technologist.openSession('Okafor')
  await technologist.screen()
  await technologist.checkIn('R. Patel')
  await physician.openRoom('CT 2')
  await physician.page.getByRole('button', { name: 'Imaging records reviewed' }).click()
}

export async function openWorld(
  options: {
    readonly site?: (site: PolicyContent) => PolicyContent
    readonly hubArgs?: readonly string[]
  } = {},
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-world-'))
  const site = sampleSite(new Date(), samplePins)
  const endings: (() => Promise<unknown>)[] = []
  const hub = await startHubProcess({
    site: options.site?.(site) ?? site,
    ...(options.hubArgs === undefined ? {} : { args: options.hubArgs }),
  })
  endings.push(() => hub.stop())

  async function startRoom(roomId: RoomId): Promise<RoomAtWork> {
    const { colour, toneHz } = faces[roomId]
    const userDataDir = join(folder, roomId)
    mkdirSync(userDataDir, { recursive: true })
    const workstation = await launchWorkstation({
      userDataDir,
      camera: writeFakeMedia(folder, colour, toneHz),
    })
    endings.push(() => workstation.close())
    const main = workstation.app.process()
    return {
      roomId,
      pin: samplePins[technologistOf[roomId].id],
      workstation,
      technologist: technologistAt(await workstation.windowAt('/index.html')),
      async killAndStart() {
        const ended = once(main, 'exit')
        main.kill('SIGKILL')
        await ended
        // Its helper processes notice by themselves, and hold the data until then.
        while ((await processesWith(userDataDir)).length > 0) await pause(50)
        return startRoom(roomId)
      },
    }
  }

  return {
    hub,
    async openRoom(roomId) {
      const room = await startRoom(roomId)
      await room.technologist.enrol(hub.url, await hub.issueEnrolmentCode(roomId))
      await room.technologist.signIn(technologistOf[roomId].name, room.pin)
      return room
    },
    async openPhysician(physicianId) {
      const inviteUrl = await hub.issueInvite(physicianId)
      const physician = await openPhysician({ hubUrl: hub.url, inviteUrl, ...faces[physicianId] })
      endings.push(() => physician.close())
      return physician
    },
    async close() {
      // Last opened, first closed; one that fails must not keep the others alive.
      for (const end of endings.reverse()) await end().catch((error: unknown) => console.error(error))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
