import { changeKey } from '../../../src/main/change-log-key.ts'
import { groundFilesIn, openGround } from '../../../src/main/open-log.ts'
import { openBox } from './kit.ts'

/** A process of its own that settles or changes the key of a folder's log, and dies at the step that it is told. */
const [folder = '', work = 'start', deadly = 'never'] = process.argv.slice(2)
const at = (step: string): void => {
  console.log(step)
  if (step === deadly) process.kill(process.pid, 'SIGKILL')
}

at('begun')
if (work === 'start') {
  const ground = openGround(groundFilesIn(folder), openBox, at)
  ground.store.close()
  if (ground.problem !== null) throw new Error(ground.problem.message)
} else {
  process.exitCode = changeKey(groundFilesIn(folder), openBox, (_, step) => at(step)).code
}
at('ended')
