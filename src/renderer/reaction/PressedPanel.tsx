import { Notice } from '../../ui/Notice.tsx'
import { SincePress } from './ReactionBoard.tsx'
import { reactionWords as words } from './words.ts'

/** Between the press and the first word of the main process: the hand sees that it was felt. */
export function PressedPanel() {
  return (
    <div className="board">
      <header className="board-head">
        <SincePress size="huge" />
        <Notice tone="loud" title={words.calling} announce>
          {words.callingDetail}
        </Notice>
      </header>
    </div>
  )
}
