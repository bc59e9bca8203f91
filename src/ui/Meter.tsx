import { useEffect, useRef } from 'react'
import './meter.css'

const sampleEveryMs = 80

/**
 * A level of 0..1 read a dozen times a second, drawn without a render. The label says what is measured: a screen
 * reader is not told twelve times a second.
 */
export function Meter({ read, label }: { readonly read: () => number; readonly label: string }) {
  const ref = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const timer = setInterval(() => {
      // Ears hear loudness, not amplitude: the square root brings quiet speech into the meter.
      const level = Math.sqrt(Math.min(1, Math.max(0, read())))
      ref.current?.style.setProperty('--level', level.toFixed(2))
    }, sampleEveryMs)
    return () => clearInterval(timer)
  }, [read])
  return (
    <span ref={ref} className="ui-meter" role="img" aria-label={label}>
      <span className="ui-meter-fill" />
    </span>
  )
}
