/** The loudness of one track after another. */
export type LevelMeter = {
  readonly listenTo: (track: MediaStreamTrack | null) => void
  /** 0 (silence, -60 dBFS and below) to 1 (full scale). */
  readonly level: () => number
  readonly close: () => void
}

const floorDb = -60

/** @param samples -1..1 */
export function levelOf(samples: Iterable<number>): number {
  let sum = 0
  let count = 0
  for (const sample of samples) {
    sum += sample * sample
    count += 1
  }
  if (sum === 0) return 0
  const db = 10 * Math.log10(sum / count)
  return Math.min(1, Math.max(0, 1 - db / floorDb))
}

export function createLevelMeter(): LevelMeter {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  const samples = new Float32Array(analyser.fftSize)
  let source: MediaStreamAudioSourceNode | null = null
  return {
    listenTo: (track) => {
      source?.disconnect()
      source = track === null ? null : context.createMediaStreamSource(new MediaStream([track]))
      source?.connect(analyser)
    },
    level: () => {
      if (source === null) return 0
      // A browser starts audio after the first gesture only; asking again is how one finds out.
      if (context.state === 'suspended') void context.resume().catch(() => undefined)
      analyser.getFloatTimeDomainData(samples)
      return levelOf(samples)
    },
    close: () => {
      source?.disconnect()
      void context.close()
    },
  }
}
