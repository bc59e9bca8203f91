import type { Page } from '@playwright/test'

/**
 * Stops a physician's camera without a word, as a hanging driver does: no event tells their page. They must have a
 * room open, where their own picture is.
 * @returns what pulls the plug and puts it back, so that the page takes the camera anew
 */
export async function freezeCamera(page: Page): Promise<() => Promise<void>> {
  const track = await page.getByLabel('You', { exact: true }).evaluateHandle((video) => {
    const { srcObject } = video as HTMLVideoElement
    const [own] = srcObject instanceof MediaStream ? srcObject.getVideoTracks() : []
    if (own === undefined) throw new Error('the page shows no camera of its own')
    own.stop()
    return own
  })
  return () => track.evaluate((own) => void own.dispatchEvent(new Event('ended')))
}
