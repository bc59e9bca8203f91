import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createAlarmTones } from '../platform/web/alarm-tones.ts'
import '../ui/tokens.css'
import '../ui/base.css'
import { App } from './App.tsx'
import { createAlarm } from './alarm.ts'
import { createRoomMedia } from './room-media.ts'
import { bannerWords, shellWords } from './shell/words.ts'
import { afterPaint, reportVitalSigns } from './vital-signs.ts'
import { findBridge } from './workstation/bridge.ts'
import { WorkstationProvider } from './workstation/context.tsx'
import { createWorkstationStore, dismiss, say } from './workstation/store.ts'

const element = document.getElementById('root')
if (element === null) throw new Error('index.html has no #root')
const root = createRoot(element)
const bridge = findBridge()

if (bridge === undefined) {
  root.render(
    <main className="outside">
      <h1>{shellWords.outside}</h1>
      <p>{shellWords.outsideDetail}</p>
    </main>,
  )
} else {
  const { store } = createWorkstationStore(bridge)
  const media = createRoomMedia({
    bridge,
    mediaDevices: navigator.mediaDevices,
    storage: window.localStorage,
  })
  let audio: AudioContext | undefined
  const openAudio = (): AudioContext => {
    audio ??= new AudioContext()
    return audio
  }
  const alarm = createAlarm({
    window: 'main',
    tones: createAlarmTones(openAudio),
    report: bridge.report,
    onProblem: (why) => {
      if (why === null) dismiss(store, 'sound')
      else {
        const { title, body } = bannerWords.sound(why)
        say(store, { id: 'sound', tone: 'loud', title, text: body })
      }
    },
  })

  reportVitalSigns(bridge, window)
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'F1') return
    event.preventDefault()
    store.setState({ glossaryOpen: true })
  })

  root.render(
    <StrictMode>
      <WorkstationProvider value={{ store, bridge, media }}>
        <App />
      </WorkstationProvider>
    </StrictMode>,
  )

  let usable = false
  store.subscribe(({ snapshot }, previous) => {
    if (snapshot === null || snapshot === previous.snapshot) return
    media.update(snapshot)
    alarm.update(snapshot)
    if (usable) return
    usable = true
    afterPaint(() => {
      bridge.report({ kind: 'usable' })
      // Before any press, because it costs the first tone its time; after the screen, which it holds up for 0.1 s.
      setTimeout(openAudio, 0)
    })
  })
}
