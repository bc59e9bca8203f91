import { inject, openRoom, signIn } from './kit.ts'

/** A process of its own that works in the room of a folder and never ends by itself: to be killed. */
const [folder = '', entries = '0', patient = 'none'] = process.argv.slice(2)
const room = openRoom({ folder })
await signIn(room)
if (patient === 'with-patient') await inject(room)
for (let count = 0; count < Number(entries); count += 1) {
  room.workstation.windowRestored('help', count)
}
room.workstation.tick()
room.workstation.pressHelp('reaction', 'hotkey')
await room.until(() => room.entries().some(({ type }) => type === 'help-pressed'))
await room.untilDurable()
console.log('working')
