import type { ReactNode } from 'react'
import './empty-state.css'
import { Icon, type IconName } from './Icon.tsx'

/** Nothing here, why, and what to do about it. */
export function EmptyState(props: {
  readonly icon: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="ui-empty">
      <Icon name={props.icon} />
      <p className="ui-empty-title">{props.title}</p>
      {props.children !== undefined && <div className="ui-empty-words">{props.children}</div>}
      {props.action}
    </div>
  )
}
