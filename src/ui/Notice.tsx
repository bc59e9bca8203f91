import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icon.tsx'
import './notice.css'

/** `loud` is for what must not be overlooked: supervision lost, storage failing. It is not red: help is. */
export type NoticeTone = 'info' | 'good' | 'attention' | 'loud'

const icons: Record<NoticeTone, IconName> = {
  info: 'info',
  good: 'check',
  attention: 'alert',
  loud: 'alert',
}

export type NoticeProps = {
  readonly tone: NoticeTone
  /** What is so. */
  readonly title: ReactNode
  /** What to do. */
  readonly children?: ReactNode
  readonly action?: ReactNode
  /** Read out when it appears; `loud` interrupts. */
  readonly announce?: boolean
}

export function Notice({ tone, title, children, action, announce = false }: NoticeProps) {
  const role = announce ? (tone === 'loud' ? 'alert' : 'status') : undefined
  return (
    <div className={`ui-notice ui-notice-${tone}`} role={role}>
      <Icon name={icons[tone]} />
      <div className="ui-notice-words">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action !== undefined && <div className="ui-notice-action">{action}</div>}
    </div>
  )
}
