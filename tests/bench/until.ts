const lookEveryMs = 20

/** Looks until `find` answers with something; between measurements, never within one. */
export async function until<T>(
  what: string,
  withinMs: number,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
