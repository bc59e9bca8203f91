import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

interface AsarFile {
  readonly size: number
  readonly offset?: string
  readonly unpacked?: boolean
  readonly executable?: boolean
}

interface AsarLink {
  readonly link: string
}

export interface AsarFolder {
  readonly files: Readonly<Record<string, AsarFolder | AsarFile | AsarLink>>
}

export interface AsarHeader {
  readonly root: AsarFolder
  /** Where the files' bytes begin in the archive. */
  readonly dataStart: number
}

/** Reads an archive's table of contents. Format: two Chromium pickles, the second holding JSON. */
export function readAsarHeader(read: (start: number, length: number) => Buffer): AsarHeader {
  const sizes = read(0, 16)
  const json = read(16, sizes.readUInt32LE(12)).toString('utf8')
  return { root: JSON.parse(json), dataStart: 8 + sizes.readUInt32LE(4) }
}

export type AsarEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'unpacked'; readonly path: string }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly offset: number
      readonly size: number
      readonly executable: boolean
    }

/** All entries, each folder before what it holds; a link's target is relative to the link. */
export function* asarEntries(folder: AsarFolder, at = ''): Generator<AsarEntry> {
  for (const [name, node] of Object.entries(folder.files)) {
    if (name === '..' || /[\\/]/.test(name)) throw new Error(`stand-in: unsafe name in the archive: ${name}`)
    const here = path.join(at, name)
    if ('files' in node) {
      yield { kind: 'folder', path: here }
      yield* asarEntries(node, here)
    } else if ('link' in node) yield { kind: 'link', path: here, to: path.relative(at, node.link) }
    else if (node.unpacked === true) yield { kind: 'unpacked', path: here }
    else {
      const { size, executable = false } = node
      yield { kind: 'file', path: here, offset: Number(node.offset), size, executable }
    }
  }
}

function extract(archive: string, into: string): void {
  const handle = fs.openSync(archive, 'r')
  const read = (start: number, length: number) => {
    const bytes = Buffer.alloc(length)
    if (length > 0) fs.readSync(handle, bytes, 0, length, start)
    return bytes
  }
  try {
    const { root, dataStart } = readAsarHeader(read)
    for (const entry of asarEntries(root)) {
      const to = path.join(into, entry.path)
      if (entry.kind === 'folder') fs.mkdirSync(to, { recursive: true })
      else if (entry.kind === 'link') fs.symlinkSync(entry.to, to)
      else if (entry.kind === 'file') {
        fs.writeFileSync(to, read(dataStart + entry.offset, entry.size), {
          mode: entry.executable ? 0o755 : 0o644,
        })
      } else {
        // A copy, not a link: Node resolves real paths, and a linked module would not find its
        // dependencies inside the archive.
        fs.copyFileSync(path.join(`${archive}.unpacked`, entry.path), to, fs.constants.COPYFILE_FICLONE)
      }
    }
  } finally {
    fs.closeSync(handle)
  }
}

/** A folder of ours alone: another user of this machine must not be able to put code into it. */
function privateFolder(dir: string): string {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const stat = fs.lstatSync(dir)
  const uid = process.getuid?.()
  if (!stat.isDirectory() || (uid !== undefined && stat.uid !== uid)) {
    throw new Error(`stand-in: ${dir} belongs to somebody else; remove it or set TMPDIR`)
  }
  return dir
}

/**
 * Node cannot read archives, so app.asar becomes a folder of that name under the temporary folder,
 * with app.asar.unpacked beside it; kept from run to run while path, size and time stay the same.
 */
export function unpackAsar(archive: string): string {
  const stat = fs.statSync(archive)
  const key = createHash('sha256')
    .update(`${archive}\n${stat.size}\n${stat.mtimeMs}`)
    .digest('hex')
    .slice(0, 32)
  const root = privateFolder(path.join(os.tmpdir(), `electron-standin-${process.getuid?.() ?? 'asar'}`))
  const base = path.join(root, key)
  const out = path.join(base, path.basename(archive))
  if (fs.existsSync(out)) return out
  fs.mkdirSync(base, { recursive: true })
  const fresh = fs.mkdtempSync(path.join(base, 'new-'))
  extract(archive, fresh)
  const unpacked = `${out}.unpacked`
  try {
    if (fs.existsSync(`${archive}.unpacked`) && !fs.existsSync(unpacked)) {
      fs.symlinkSync(`${archive}.unpacked`, unpacked)
    }
    fs.renameSync(fresh, out)
  } catch (error) {
    // Another process was faster with the same archive.
    if (!fs.existsSync(out)) throw error
    fs.rmSync(fresh, { recursive: true, force: true })
  }
  return out
}
