import { type ReactNode, useId } from 'react'
import './panel.css'

export type PanelProps = {
  readonly title: ReactNode
  /** Stands at the right of the title. */
  readonly actions?: ReactNode
  readonly footer?: ReactNode
  readonly flush?: boolean
  readonly children: ReactNode
}

/** A titled region. `flush` lets the content touch the edges (tables, video). */
export function Panel({ title, actions, footer, flush = false, children }: PanelProps) {
  const titleId = useId()
  return (
    <section className="ui-panel" aria-labelledby={titleId}>
      <header className="ui-panel-head">
        <h2 className="ui-panel-title" id={titleId}>
          {title}
        </h2>
        {actions !== undefined && <div className="ui-panel-actions">{actions}</div>}
      </header>
      <div className={flush ? 'ui-panel-body ui-panel-flush' : 'ui-panel-body'}>{children}</div>
      {footer !== undefined && <footer className="ui-panel-foot">{footer}</footer>}
    </section>
  )
}
