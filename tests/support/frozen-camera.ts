import type { Page } from '@playwright/test'

/**
 * Stops a page's own camera without a word, as a hanging driver does: no event tells the page.
 * @param selfView what its own picture is called: `You` where a physician has a room open, `This room` in the room
 * @returns what pulls the plug and puts it back, so that the page takes the camera anew
 */
export async function freezeCamera(page: Page, selfView: 'You' | 'This room'): Promise<() => Promise<void>> {
  const track = await page.getByLabel(selfView, { exact: true }).evaluateHandle((video) => {
    const { srcObject } = video as HTMLVideoElement
    const [own] = srcObject instanceof MediaStream ? srcObject.getVideoTracks() : []
    if (own === undefined) throw new Error('the page shows no camera of its own')
    own.stop()
    return own
  })
  return () => track.evaluate((own) => void own.dispatchEvent(new Event('ended')))
}
