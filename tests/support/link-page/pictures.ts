/** The other sides' streams on video elements, with the moments and the colours of their pictures. */
export function watchPictures() {
  const videoById = new Map<string, HTMLVideoElement>()
  const canvas = document.createElement('canvas')
  canvas.width = 4
  canvas.height = 4
  const reading = canvas.getContext('2d', { willReadFrequently: true })

  const videoOf = (id: string) => {
    const known = videoById.get(id)
    if (known) return known
    const video = document.createElement('video')
    video.autoplay = true
    video.muted = true
    video.width = 160
    video.height = 120
    document.body.append(video)
    videoById.set(id, video)
    return video
  }

  return {
    show: (id: string, stream: MediaStream | null) => {
      videoOf(id).srcObject = stream
    },
    /** Resolves with the wall clock at the next picture that is put on the screen. */
    nextFrame: (id: string) =>
      new Promise<number>((resolve) => {
        videoOf(id).requestVideoFrameCallback(() => resolve(Date.now()))
      }),
    /** Mean colour of the picture's lower half, where the moving mark does not come. */
    pixel: (id: string): { red: number; green: number; blue: number } => {
      const video = videoOf(id)
      if (reading === null || video.videoWidth === 0) return { red: 0, green: 0, blue: 0 }
      reading.drawImage(video, 0, video.videoHeight / 2, video.videoWidth, video.videoHeight / 2, 0, 0, 4, 4)
      const { data } = reading.getImageData(1, 1, 1, 1)
      return { red: data[0] ?? 0, green: data[1] ?? 0, blue: data[2] ?? 0 }
    },
  }
}
