import { useEffect } from 'react'
import './app.css'
import { Enrolment } from './gateway/Enrolment.tsx'
import { LockScreen } from './gateway/LockScreen.tsx'
import { SignIn } from './gateway/SignIn.tsx'
import { PressedPanel } from './reaction/PressedPanel.tsx'
import { QuestionStrip } from './reaction/QuestionStrip.tsx'
import { ReactionBoard } from './reaction/ReactionBoard.tsx'
import { SessionScreen } from './session/SessionScreen.tsx'
import { About } from './shell/About.tsx'
import { Banners } from './shell/Banners.tsx'
import { BottomBar } from './shell/BottomBar.tsx'
import { LinkColumn } from './shell/LinkColumn.tsx'
import { TopBar } from './shell/TopBar.tsx'
import { shellWords } from './shell/words.ts'
import { Strip } from './strip/Strip.tsx'
import { useSnapshot, useView } from './workstation/context.tsx'

/** Top bar, work, bottom bar. The bottom bar with the red button is there before anything else is known. */
export function App() {
  const layout = useView((view) => view.snapshot?.layout ?? 'full')
  const theme = useView((view) => view.snapshot?.theme ?? 'dark')
  const known = useView((view) => view.snapshot !== null)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  return (
    <>
      {layout === 'strip' && known ? (
        <Strip />
      ) : (
        <div className="app">
          <TopBar />
          <main className="app-work">
            <Banners />
            {known && <QuestionStrip />}
            {known ? <Work /> : <Starting />}
          </main>
          <BottomBar />
        </div>
      )}
      <About />
    </>
  )
}

function Starting() {
  const pressed = useView((view) => view.pressed?.kind === 'reaction')
  if (pressed) return <PressedPanel />
  return (
    <div className="app-starting">
      <p>{shellWords.starting}</p>
      <p>{shellWords.startingDetail}</p>
    </div>
  )
}

/** The call for help first, whoever is signed in or not; then the doors; then the work. */
function Work() {
  const { state, enrolment } = useSnapshot()
  const pressed = useView((view) => view.pressed?.kind === 'reaction')
  if (state.reaction !== null) return <ReactionBoard escalation={state.reaction} />
  if (pressed) return <PressedPanel />
  if (enrolment.kind !== 'enrolled') return <Enrolment />
  switch (state.operator.kind) {
    case 'signed-in':
      return <SessionScreen />
    case 'locked':
      return (
        <div className="app-door">
          <LinkColumn />
          <LockScreen technologistId={state.operator.technologistId} />
        </div>
      )
    case 'signed-out':
      return (
        <div className="app-door">
          <LinkColumn />
          <SignIn />
        </div>
      )
  }
}
