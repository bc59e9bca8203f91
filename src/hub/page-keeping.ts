import type { HubContext } from './context.ts'
import type { StoredPage } from './store.ts'

/** Brings open calls into the store, one write after the other, so that an older state never lands on a newer one. */
export type PageKeeping = {
  /** Whether it is stored. What waits already is replaced by what is newer, and stored once. */
  readonly save: (page: StoredPage) => Promise<boolean>
  readonly remove: (escalationId: string) => Promise<boolean>
  /** It came from the store, for this hub to look after. */
  readonly taken: (escalationId: string) => void
  /** It is another hub's now. */
  readonly forget: (escalationId: string) => void
  /** Lets go of what the store says is another hub's by now, or has ended there. */
  readonly compare: () => Promise<void>
  readonly settled: () => Promise<void>
}

export type PageKeepingContext = {
  readonly log: Pick<HubContext['log'], 'info' | 'error'>
  readonly store: Pick<HubContext['store'], 'pages'>
}

/** @param onLost another hub looks after it by now, or it has ended there */
export function createPageKeeping(
  ctx: PageKeepingContext,
  onLost: (escalationId: string) => void,
): PageKeeping {
  const { pages } = ctx.store
  const known = new Set<string>()
  const waiting = new Map<string, { page: StoredPage; readonly done: Promise<boolean> }>()
  let last: Promise<unknown> = Promise.resolve()

  function inTurn(write: () => Promise<void>): Promise<boolean> {
    const done = last.then(write).then(
      () => true,
      (error: unknown) => {
        ctx.log.error({ err: error }, 'a page could not be stored: it goes on, but not through a restart')
        return false
      },
    )
    last = done
    return done
  }
  function lose(escalationId: string): void {
    if (!known.delete(escalationId)) return
    ctx.log.info({ escalationId }, 'page is another hub’s now')
    onLost(escalationId)
  }
  async function write(escalationId: string): Promise<void> {
    const page = waiting.get(escalationId)?.page
    waiting.delete(escalationId)
    if (page === undefined) return
    if (known.has(escalationId)) {
      if (!(await pages.save(page, 'later'))) lose(escalationId)
      return
    }
    await pages.save(page, 'first')
    known.add(escalationId)
  }

  return {
    save(page) {
      const { escalationId } = page
      const already = waiting.get(escalationId)
      if (already) {
        already.page = page
        return already.done
      }
      const done = inTurn(() => write(escalationId))
      waiting.set(escalationId, { page, done })
      return done
    },
    remove(escalationId) {
      return inTurn(() => {
        known.delete(escalationId)
        return pages.remove(escalationId)
      })
    },
    taken: (escalationId) => void known.add(escalationId),
    forget: (escalationId) => void known.delete(escalationId),
    async compare() {
      const before = [...known]
      const mine = new Set(await pages.mine())
      for (const escalationId of before) if (!mine.has(escalationId)) lose(escalationId)
    },
    settled: async () => void (await last),
  }
}
