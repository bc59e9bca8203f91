import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { deviceIdOf } from '../../contract/hub.ts'
import {
  type ArchiveManifest,
  archiveManifestSchema,
  isPartName,
  manifestName,
  partName,
} from '../../domain/log/archive.ts'
import { emptyChain } from '../../domain/log/entry.ts'
import { isPublicKey, publicKeySha256, sha256Hex, verifyJson } from './ed25519.ts'

export type ReadPart = {
  readonly folder: string
  readonly manifest: ArchiveManifest['manifest']
  readonly key: string
  readonly sha256: string
}

/** What is wrong with an archive, for a person; `where` is the file or folder. */
export class ArchiveFault extends Error {
  readonly where: string
  constructor(where: string, message: string) {
    super(message)
    this.where = where
  }
}

/** Whether the folder is an archive: one part by itself, or numbered parts. */
export const isArchive = (folder: string): boolean =>
  existsSync(join(folder, manifestName)) || partsIn(folder).length > 0

const partsIn = (folder: string): readonly string[] => readdirSync(folder).filter(isPartName).sort()

/**
 * The parts of an archive in order, each signed by the same key, each naming the one before it; their files are not
 * read. @throws {ArchiveFault}
 */
export function readParts(folder: string, hubKey?: string): readonly ReadPart[] {
  if (existsSync(join(folder, manifestName))) return [readPart(folder, hubKey)]
  const names = partsIn(folder)
  const parts: ReadPart[] = []
  for (const name of names) {
    const expected = partName(parts.length + 1)
    if (name !== expected)
      throw new ArchiveFault(
        join(folder, expected),
        `part ${expected} is missing: ${name} is there without it`,
      )
    const part = readPart(join(folder, name), hubKey)
    const before = parts.at(-1)
    if (part.manifest.part !== parts.length + 1)
      throw new ArchiveFault(part.folder, `it says that it is part ${part.manifest.part}`)
    if (part.manifest.prev !== (before?.sha256 ?? emptyChain.hash))
      throw new ArchiveFault(part.folder, 'the part before it is another one than when it was made')
    if (before !== undefined && before.key !== part.key)
      throw new ArchiveFault(part.folder, 'it was signed with another key than the part before it')
    parts.push(part)
  }
  return parts
}

function readPart(folder: string, hubKey: string | undefined): ReadPart {
  const file = join(folder, manifestName)
  if (!existsSync(file)) throw new ArchiveFault(folder, 'its manifest.json is missing')
  const text = readFileSync(file, 'utf8')
  const parsed = archiveManifestSchema.safeParse(parse(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ArchiveFault(
      file,
      `it is no manifest (${issue?.path.join('.') || 'as a whole'}: ${issue?.message})`,
    )
  }
  const { manifest, key, signature } = parsed.data
  if (!isPublicKey(key) || deviceIdOf(publicKeySha256(key)) !== manifest.by)
    throw new ArchiveFault(file, `its key is not the one after which ${manifest.by} is named`)
  if (!verifyJson(key, manifest, signature))
    throw new ArchiveFault(file, 'its signature does not fit: it was changed after it was made')
  if (manifest.signer === 'hub' && hubKey !== undefined && hubKey !== key)
    throw new ArchiveFault(file, 'it was not signed by this hub')
  return { folder, manifest, key, sha256: sha256Hex(text) }
}

/** Files that are there and that the manifest does not name, or the other way round. @throws {ArchiveFault} */
export function checkNames({ folder, manifest }: ReadPart): void {
  const named = new Set([manifestName, ...manifest.files.map(({ name }) => name)])
  for (const name of readdirSync(folder))
    if (!named.delete(name))
      throw new ArchiveFault(join(folder, name), 'the manifest beside it does not name it')
  const [missing] = named
  if (missing !== undefined)
    throw new ArchiveFault(join(folder, missing), 'the manifest names it, and it is missing')
  for (const { name, bytes } of manifest.files) {
    const { size } = statSync(join(folder, name))
    if (size !== bytes)
      throw new ArchiveFault(
        join(folder, name),
        `it has ${size} bytes, and the manifest says ${bytes}: it was ${size < bytes ? 'cut off' : 'changed'}`,
      )
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
