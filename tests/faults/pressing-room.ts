import { setTimeout as pause } from 'node:timers/promises'
import { openRoom } from '../integration/workstation/kit.ts'

/**
 * A process of its own in which something is appended four times a second while help is pressed again and again. Says
 * how many ms after each press was due the windows were told, and whether everything is durable in the end.
 */
const [folder = '', presses = '10'] = process.argv.slice(2)
const appendEveryMs = 250
const room = openRoom({ folder })
let told: () => void = () => undefined
const { shown } = room.windows
const show = shown.set.bind(shown)
shown.set = (window, snapshot) => {
  if (snapshot.alarm !== null) told()
  return show(window, snapshot)
}
let appended = 0
const appending = setInterval(() => room.workstation.windowRestored('help', ++appended), appendEveryMs)

async function press(afterMs: number): Promise<number> {
  const due = performance.now() + afterMs
  let toldAt = 0
  await new Promise<void>((resolve) => {
    told = () => {
      toldAt ||= performance.now()
      resolve()
    }
    setTimeout(() => room.workstation.pressHelp('reaction', 'hotkey'), afterMs)
  })
  told = () => undefined
  const escalationId = room.snapshot().state.reaction?.id ?? ''
  const ended = await room.workstation.dispatch({ kind: 'end-help', escalationId, outcome: 'a test' })
  if (!ended.ok) throw new Error(ended.error.message)
  return toldAt - due
}

await pause(1000)
const lateMs: number[] = []
// Never in step with what is appended.
for (let count = 0; count < Number(presses); count += 1) lateMs.push(await press(300 + count * 37))
clearInterval(appending)
await room.untilDurable()
console.log(JSON.stringify({ lateMs, appended }))
room.close()
process.exit(0)
