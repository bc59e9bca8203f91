import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { assessLink } from '../domain/link/assess.ts'
import { createAlarmTones } from '../platform/web/alarm-tones.ts'
import { openLocalMedia } from '../platform/web/local-media.ts'
import { createConsoleLinks } from '../platform/web/session-links.ts'
import '../ui/tokens.css'
import '../ui/base.css'
import { App } from './App.tsx'
import { createAccount } from './account/account.ts'
import { createHubApi } from './account/hub-api.ts'
import { createRinger } from './alarms/ringer.ts'
import { askNotifications, notificationPermission, notifyOf } from './alarms/system-notifications.ts'
import { createCall } from './call/call.ts'
import { createPreferences } from './call/preferences.ts'
import { createConsole } from './console.ts'
import { ConsoleContext } from './console-context.ts'
import { openHubSocket } from './hub/hub-socket.ts'
import { createPagesHere } from './push/pages-here.ts'
import { createTheme } from './shell/theme.ts'
import { openStorage } from './statements/storage.ts'
import { createWorkerClock } from './ticker/worker-clock.ts'

const clock = createWorkerClock()
const preferences = createPreferences(localStorage)
const theme = createTheme(preferences, document.documentElement)
const api = createHubApi((path, init) => fetch(path, init))

let audio: AudioContext | null = null
const audioContext = () => {
  audio ??= new AudioContext({ latencyHint: 'interactive' })
  return audio
}
const tones = createAlarmTones(audioContext)
const call = createCall({
  instant: clock.instant,
  tones,
  resumeSound: () => audioContext().resume(),
  askNotifications,
  openLocalMedia,
  mediaDevices: navigator.mediaDevices as MediaDevices | undefined,
})
const account = createAccount(api)
account.store.subscribe(({ kind }) => {
  // The invite is used up: it has no business in the address any more, nor in the history.
  if (kind === 'signed-in' && location.pathname !== '/') history.replaceState(null, '', '/')
})
const console = createConsole({
  clock,
  storage: await openStorage(indexedDB),
  api,
  account,
  call,
  preferences,
  pagesHere: createPagesHere({
    api,
    container: 'PushManager' in window ? navigator.serviceWorker : undefined,
    permission: notificationPermission,
    ask: askNotifications,
    memory: preferences,
  }),
  subtle: crypto.subtle,
  newId: () => crypto.randomUUID(),
  isVisible: () => document.visibilityState === 'visible',
  openSocket: openHubSocket,
  createLinks: createConsoleLinks,
  assess: (measurement, ageMs) => assessLink(measurement, ageMs, 'physician'),
})

const ringer = createRinger({
  tones,
  clock,
  setTitle: (title) => {
    if (document.title !== title) document.title = title
  },
  notify: notifyOf(() => window.focus()),
  onSound: console.soundProblem,
})
console.alarms.store.subscribe(ringer.show)
console.rooms.store.subscribe(() => ringer.callIn(console.isCalledIn()))

window.addEventListener('beforeunload', (event) => {
  // Closing the tab of a physician on call must not happen by accident.
  if (call.store.getState().call.kind === 'on') event.preventDefault()
})

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place to render into')
createRoot(root).render(
  <StrictMode>
    <ConsoleContext value={console}>
      <App theme={theme} />
    </ConsoleContext>
  </StrictMode>,
)
void console.start()
