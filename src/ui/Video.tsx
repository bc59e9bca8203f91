import { useEffect, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'
import './video.css'

export type VideoProps = {
  readonly stream: MediaStream | null
  /** Whose picture this is: named to a screen reader and in the corner. */
  readonly label: string
  /** Said instead of a picture: that there is none, and why. */
  readonly absent: string
  /** Covers a picture that must not be taken for live, with the reason. */
  readonly veil?: string | undefined
  readonly muted?: boolean
  readonly mirrored?: boolean
  readonly corner?: boolean
}

/** A live picture that says in words when there is none. A frozen last frame is never left standing as live. */
export function Video(props: VideoProps) {
  const { stream, label, absent, veil, muted = false, mirrored = false, corner = true } = props
  const ref = useRef<HTMLVideoElement>(null)
  const [painted, setPainted] = useState(false)
  const [silent, setSilent] = useState(false)

  useEffect(() => {
    const video = ref.current
    if (video === null) return
    setPainted(false)
    video.srcObject = stream
    if (stream === null) return
    const play = (): void => {
      video.play().then(
        () => setSilent(false),
        // Autoplay with sound may be refused until the first gesture: that must be seen, not guessed.
        (reason: unknown) => setSilent(reason instanceof DOMException && reason.name === 'NotAllowedError'),
      )
    }
    play()
    const paint = (): void => setPainted(video.videoWidth > 0)
    const gone = (): void => setPainted(false)
    video.addEventListener('resize', paint)
    video.addEventListener('loadeddata', paint)
    video.addEventListener('emptied', gone)
    return () => {
      video.removeEventListener('resize', paint)
      video.removeEventListener('loadeddata', paint)
      video.removeEventListener('emptied', gone)
      video.srcObject = null
    }
  }, [stream])

  const shows = stream !== null && painted
  return (
    <figure className="ui-video">
      <video
        ref={ref}
        className={mirrored ? 'ui-video-picture ui-video-mirrored' : 'ui-video-picture'}
        aria-label={label}
        autoPlay
        playsInline
        muted={muted}
      />
      {!shows && (
        <div className="ui-video-absent">
          <Icon name="camera-off" />
          <p>{absent}</p>
        </div>
      )}
      {shows && veil !== undefined && (
        <div className="ui-video-veil">
          <Icon name="alert" />
          <p>{veil}</p>
        </div>
      )}
      {corner && <figcaption className="ui-video-label">{label}</figcaption>}
      {silent && !muted && (
        <button type="button" className="ui-video-sound" onClick={() => void ref.current?.play()}>
          Turn the sound on
        </button>
      )}
    </figure>
  )
}
