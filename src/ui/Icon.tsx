import './icon.css'

/** Drawn on a 24 × 24 grid with strokes, so that they take the colour of the text beside them. */
const paths = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  alert: 'M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5.5M12 7.6v.3',
  phone:
    'M6.5 3.5h3l1.5 4-2 1.6a12 12 0 005.9 5.9l1.6-2 4 1.5v3a2 2 0 01-2.2 2A17 17 0 014.5 5.7a2 2 0 012-2.2z',
  microphone: 'M12 3a3 3 0 013 3v5a3 3 0 01-6 0V6a3 3 0 013-3zM6 11a6 6 0 0012 0M12 17v4M9 21h6',
  camera: 'M3 7.5h11v9H3zM14 10.5l7-3.5v10l-7-3.5',
  'camera-off': 'M3 7.5h7M14 11v5.5H3v-9M14 10.5l7-3.5v10l-4-2M4 3l16 18',
  person: 'M12 4a4 4 0 110 8 4 4 0 010-8zM4 21c.6-4 3.8-6 8-6s7.4 2 8 6',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3',
  'sign-out': 'M10 4H5v16h5M14 8l4 4-4 4M9 12h9',
  search: 'M10.5 4a6.5 6.5 0 110 13 6.5 6.5 0 010-13zM15.5 15.5L20 20',
  list: 'M8 6h12M8 12h12M8 18h12M4 6v.1M4 12v.1M4 18v.1',
  'arrow-right': 'M5 12h14M13 6l6 6-6 6',
  'arrow-left': 'M19 12H5M11 6l-6 6 6 6',
  down: 'M6 9.5l6 6 6-6',
  sync: 'M4 12a8 8 0 0113.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 01-13.7 5.6L4 15.5M4 20v-4.5h4.5',
  sun: 'M12 8a4 4 0 110 8 4 4 0 010-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M19.5 14A8 8 0 0110 4.5a8 8 0 109.5 9.5z',
  strip: 'M3 4.5h18v15H3zM14.5 4.5v15',
  full: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  clock: 'M12 3.5a8.5 8.5 0 110 17 8.5 8.5 0 010-17zM12 7.5V12l3 2',
  stop: 'M6.5 6.5h11v11h-11z',
  question: 'M12 3a9 9 0 100 18 9 9 0 000-18zM9.5 9.5a2.5 2.5 0 115 .2c0 1.8-2.5 1.9-2.5 3.8M12 16.6v.3',
  sound: 'M4 9.5h4l5-4v13l-5-4H4zM16.5 9a4 4 0 010 6M19 6.5a8 8 0 010 11',
  drill: 'M4 20V5M4 5h14l-3.5 4L18 13H4',
  hidden: 'M3 12s3.5-6 9-6c1.7 0 3.2.5 4.5 1.3M21 12s-3.5 6-9 6c-1.7 0-3.2-.5-4.5-1.3M4 4l16 16',
} as const

export type IconName = keyof typeof paths

/** An icon is decoration unless it has a `label`: then it is an image that a screen reader names. */
export function Icon({ name, label }: { readonly name: IconName; readonly label?: string }) {
  const shape = <path d={paths[name]} />
  return label === undefined ? (
    <svg className="ui-icon" data-icon={name} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {shape}
    </svg>
  ) : (
    <svg className="ui-icon" viewBox="0 0 24 24" role="img" aria-label={label}>
      {shape}
    </svg>
  )
}
