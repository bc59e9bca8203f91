import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ArchiveFile, keysName, manifestName, unfinished } from '../../domain/log/archive.ts'
import type { Json } from '../../domain/log/canonical.ts'
import { syncFolder } from './atomic-file.ts'

export type ArchiveSigner = {
  readonly kind: 'hub' | 'workstation'
  /** The name of its key. */
  readonly deviceId: string
  readonly publicKey: string
  readonly sign: (value: Json) => string
}

/** Lines without their ends, as they come; none makes no file. */
export type ArchivePiece =
  | {
      readonly kind: 'log'
      readonly device: string
      readonly lines: AsyncIterable<string> | Iterable<string>
    }
  | {
      readonly kind: 'excerpt'
      readonly device: string
      readonly session: string
      readonly lines: AsyncIterable<string> | Iterable<string>
    }

export type ArchivePart = {
  /** Must not be there. */
  readonly folder: string
  readonly signer: ArchiveSigner
  readonly part: number
  readonly prev: string
  readonly at: string
  readonly holds: string
  readonly whole: boolean
  /** Content of `keys.json`; null where an earlier part has the same. */
  readonly keys: string | null
  readonly pieces: AsyncIterable<ArchivePiece> | Iterable<ArchivePiece>
  /** Told of each entry written, in thousands. */
  readonly onProgress?: (entries: number) => void
}

export type WrittenPart = {
  readonly entries: number
  readonly files: readonly ArchiveFile[]
  readonly manifestSha256: string
}

/** The folder is not what was written to it. */
export class ArchiveDamage extends Error {}

const chunkBytes = 256 * 1024
const progressEvery = 1000

/**
 * Writes a folder whole or not at all: under another name first, read back from the disk and compared, then renamed.
 * What a killed writer left under that name is ours, never closed, and goes. Memory stays flat.
 * @throws what the file system says, or {@link ArchiveDamage}
 */
export async function writeArchivePart(part: ArchivePart): Promise<WrittenPart> {
  if (existsSync(part.folder)) throw new ArchiveDamage(`${part.folder} is there already`)
  const temporary = unfinished(part.folder)
  await removeUnfinished(temporary)
  await mkdir(temporary)
  let entries = 0
  const count = () => {
    entries += 1
    if (entries % progressEvery === 0) part.onProgress?.(entries)
  }
  const files: ArchiveFile[] = []
  if (part.keys !== null)
    files.push({
      kind: 'keys',
      name: keysName,
      ...(await writeLines(join(temporary, keysName), [part.keys])),
    })
  for await (const piece of part.pieces) {
    const file = await writePiece(temporary, piece, count)
    if (file !== undefined) files.push(file)
  }
  for (const { name, bytes, sha256 } of files) await readBack(join(temporary, name), bytes, sha256)
  const { signer } = part
  const manifest = {
    purpose: 'scanside-archive' as const,
    v: 1 as const,
    by: signer.deviceId,
    signer: signer.kind,
    part: part.part,
    prev: part.prev,
    at: part.at,
    holds: part.holds,
    whole: part.whole,
    files,
  }
  const text = JSON.stringify({ manifest, key: signer.publicKey, signature: signer.sign(manifest) })
  const written = await writeLines(join(temporary, manifestName), [text])
  await readBack(join(temporary, manifestName), written.bytes, written.sha256)
  syncFolder(temporary)
  await rename(temporary, part.folder)
  syncFolder(dirname(part.folder))
  return { entries, files, manifestSha256: written.sha256 }
}

async function writePiece(
  folder: string,
  piece: ArchivePiece,
  count: () => void,
): Promise<ArchiveFile | undefined> {
  const { kind, device } = piece
  const name = `${kind === 'log' ? device : piece.session}.jsonl`
  let first: string | undefined
  let last = ''
  let entries = 0
  async function* counted() {
    for await (const line of piece.lines) {
      first ??= line
      last = line
      entries += 1
      count()
      yield line
    }
  }
  const written = await writeLines(join(folder, name), counted())
  if (first === undefined) {
    await rm(join(folder, name))
    return undefined
  }
  if (kind === 'excerpt') return { kind, name, ...written, device, session: piece.session }
  const begin = JSON.parse(first)
  const end = JSON.parse(last)
  return {
    kind,
    name,
    ...written,
    device,
    entries,
    first: { seq: begin.seq, prev: begin.prev },
    last: { seq: end.seq, hash: end.hash },
  }
}

/** On the disk when it resolves. */
async function writeLines(
  file: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  const handle = await open(file, 'wx', 0o600)
  let bytes = 0
  let waiting = ''
  const flush = async () => {
    const chunk = Buffer.from(waiting, 'utf8')
    waiting = ''
    hash.update(chunk)
    bytes += chunk.length
    await writeAll(handle, chunk)
  }
  try {
    for await (const line of lines) {
      waiting += `${line}\n`
      if (waiting.length >= chunkBytes) await flush()
    }
    await flush()
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await handle.write(chunk, done)).bytesWritten
}

async function readBack(file: string, bytes: number, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  let read = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk)
    read += chunk.length
  }
  if (read !== bytes || hash.digest('hex') !== sha256)
    throw new ArchiveDamage(`${file} reads back differently from what was written to it`)
}

/** Only what a writer of archives leaves behind: anything else is somebody's. */
async function removeUnfinished(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const foreign = (await readdir(folder)).find(
    (name) => !/^([A-Za-z0-9._-]+\.jsonl|keys\.json|manifest\.json)$/.test(name),
  )
  if (foreign !== undefined)
    throw new ArchiveDamage(
      `${folder} is in the way, and it holds ${foreign}, which no export has made: move it away`,
    )
  await rm(folder, { recursive: true })
}
