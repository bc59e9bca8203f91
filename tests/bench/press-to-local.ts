import { type Benchmark, measured } from './benchmark.ts'
import { localTarget } from './press-to-local-alone.ts'
import { openStage } from './stage.ts'

export const pressToLocal: Benchmark = {
  name: 'press-to-local',
  what: 'press → local sound, card and timer, with everything alive',
  samples: 25,
  run: async ({ samples, at }) => {
    const stage = await openStage(at)
    try {
      const both: number[] = []
      const board: number[] = []
      const sound: number[] = []
      for (let count = 1; count <= samples; count += 1) {
        at(`press ${count} of ${samples}`)
        const { boardMs, soundMs } = await stage.press()
        both.push(Math.max(boardMs, soundMs))
        board.push(boardMs)
        sound.push(soundMs)
      }
      return [
        measured({
          name: 'press → local',
          unit: 'ms',
          samples: both,
          note: 'click in the main window to the later of: board, timer and cards painted there; first tone scheduled (help-shown in the log)',
          target: localTarget,
        }),
        measured({
          name: '  of this: painted',
          unit: 'ms',
          samples: board,
          note: 'two animation frames after the board is in the page',
        }),
        measured({
          name: '  of this: sounding',
          unit: 'ms',
          samples: sound,
          note: 'to the log entry help-shown of the window that owns the sound',
        }),
      ]
    } finally {
      await stage.close()
    }
  },
}
