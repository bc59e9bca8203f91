import type { LocalMedia } from '../../../src/platform/web/local-media.ts'

/** A picture of one colour that moves, and a tone: to tell the sides of a link apart. */
export async function colourMedia(colour: string): Promise<LocalMedia> {
  const canvas = document.createElement('canvas')
  canvas.width = 320
  canvas.height = 240
  const drawing = canvas.getContext('2d')
  if (drawing === null) throw new Error('this browser has no canvas')
  let turn = 0
  setInterval(() => {
    turn += 1
    drawing.fillStyle = colour
    drawing.fillRect(0, 0, canvas.width, canvas.height)
    drawing.fillStyle = 'white'
    drawing.fillRect((turn * 8) % canvas.width, 0, 8, 8)
  }, 50)
  const context = new AudioContext()
  await context.resume()
  const oscillator = new OscillatorNode(context, { frequency: 440 })
  const destination = context.createMediaStreamDestination()
  oscillator.connect(destination)
  oscillator.start()
  const video = canvas.captureStream(20).getVideoTracks()[0] ?? null
  const audio = destination.stream.getAudioTracks()[0] ?? null
  return {
    tracks: () => ({ audio, video }),
    onChange: () => () => undefined,
    level: () => 1,
    close: () => undefined,
  }
}

/**
 * The browser's own devices, of which a test can take some away: they vanish from the list, their tracks end and
 * opening them fails, in the way and with the events of a pulled plug.
 */
export function heldBackDevices() {
  const native = navigator.mediaDevices
  const hidden = new Set<string>()
  const open: { readonly label: string; readonly kind: string; readonly track: MediaStreamTrack }[] = []
  const events = new EventTarget()
  const isHidden = (label: string) => hidden.has(label) || hidden.has('*')

  const mediaDevices = {
    enumerateDevices: async () =>
      (await native.enumerateDevices()).filter(
        ({ label, kind }) => !isHidden(label) && !(kind === 'videoinput' && hidden.has('camera')),
      ),
    getUserMedia: async (constraints: MediaStreamConstraints) => {
      if (constraints.video && hidden.has('camera')) throw new DOMException('none', 'NotFoundError')
      const stream = await native.getUserMedia(constraints)
      for (const track of stream.getTracks()) {
        if (isHidden(track.label)) {
          track.stop()
          throw new DOMException('gone', 'NotReadableError')
        }
        open.push({ label: track.label, kind: track.kind, track })
      }
      return stream
    },
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  }

  const change = () => events.dispatchEvent(new Event('devicechange'))
  return {
    mediaDevices: mediaDevices as unknown as MediaDevices,
    /** A label, or 'camera' for all cameras. */
    hide: (what: string) => {
      hidden.add(what)
      for (const { label, kind, track } of open) {
        if (track.readyState === 'ended' || !(isHidden(label) || (what === 'camera' && kind === 'video')))
          continue
        track.stop()
        // The page's own stop() is silent; a device that goes is not.
        track.dispatchEvent(new Event('ended'))
      }
      change()
      return Date.now()
    },
    show: (what: string) => {
      hidden.delete(what)
      change()
      return Date.now()
    },
  }
}
