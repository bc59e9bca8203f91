import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { nameOfIn } from '../../src/domain/record/session-record.ts'
import { timelineText } from '../../src/domain/record/words.ts'
import { logLines } from '../../tests/support/workstation-files.ts'
import type { Cast } from './cast.ts'
import type { Output } from './output.ts'
import { until } from './until.ts'

/** The whole log as text, for people; written however far the story came. */
export async function writeTimeline({ output, room, technologist }: Cast): Promise<void> {
  const entries = logLines(room.workstation.userDataDir).map((line): LogEntry => JSON.parse(line))
  // A window that is gone cannot say who is who: then identifiers stand for themselves.
  const policy = await until('the policy', technologist.snapshot, () => true).then(
    (snapshot) => snapshot.policy,
    () => null,
  )
  output.write('timeline.txt', timelineText(entries, nameOfIn(policy)))
}

/** What helps to find out why a step failed: every screen as it is now, and what the programs wrote. */
export async function keepEvidence(cast: Partial<Cast>, output: Output): Promise<void> {
  const screens = [
    ['workstation', cast.technologist?.page],
    ['physician-chen', cast.chen?.page],
    ['physician-rao', cast.rao?.page],
  ] as const
  for (const [name, page] of screens) {
    // A page that is gone has nothing to show; the others still have.
    await page?.screenshot({ path: output.path(`failed-${name}.png`), timeout: 5000 }).catch(() => undefined)
  }
  if (cast.world !== undefined) output.write('failed-hub.log', cast.world.hub.output())
  const file = join(cast.room?.workstation.userDataDir ?? '', 'logs', 'scanside.log')
  if (cast.room !== undefined && existsSync(file)) output.write('failed-workstation.log', readFileSync(file))
}
