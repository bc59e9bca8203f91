import type { ReactNode } from 'react'
import './status-word.css'

/**
 * good: it is there, measured · ready: held, there within a frame or two · busy: under way · attention: something
 * is missing · lost: it was there and is not · idle: nobody asked for it. Each has its own shape and colour;
 * the word is the caller's.
 */
export type Status = 'good' | 'ready' | 'busy' | 'attention' | 'lost' | 'idle'

const shapes: Record<Status, ReactNode> = {
  good: <circle cx="8" cy="8" r="7" fill="currentColor" />,
  ready: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="8" cy="8" r="2.5" fill="currentColor" />
    </>
  ),
  busy: (
    <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2.5" strokeDasharray="4 3.5" />
  ),
  attention: <path d="M8 1L15.5 15H.5z" fill="currentColor" />,
  lost: (
    <>
      <rect x="1" y="1" width="14" height="14" fill="currentColor" />
      <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" stroke="var(--status-on, #191200)" strokeWidth="2.2" />
    </>
  ),
  idle: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
}

export type StatusWordProps = {
  readonly status: Status
  readonly word: string
  /** Follows the word in ordinary weight. */
  readonly detail?: ReactNode
  readonly size?: 'normal' | 'large'
}

export function StatusWord({ status, word, detail, size = 'normal' }: StatusWordProps) {
  return (
    <span className={`ui-status ui-status-${status} ui-status-${size}`}>
      <svg className="ui-status-shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shapes[status]}
      </svg>
      <span>
        <strong className="ui-status-word">{word}</strong>
        {detail !== undefined && <span className="ui-status-detail"> {detail}</span>}
      </span>
    </span>
  )
}
