import type { Page } from '@playwright/test'
import { faces, type PhysicianId, type RoomId } from './world.ts'

/** A camera's colour survives encoding within so many steps of 255, all three channels together. */
const tolerance = 90

/** Whose camera the video with this label shows now, told by its pixels; null while it shows no picture. */
export async function whoIsShown(page: Page, label: string | RegExp): Promise<RoomId | PhysicianId | null> {
  const video = page.getByLabel(label).and(page.locator('video')).first()
  if ((await video.count()) === 0) return null
  const seen = await video.evaluate(meanColour)
  if (seen === null) return null
  const distances = Object.entries(faces).map(([who, { colour }]) => {
    const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    const distance = wanted.reduce((sum, channel, index) => sum + Math.abs(channel - (seen[index] ?? 0)), 0)
    return { who: who as RoomId | PhysicianId, distance }
  })
  const [nearest] = distances.sort((a, b) => a.distance - b.distance)
  return nearest !== undefined && nearest.distance <= tolerance ? nearest.who : null
}

/** Of the lower half, where the moving mark does not come. Runs in the page. */
function meanColour(element: Element): readonly number[] | null {
  const video = element as HTMLVideoElement
  const canvas = document.createElement('canvas')
  canvas.width = 1
  canvas.height = 1
  const drawing = canvas.getContext('2d')
  if (drawing === null || video.videoWidth === 0) return null
  const half = video.videoHeight / 2
  drawing.drawImage(video, 0, half, video.videoWidth, half, 0, 0, 1, 1)
  return [...drawing.getImageData(0, 0, 1, 1).data.slice(0, 3)]
}
