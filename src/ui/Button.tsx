import type { ButtonHTMLAttributes, ReactNode } from 'react'
import './button.css'
import { ignoreHeldKey } from './held-key.ts'
import { Icon, type IconName } from './Icon.tsx'

export type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & {
  /** One `primary` at a time on a screen. `quiet` has a border, `plain` has none. No kind is red. */
  readonly kind?: 'primary' | 'quiet' | 'plain'
  readonly size?: 'small' | 'normal' | 'large'
  readonly icon?: IconName
  /** A press is on its way: stays focusable, takes no second press. */
  readonly busy?: boolean
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Button(props: ButtonProps) {
  const {
    kind = 'quiet',
    size = 'normal',
    icon,
    busy = false,
    wide = false,
    children,
    onClick,
    onKeyDown,
    ...rest
  } = props
  return (
    <button
      type="button"
      {...rest}
      className={`ui-button ui-button-${kind} ui-button-${size}${wide ? ' ui-button-wide' : ''}`}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
      onKeyDown={(event) => {
        ignoreHeldKey(event)
        onKeyDown?.(event)
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span className="ui-button-words">{children}</span>
    </button>
  )
}
