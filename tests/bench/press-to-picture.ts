import { type Benchmark, measured } from './benchmark.ts'
import { onStage } from './on-stage.ts'

export const pressToPicture: Benchmark = {
  name: 'press-to-picture',
  what: 'press → live picture of the room at the physician over the warm link, beside a cold simple-peer call',
  samples: 15,
  run: (run) =>
    onStage(run, async (stage, bare) => {
      const { samples, at } = run
      const pictures: number[] = []
      const calls: number[] = []
      const fromNothing: number[] = []
      await bare.call()
      for (let count = 1; count <= samples; count += 1) {
        at(`press ${count} of ${samples}`)
        pictures.push((await stage.press()).pictureMs)
        at(`cold call ${count} of ${samples}`)
        const { fromCallMs, fromNothingMs } = await bare.call()
        calls.push(fromCallMs)
        fromNothing.push(fromNothingMs)
      }
      const note =
        'click at the workstation, no session open and media held, to the first picture received after it and presented uncovered in the console’s alarm; the peer is a simple-peer call between two pages, cameras open, from the call to the first picture presented; 1280×720 both ways'
      return [
        measured({
          name: 'press → live picture',
          unit: 'ms',
          samples: pictures,
          peer: { name: 'cold simple-peer call', samples: calls },
          note,
          target: {
            words: 'p50 ≤ 150 ms; ≤ 1/8 of cold',
            isMet: ({ value, ratio }) => value <= 150 && (ratio ?? 1) <= 1 / 8,
          },
        }),
        measured({
          name: '  with closed cameras',
          unit: 'ms',
          samples: pictures,
          peer: { name: 'the same, cameras opened first', samples: fromNothing },
          note: 'the same presses and calls; the peer counts from before both pages ask for camera and microphone, as a program does that opens them for a call',
        }),
      ]
    }),
}
