/** How much was done after so much time. */
export type Progress = { readonly done: number; readonly afterMs: number }

/**
 * What is done a second once it is under way.
 * @param from 0..1: what was done before this part of the whole does not count
 */
export function steadyRate(progress: readonly Progress[], from: number): number {
  const last = progress.at(-1)
  const first = progress.find(({ done }) => done >= (last?.done ?? 0) * from)
  if (first === undefined || last === undefined || last.afterMs <= first.afterMs) {
    throw new Error('too little was done to say how fast')
  }
  return ((last.done - first.done) * 1000) / (last.afterMs - first.afterMs)
}
