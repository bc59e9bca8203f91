/** What became of the simulated calls for help. */
export type Calls = {
  readonly begin: (escalationId: string, primary: string) => void
  readonly pressed: (escalationId: string, atMs: number) => void
  readonly paged: (escalationId: string, physicianId: string, atMs: number) => void
  readonly count: () => number
  /** From the press to its primary physician, of each that arrived, ms. */
  readonly tookMs: () => readonly number[]
  readonly unreached: () => readonly string[]
  /** Physicians who were paged although it was not for them, in words. */
  readonly astray: () => readonly string[]
}

export function createCalls(): Calls {
  type Call = { readonly primary: string; pressedAtMs?: number; pagedAtMs?: number }
  const calls = new Map<string, Call>()
  const astray: string[] = []
  return {
    begin: (escalationId, primary) => void calls.set(escalationId, { primary }),
    pressed(escalationId, atMs) {
      const call = calls.get(escalationId)
      if (call) call.pressedAtMs = atMs
    },
    paged(escalationId, physicianId, atMs) {
      const call = calls.get(escalationId)
      if (call?.primary !== physicianId) astray.push(`${physicianId} was paged for ${escalationId}`)
      // Paged again is no second arrival.
      else call.pagedAtMs ??= atMs
    },
    count: () => calls.size,
    // What the two processes say may come in either order.
    tookMs: () =>
      [...calls.values()].flatMap(({ pressedAtMs, pagedAtMs }) =>
        pressedAtMs === undefined || pagedAtMs === undefined ? [] : [pagedAtMs - pressedAtMs],
      ),
    unreached: () =>
      [...calls].flatMap(([escalationId, { pressedAtMs, pagedAtMs, primary }]) =>
        pressedAtMs === undefined || pagedAtMs === undefined ? [`${escalationId}, for ${primary}`] : [],
      ),
    astray: () => astray,
  }
}
