import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { partName } from '../domain/log/archive.ts'
import { type ChainHead, emptyChain } from '../domain/log/entry.ts'
import { ArchiveFault, checkNames, readParts } from '../platform/node/archive-reading.ts'
import { ArchiveDamage, type ArchivePiece, writeArchivePart } from '../platform/node/archive-writer.ts'
import { fileErrorWords } from '../platform/node/atomic-file.ts'
import { type SigningKeyPair, sha256Hex } from '../platform/node/ed25519.ts'
import { entriesFrom, LogSevered } from '../platform/node/log-spans.ts'
import { devicesWithLogs, keysText, readerOf, signerOf } from './archiving.ts'
import { type HubClock, nowIso } from './clock.ts'
import type { Journal } from './journal.ts'
import type { HubStore } from './store.ts'

/** What the copy's folder holds already. */
type Copied = {
  readonly parts: number
  readonly sha256: string
  readonly headByDevice: ReadonlyMap<string, ChainHead>
  readonly keysSha256: string | null
}

export type Copying = {
  /** Copies whatever the folder does not have yet, in parts. @throws {CopyProblem} */
  readonly copy: (
    onPart?: () => Promise<void>,
  ) => Promise<{ readonly parts: number; readonly entries: number }>
}

/** Why nothing could be copied now, in words. */
export class CopyProblem extends Error {}

/** A part is closed after so many entries: a kill loses no more than that work. */
const entriesAPart = 100_000

/**
 * The site's full copy in a folder or on a share: numbered parts, each closed with a signed manifest that names the
 * one before it, never written again. Where the folder holds less than this hub has put there, it is not the folder:
 * a share that is not mounted leaves an empty one.
 */
export function createCopying(
  { store, journal, keys, clock }: CopyFrom,
  folder: string,
  atMost = entriesAPart,
): Copying {
  const remembered = `copy ${folder}`

  async function copied(): Promise<Copied> {
    if (!existsSync(folder))
      throw new CopyProblem(
        `the folder ${folder} is not there: is the share mounted? It is not made by the hub.`,
      )
    const parts = readParts(folder, keys.publicKey)
    const last = parts.at(-1)
    const known = await store.meta.get(remembered)
    const [knownParts = '0', knownSha256 = ''] = known?.split(' ') ?? []
    const lacks = parts.length < Number(knownParts)
    if (lacks || (Number(knownParts) > 0 && parts[Number(knownParts) - 1]?.sha256 !== knownSha256))
      throw new CopyProblem(
        `the folder ${folder} does not hold the ${knownParts} parts that this hub has put there: is the share mounted? To begin a new copy name another folder.`,
      )
    if (parts.some(({ manifest }) => manifest.by !== journal.deviceId))
      throw new CopyProblem(`the folder ${folder} holds the copy of another hub: name another folder.`)
    if (last !== undefined) checkNames(last)
    const headByDevice = new Map<string, ChainHead>()
    let keysSha256: string | null = null
    for (const { manifest } of parts)
      for (const file of manifest.files) {
        if (file.kind === 'log') headByDevice.set(file.device, file.last)
        if (file.kind === 'keys') keysSha256 = file.sha256
      }
    return { parts: parts.length, sha256: last?.sha256 ?? emptyChain.hash, headByDevice, keysSha256 }
  }

  /** What the folder lacks, up to the size of a part. */
  async function* piecesAfter(
    { headByDevice }: Copied,
    devices: readonly string[],
  ): AsyncGenerator<ArchivePiece> {
    let left = atMost
    for (const device of devices) {
      // The journal is always whole, and last: it explains what is missing in the others.
      const isJournal = device === journal.deviceId
      if (left <= 0 && !isJournal) continue
      const from = (headByDevice.get(device)?.seq ?? 0) + 1
      const lines = (async function* () {
        try {
          for await (const text of entriesFrom(readerOf(store, device), from)) {
            if (left <= 0 && !isJournal) return
            left -= 1
            yield text
          }
        } catch (error) {
          // A file holds one run; what follows goes into the next part.
          if (!(error instanceof LogSevered)) throw error
        }
      })()
      yield { kind: 'log', device, lines }
    }
  }

  /** Not where only the journal has gone on, to say what was copied. */
  async function isBehind({ headByDevice }: Copied): Promise<boolean> {
    for (const device of await devicesWithLogs(store, journal)) {
      const from = headByDevice.get(device)?.seq ?? 0
      if ((await store.log.head(device)).seq <= from) continue
      if (device !== journal.deviceId || (await saysMore(from))) return true
    }
    return false
  }

  async function saysMore(from: number): Promise<boolean> {
    for await (const text of entriesFrom(readerOf(store, journal.deviceId), from + 1)) {
      const { type } = JSON.parse(text)
      if (type !== 'copy-made' && type !== 'log-checkpointed') return true
    }
    return false
  }

  async function copyPart(): Promise<number | undefined> {
    const before = await copied()
    if (!(await isBehind(before))) return undefined
    const part = before.parts + 1
    const devices = await devicesWithLogs(store, journal)
    const text = await keysText(store, keys, journal)
    const { entries, manifestSha256 } = await writeArchivePart({
      folder: join(folder, partName(part)),
      signer: signerOf(keys, journal),
      part,
      prev: before.sha256,
      at: nowIso(clock),
      holds: 'everything',
      whole: true,
      keys: sha256Hex(`${text}\n`) === before.keysSha256 ? null : text,
      pieces: piecesAfter(before, devices),
    })
    await store.meta.set(remembered, `${part} ${manifestSha256}`)
    await journal.append({ type: 'copy-made', body: { folder, part, entries, sha256: manifestSha256 } })
    return entries
  }

  return {
    async copy(onPart = async () => undefined) {
      let parts = 0
      let entries = 0
      try {
        for (;;) {
          const copiedNow = await copyPart()
          if (copiedNow === undefined) return { parts, entries }
          parts += 1
          entries += copiedNow
          await onPart()
        }
      } catch (error) {
        throw inWords(error, folder)
      }
    },
  }
}

type CopyFrom = {
  readonly store: HubStore
  readonly journal: Journal
  readonly keys: SigningKeyPair
  readonly clock: HubClock
}

function inWords(error: unknown, folder: string): unknown {
  if (error instanceof ArchiveFault)
    return new CopyProblem(
      `${error.where}: ${error.message}. The copy is not gone on with until somebody has looked.`,
    )
  if (error instanceof ArchiveDamage) return new CopyProblem(error.message)
  if (error instanceof Error && 'code' in error && 'syscall' in error)
    return new CopyProblem(`${folder} cannot be written: ${fileErrorWords(error)}.`)
  return error
}
