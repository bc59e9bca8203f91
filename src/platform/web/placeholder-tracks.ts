/**
 * A track of each kind that carries nothing. Peers are negotiated with these, so that a link never waits for a
 * device or a permission, and devices come and go without another negotiation.
 */
export type PlaceholderTracks = {
  readonly audio: MediaStreamTrack
  readonly video: MediaStreamTrack
  readonly close: () => void
}

export function createPlaceholderTracks(): PlaceholderTracks {
  const canvas = document.createElement('canvas')
  canvas.width = 16
  canvas.height = 16
  // Without a context a canvas cannot be captured.
  canvas.getContext('2d')
  const audioContext = new AudioContext()
  const [video] = canvas.captureStream(0).getVideoTracks()
  const [audio] = audioContext.createMediaStreamDestination().stream.getAudioTracks()
  if (video === undefined || audio === undefined) {
    throw new Error('a captured canvas and an audio destination each have one track by specification')
  }
  return {
    audio,
    video,
    close: () => {
      audio.stop()
      video.stop()
      void audioContext.close()
    },
  }
}
