const undo: (() => unknown)[] = []

/** Undone in reverse order by `cleanUp`, which test files give to `afterEach`. */
export const later = (work: () => unknown): void => void undo.push(work)

export async function cleanUp(): Promise<void> {
  for (const work of undo.splice(0).reverse()) await work()
}
