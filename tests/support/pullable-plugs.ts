import type { Page } from '@playwright/test'

/**
 * Lets a test pull the plugs of a page's own devices, from now on: a device that is pulled is not listed, does not
 * open, its tracks end, and the page is told, as with a real plug.
 * @returns what takes a device away and gives it back: by its label, or `every camera`, `every microphone`
 */
export async function pullablePlugs(page: Page): Promise<{
  readonly pull: (which: string) => Promise<void>
  readonly putBack: (which: string) => Promise<void>
}> {
  const plugs = await page.evaluateHandle(() => {
    const devices = navigator.mediaDevices
    const enumerate = devices.enumerateDevices.bind(devices)
    const open = devices.getUserMedia.bind(devices)
    const pulled = new Set<string>()
    const opened = new Set<MediaStreamTrack>()
    const isPulled = (label: string, kind: string) =>
      pulled.has(label) || pulled.has(kind.startsWith('video') ? 'every camera' : 'every microphone')

    devices.enumerateDevices = async () =>
      (await enumerate()).filter(({ label, kind }) => kind === 'audiooutput' || !isPulled(label, kind))
    devices.getUserMedia = async (constraints) => {
      const stream = await open(constraints)
      for (const track of stream.getTracks()) {
        if (isPulled(track.label, track.kind)) {
          for (const each of stream.getTracks()) each.stop()
          throw new DOMException('gone', 'NotFoundError')
        }
        opened.add(track)
      }
      return stream
    }
    const changed = () => devices.dispatchEvent(new Event('devicechange'))
    return {
      pull: (which: string) => {
        pulled.add(which)
        for (const track of opened) {
          if (track.readyState === 'ended' || !isPulled(track.label, track.kind)) continue
          track.stop()
          // The page's own stop() is silent; a device that goes is not.
          track.dispatchEvent(new Event('ended'))
        }
        changed()
      },
      putBack: (which: string) => {
        pulled.delete(which)
        changed()
      },
    }
  })
  return {
    pull: (which) => plugs.evaluate((each, name) => each.pull(name), which),
    putBack: (which) => plugs.evaluate((each, name) => each.putBack(name), which),
  }
}
