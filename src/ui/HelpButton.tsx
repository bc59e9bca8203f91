import { ignoreHeldKey } from './held-key.ts'
import './help-button.css'

export type HelpButtonProps = {
  /** In capitals: what one press does. */
  readonly label: string
  /** A second, smaller line: the telephone beside it, or that the call is open. */
  readonly detail?: string
  /** `open`: a call is running and a press calls again. */
  readonly state?: 'armed' | 'open'
  readonly onPress: () => void
}

/**
 * The one red thing. A press is a whole click (down and up inside), Enter or Space: a hand that slides across
 * the screen does not press it, and the moat around it takes touches that miss. It never asks a second question.
 */
export function HelpButton({ label, detail, state = 'armed', onPress }: HelpButtonProps) {
  return (
    <div className="ui-help-moat">
      <button
        type="button"
        className={`ui-help ui-help-${state}`}
        onClick={onPress}
        onKeyDown={ignoreHeldKey}
        data-testid="help-button"
      >
        <span className="ui-help-label">{label}</span>
        {detail !== undefined && <span className="ui-help-detail">{detail}</span>}
      </button>
    </div>
  )
}
