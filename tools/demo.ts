import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Cast, type Facts, startWorld } from './demo/cast.ts'
import { close } from './demo/closing.ts'
import { practise } from './demo/drill.ts'
import { keepEvidence, writeTimeline } from './demo/keep-evidence.ts'
import { openTheDay } from './demo/opening.ts'
import { comeBack, reactWithoutHub } from './demo/outage.ts'
import { openOutput } from './demo/output.ts'
import { prove } from './demo/proof.ts'
import { createStory, StepFailed } from './demo/story.ts'
import { endingInWords, type Proven, summaryOf } from './demo/summary.ts'
import { supervise } from './demo/supervision.ts'

const root = path.join(import.meta.dirname, '..')

const help = `usage: npm run demo -- [--output FOLDER]

Plays the whole story without a person and without a display: a hub, the workstation (the built bundle, on
Electron or on the stand-in for it) and two physicians in browsers, each a process of its own; a drill, a
supervised injection, a reaction while the hub is dead, the sync, the signed record. People are synthetic, and so
is the approval of the example cards. Takes about a minute and a half.

  --output FOLDER   where the results go, emptied first (default: demo-output)
  --help            this text

Leaves record.pdf and its pages, record.jsonl (the session's excerpt), record.csv (its timeline), record.fhir.json, record.dcm, workstation-log.jsonl and hub-log.jsonl
(the complete log at both ends), timeline.txt, story.txt, screenshots/ and summary.json. Exit code 0: everything that is claimed was found to be so. 1: something was not, and is named.`

/** @returns the exit code */
async function demo(folder: string): Promise<number> {
  const startedAt = new Date().toISOString()
  const output = openOutput(folder)
  const story = createStory(console.log, () => performance.now())
  console.log(
    'Scanside, played by itself. People are synthetic, the medical director who approves the cards among them: nothing here is for patients.',
  )

  const facts: Facts = {}
  const cast: { -readonly [K in keyof Cast]?: Cast[K] } = {}
  let proven: Proven | null = null
  let failedStep: string | null = null
  const closeWorld = async () => {
    const { world } = cast
    delete cast.world
    await world?.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void closeWorld().finally(() => process.exit(1)))
  }
  try {
    cast.world = await story.step('The hub starts', startWorld)
    const all = await openTheDay(story, output, cast.world)
    Object.assign(cast, all)
    await practise(all, facts)
    await supervise(all, facts)
    await reactWithoutHub(all, facts)
    await comeBack(all, facts)
    await close(all, facts)
    proven = await prove(all, facts)
    await writeTimeline(all)
  } catch (error) {
    failedStep = (error instanceof StepFailed ? error : new StepFailed('the story', error)).message
    output.write('failed.txt', error instanceof Error ? (error.stack ?? error.message) : String(error))
    await keepEvidence(cast, output)
    if (cast.room !== undefined) await writeTimeline(cast as Cast)
  } finally {
    await closeWorld()
  }
  const durationS = story.elapsedS()
  const summary = summaryOf({ startedAt, durationS, claims: story.claims(), failedStep, facts, proven })
  output.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`)
  const ending = endingInWords(summary, path.relative(process.cwd(), folder) || folder)
  output.write('story.txt', `${[...story.lines(), ...ending].join('\n')}\n`)
  for (const line of ending) console.log(line)
  return summary.ok ? 0 : 1
}

try {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: path.join(root, 'demo-output') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) console.log(help)
  else process.exitCode = await demo(path.resolve(values.output))
} catch (error) {
  if (!(error instanceof TypeError && 'code' in error)) throw error
  console.error(`demo: ${error.message}\n\n${help}`)
  process.exitCode = 2
}
