import { type Benchmark, measured } from './benchmark.ts'
import { onStage } from './on-stage.ts'

export const pressToAlarm: Benchmark = {
  name: 'press-to-alarm',
  what: 'press → alarm painted at the physician, beside bare Socket.IO',
  samples: 25,
  run: (run) =>
    onStage(run, async (stage, bare) => {
      const { samples, at } = run
      const alarms: number[] = []
      const echoes: number[] = []
      const presses: number[] = []
      await bare.press()
      for (let count = 1; count <= samples; count += 1) {
        at(`press ${count} of ${samples}`)
        alarms.push((await stage.press()).alarmMs)
        presses.push(await bare.press())
        echoes.push(await bare.echo())
      }
      return [
        measured({
          name: 'press → alarm',
          unit: 'ms',
          samples: alarms,
          peer: { name: 'bare Socket.IO, click to paint', samples: presses },
          note: 'click at the workstation to two frames after the alarm is in the console’s page; the peer is a click that shows a red sheet on another page through a bare Socket.IO server, painted by the same rule. One room connected, not 1,000',
          target: { words: 'p99 ≤ 250 ms', isMet: ({ p99 = 0 }) => p99 <= 250 },
        }),
        measured({
          name: '  against the bare echo',
          unit: 'ms',
          samples: alarms,
          peer: { name: 'bare Socket.IO round trip', samples: echoes },
          note: 'the same presses; the peer is a message from a page to a bare Socket.IO server and back, nothing painted',
          target: { words: '≤ 2 × round trip', isMet: ({ ratio }) => (ratio ?? 0) <= 2 },
        }),
      ]
    }),
}
