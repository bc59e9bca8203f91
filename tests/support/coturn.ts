import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { findProgram } from '../../tools/setup/programs.mjs'
import { freePort } from './free-port.ts'
import { startListening } from './listening-program.ts'

/** A relay as a site runs it: coturn with a secret that it shares with the hub, on this computer alone. */
export type Coturn = {
  readonly url: string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** @param options `program` from `findProgram('turnserver')`; `port` is a free one by default */
export async function startCoturn(options: {
  readonly program: string
  readonly secret: string
  readonly port?: number
}): Promise<Coturn> {
  const { program, secret } = options
  const { port, stop } = await startListening(program, 'coturn', async (folder) => {
    const free = options.port ?? (await freePort())
    return {
      port: free,
      args: [
        ...[
          '-n',
          '--no-cli',
          '--no-tls',
          '--no-dtls',
          '--log-file=stdout',
          `--pidfile=${join(folder, 'pid')}`,
        ],
        ...['--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${free}`],
        ...['--allow-loopback-peers', '--realm=scanside.test', '--fingerprint'],
        ...['--use-auth-secret', `--static-auth-secret=${secret}`, `--userdb=${join(folder, 'users')}`],
      ],
    }
  })
  return { url: `turn:127.0.0.1:${port}?transport=udp`, port, stop }
}

/** Where it is, or why a test that needs it is skipped. */
export const coturn = findProgram('turnserver')

export type Ends = { readonly local: string; readonly remote: string }

/**
 * The kinds of candidate that each connected peer of a page sends over and sends to, from the browser's statistics.
 * The connections are found in the page's memory: the product keeps them to itself.
 */
export async function selectedCandidates(page: Page): Promise<Ends[]> {
  const session = await page.context().newCDPSession(page)
  try {
    const prototype = await session.send('Runtime.evaluate', { expression: 'RTCPeerConnection.prototype' })
    const { objects } = await session.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.result.objectId ?? '',
    })
    const answer = await session.send('Runtime.callFunctionOn', {
      ...(objects.objectId === undefined ? {} : { objectId: objects.objectId }),
      functionDeclaration: `async function () {
        const ends = []
        for (const connection of this) {
          // The prototype of a class that extends it is found as well.
          if (Object.hasOwn(connection, 'constructor') || connection.connectionState !== 'connected') continue
          const stats = await connection.getStats()
          for (const stat of stats.values()) {
            const pair = stat.type === 'transport' ? stats.get(stat.selectedCandidatePairId) : undefined
            if (pair === undefined) continue
            const kind = (id) => stats.get(id)?.candidateType ?? 'unknown'
            ends.push({ local: kind(pair.localCandidateId), remote: kind(pair.remoteCandidateId) })
          }
        }
        return ends
      }`,
      awaitPromise: true,
      returnByValue: true,
    })
    if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails))
    return answer.result.value as Ends[]
  } finally {
    await session.detach()
  }
}
