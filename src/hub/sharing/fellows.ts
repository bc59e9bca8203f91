import { randomUUID } from 'node:crypto'
import type { HubContext } from '../context.ts'
import type { Paging } from '../paging.ts'
import type { Presence } from '../presence.ts'
import type { Statements } from '../statements.ts'
import { type Exchange, leaseMs } from '../store.ts'
import { createRemotePeers, type RemotePeers } from './remote-peers.ts'
import { createSealer } from './sealed.ts'
import type { Envelope, Publish, Word } from './words.ts'

/** The other hubs on the same database, and what they have connected, as if it were connected here. */
export type Fellows = {
  readonly publish: Publish
  readonly join: (around: Around) => Promise<void>
  readonly leave: () => Promise<void>
}
type Around = {
  readonly presence: Presence
  readonly paging: Paging
  readonly statements: Statements
  readonly run: (work: Promise<unknown>) => void
}
type Fellow = {
  readonly peers: RemotePeers
  /** Nothing that it says counts before it has answered this: words of a hub that is no more can be repeated. */
  readonly question: string
  isMet: boolean
  lastN: number
  heardAtMs: number
}

/** For a store with one hub alone. */
export const alone: Fellows = {
  publish: () => undefined,
  join: async () => undefined,
  leave: async () => undefined,
}

/** Said even when nobody is known: by these a hub becomes known. */
const introductions: ReadonlySet<Word['kind']> = new Set(['alive', 'bye'])
/** For so many seconds after a hub has gone its calls are looked for: the store may learn of its death after us. */
const looksAfterLoss = 3

export function createFellows(ctx: HubContext, exchange: Exchange, secret: Uint8Array): Fellows {
  const sealer = createSealer(secret)
  const fellows = new Map<string, Fellow>()
  let said = 0

  const publish: Publish = (word, to) => {
    if (fellows.size === 0 && !introductions.has(word.kind)) return
    said += 1
    const addressed = to === undefined ? {} : { to }
    exchange.publish(sealer.seal({ from: exchange.hubId, n: said, ...addressed, word }))
  }

  return {
    publish,
    async join(around) {
      around.presence.onChanged((change) => publish(change))
      await exchange.join(listenerFor(around))
      publish({ kind: 'alive' })
    },
    async leave() {
      publish({ kind: 'bye' })
      await exchange.leave()
    },
  }

  function listenerFor({ presence, paging, statements, run }: Around) {
    let looks = 0

    const introduce = (answers: string) => publish({ kind: 'all', peers: presence.here(), answers })

    /** Whatever may have been missed is said again: by the others, and by the store. Hearing us, they repeat their pages. */
    function catchUp(): void {
      introduce('')
      run(paging.compare())
      for (const peer of presence.workstations()) if (peer.isHere) run(statements.deliver(peer))
    }
    function missed(): void {
      publish({ kind: 'who', question: '' })
      catchUp()
    }
    function meet(hubId: string): Fellow {
      const peers = createRemotePeers(ctx, presence, paging, hubId, publish)
      const question = randomUUID()
      const fellow: Fellow = { peers, question, isMet: false, lastN: 0, heardAtMs: performance.now() }
      fellows.set(hubId, fellow)
      publish({ kind: 'who', question }, hubId)
      return fellow
    }
    function lose(hubId: string, { peers, isMet }: Fellow, why: string): void {
      fellows.delete(hubId)
      if (isMet) ctx.log.warn({ hub: hubId, why }, 'another hub is gone')
      peers.replace([])
      run(paging.takeOver())
      looks = looksAfterLoss
    }

    function receive({ from, n, to, word }: Envelope): void {
      if (from === exchange.hubId) return
      const known = fellows.get(from)
      const fellow = known ?? meet(from)
      if (known && n <= known.lastN) return
      if (known?.isMet && n !== known.lastN + 1) missed()
      fellow.lastN = n
      fellow.heardAtMs = performance.now()
      if (to !== undefined && to !== exchange.hubId) return
      if (!fellow.isMet && word.kind === 'all' && word.answers === fellow.question) {
        fellow.isMet = true
        ctx.log.info({ hub: from }, 'another hub is there')
        catchUp()
      }
      // Whoever asks is answered: that is how it comes to know this hub.
      if (fellow.isMet || word.kind === 'who') hear(from, fellow, word)
    }

    function hear(hubId: string, fellow: Fellow, word: Word): void {
      switch (word.kind) {
        case 'alive':
          break
        case 'bye':
          lose(hubId, fellow, 'it has stopped')
          break
        case 'who':
          introduce(word.question)
          break
        case 'all':
          fellow.peers.replace(word.peers)
          break
        case 'peer':
          fellow.peers.update(word.peer)
          break
        case 'gone':
          fellow.peers.remove(word.id)
          break
        case 'send':
          presence.sendHere(word.id, word.event, word.message)
          break
        case 'close':
          presence.closeHere(word.id)
          break
        case 'enrolled':
          ctx.directory.enrolled(word)
          presence.roomChanged(word.roomId)
          break
        case 'site':
          run(ctx.site.refresh())
          break
        default:
          paging.hearFellow(word)
      }
    }

    return {
      onNotice(sealed: string) {
        const envelope = sealer.open(sealed)
        if (envelope) receive(envelope)
        else ctx.refusals.count('foreign-notice')
      },
      onMissed: missed,
      onBeat() {
        publish({ kind: 'alive' })
        const now = performance.now()
        for (const [hubId, fellow] of fellows) {
          if (now - fellow.heardAtMs > leaseMs) lose(hubId, fellow, `nothing heard for ${leaseMs} ms`)
          // It spoke before it could hear.
          else if (!fellow.isMet) publish({ kind: 'who', question: fellow.question }, hubId)
        }
        if (looks === 0) return
        looks -= 1
        run(paging.takeOver())
      },
    }
  }
}
