import { type Bare, openBare } from './bare/open.ts'
import type { Run } from './benchmark.ts'
import { openStage, type Stage } from './stage.ts'

/** Opens the three programs and, beside them, the bare peers; closes all of it, whatever happens. */
export async function onStage<T>(run: Run, use: (stage: Stage, bare: Bare) => Promise<T>): Promise<T> {
  const stage = await openStage(run.at)
  try {
    run.at('starting the bare peers')
    const bare = await openBare(stage.browser)
    try {
      return await use(stage, bare)
    } finally {
      await bare.close()
    }
  } finally {
    await stage.close()
  }
}
