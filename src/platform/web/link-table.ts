import type { PeerLink } from './peer-link.ts'

export type Measured = Awaited<ReturnType<PeerLink['measure']>>

/** Links by the other end's id, measured together twice a second. */
export type LinkTable<Extra> = {
  readonly get: (id: string) => ({ readonly link: PeerLink } & Extra) | undefined
  readonly set: (id: string, held: { readonly link: PeerLink } & Extra) => void
  /** A copy: links may be dropped while it is walked. */
  readonly entries: () => readonly (readonly [string, { readonly link: PeerLink } & Extra])[]
  readonly drop: (id: string) => void
  readonly retryNow: () => void
  readonly close: () => void
}

const measureEveryMs = 500

export function createLinkTable<Extra>(
  onMeasured: (measured: [string, Measured][]) => void,
): LinkTable<Extra> {
  const heldById = new Map<string, { readonly link: PeerLink } & Extra>()
  let closed = false

  async function measure() {
    const measured = await Promise.all(
      [...heldById].map(async ([id, { link }]): Promise<[string, Measured]> => [id, await link.measure()]),
    )
    // A link dropped meanwhile is nobody's fact any more.
    if (!closed) onMeasured(measured.filter(([id]) => heldById.has(id)))
  }
  const timer = setInterval(() => void measure(), measureEveryMs)

  const drop = (id: string) => {
    const held = heldById.get(id)
    heldById.delete(id)
    held?.link.close()
  }
  return {
    get: (id) => heldById.get(id),
    set: (id, held) => void heldById.set(id, held),
    entries: () => [...heldById],
    drop,
    retryNow: () => {
      for (const { link } of heldById.values()) link.retryNow()
    },
    close: () => {
      closed = true
      clearInterval(timer)
      for (const id of [...heldById.keys()]) drop(id)
    },
  }
}
