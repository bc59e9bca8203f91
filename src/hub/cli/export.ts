import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ArchiveFile, manifestName, unfinished } from '../../domain/log/archive.ts'
import { emptyChain } from '../../domain/log/entry.ts'
import { ArchiveDamage, type ArchivePiece, writeArchivePart } from '../../platform/node/archive-writer.ts'
import { fileErrorWords } from '../../platform/node/atomic-file.ts'
import { entriesOf, LogSevered, readBound, type Span } from '../../platform/node/log-spans.ts'
import {
  deviceOfSession,
  devicesWithLogs,
  excerptOf,
  keysText,
  logPieces,
  readerOf,
  signerOf,
} from '../archiving.ts'
import { nowIso, systemClock } from '../clock.ts'
import type { Journal } from '../journal.ts'
import { ArgumentProblem, CommandProblem, readArguments } from './arguments.ts'
import { byOf, type HubData, places, text, withData } from './data.ts'
import { print, say } from './print.ts'

type Wanted =
  | { readonly kind: 'everything'; readonly span: Span }
  | { readonly kind: 'device'; readonly device: string; readonly span: Span }
  | {
      readonly kind: 'session'
      readonly session: string
      readonly device: string
      readonly lines: readonly string[]
    }

/** `export`: everything, a device's log, a span of these, or the record of one session; each noted in the journal. */
export async function exportRecords(args: readonly string[]): Promise<void> {
  const options = readArguments(args, {
    ...places,
    device: text,
    session: text,
    everything: { type: 'boolean' },
    from: text,
    to: text,
    out: text,
    replace: { type: 'boolean' },
    by: text,
  })
  const span = spanOf(options)
  await withData(options, async (data) => {
    const wanted = await wantedOf(options, span, data)
    const by = byOf(options.by)
    if (options.out !== undefined)
      return toFolder(data, wanted, resolve(options.out), options.replace === true, by)
    if (wanted.kind === 'everything')
      throw new ArgumentProblem('everything goes to a folder: say where with --out FOLDER')
    await toPipe(data, wanted, by)
  }).catch((error: unknown) => {
    if (!(error instanceof LogSevered)) throw error
    throw new CommandProblem(`${error.message}, so the export is not whole: give the command again`, 1)
  })
}

async function wantedOf(
  options: { readonly device?: string; readonly session?: string; readonly everything?: boolean },
  span: Span,
  { store, journal, keys }: HubData,
): Promise<Wanted> {
  const { device, session, everything } = options
  if (everything === true) {
    if (device !== undefined || session !== undefined)
      throw new ArgumentProblem('--everything leaves nothing to choose: leave --device and --session out')
    if (span.from?.kind === 'seq' || span.to?.kind === 'seq')
      throw new ArgumentProblem(
        'sequences count by device: give --from and --to as dates, or name one --device',
      )
    return { kind: 'everything', span }
  }
  if (device !== undefined && device !== journal.deviceId && (await store.devices.get(device)) === null)
    throw new ArgumentProblem(`there is no device ${device}: npm run hub -- devices lists them`)
  if (session === undefined) {
    if (device !== undefined) return { kind: 'device', device, span }
    throw new ArgumentProblem('say what to export: --device ID, --session ID, or --everything')
  }
  if (span.from !== undefined || span.to !== undefined)
    throw new ArgumentProblem('a session is exported as a whole: leave --from and --to out')
  const devices = device === undefined ? await devicesWithLogs(store, journal) : [device]
  const found = await deviceOfSession(store, session, devices)
  if (found === undefined)
    throw new CommandProblem(`the opening of session "${session}" is in no log that the hub has`, 1)
  const made = await excerptOf(store, keys, found, session, nowIso(systemClock))
  if (!made.ok) throw new CommandProblem(made.error.message, 1)
  const { lines, holes } = made.value
  if (holes.length > 0)
    say(
      `of this log the hub lacks, outside the session, ${holes.length === 1 ? 'entry' : 'entries'} ${holes.join(', ')}: what belonged to the record there is not in it`,
    )
  return { kind: 'session', session, device: found, lines: lines.map((line) => line.trimEnd()) }
}

function spanOf({ from, to }: { readonly from?: string; readonly to?: string }): Span {
  const bound = (given: string | undefined, which: 'from' | 'to') => {
    if (given === undefined) return {}
    const read = readBound(given, which)
    if (read !== undefined) return { [which]: read }
    throw new ArgumentProblem(
      `--${which} is an entry’s sequence, a day (2026-11-24) or an instant (2026-11-24T09:00:00.000Z), UTC; not "${given}"`,
    )
  }
  const span: Span = { ...bound(from, 'from'), ...bound(to, 'to') }
  if (isBackwards(span)) throw new ArgumentProblem('--from lies behind --to, so nothing lies between them')
  return span
}

function isBackwards({ from, to }: Span): boolean {
  if (from?.kind === 'seq' && to?.kind === 'seq') return from.seq > to.seq
  return from?.kind === 'time' && to?.kind === 'time' && from.at > to.at
}

async function* linesOf(
  data: HubData,
  wanted: Exclude<Wanted, { kind: 'everything' }>,
): AsyncGenerator<string> {
  if (wanted.kind === 'device') return yield* entriesOf(readerOf(data.store, wanted.device), wanted.span)
  yield* wanted.lines
}

async function toPipe(
  data: HubData,
  wanted: Exclude<Wanted, { kind: 'everything' }>,
  by: string,
): Promise<void> {
  const hash = createHash('sha256')
  let entries = 0
  for await (const line of linesOf(data, wanted)) {
    hash.update(`${line}\n`)
    entries += 1
    if (!print(line)) await once(process.stdout, 'drain')
  }
  await data.journal.append({
    type: 'export-made',
    body: { what: whatOf(wanted), entries, sha256: hash.digest('hex'), by },
  })
  say(entries === 0 ? `0 lines: the hub has no entry there (${whatOf(wanted)})` : `${entries} lines`)
}

async function toFolder(
  data: HubData,
  wanted: Wanted,
  folder: string,
  replaces: boolean,
  by: string,
): Promise<void> {
  const isThere = existsSync(folder)
  if (isThere && !replaces)
    throw new CommandProblem(`${folder} is there already: name another folder, or say --replace`, 1)
  if (isThere && !existsSync(`${folder}/${manifestName}`))
    throw new CommandProblem(`${folder} is no export (it has no ${manifestName}), so it is not replaced`, 1)
  const aside = `${folder}.replaced`
  if (existsSync(aside)) throw new CommandProblem(`${aside} is in the way: look at it and move it away`, 1)
  const target = isThere ? `${folder}.new` : folder
  const { store, keys, journal } = data
  try {
    const pieces = await piecesOf(data, wanted)
    const { entries, files, manifestSha256 } = await writeArchivePart({
      folder: target,
      signer: signerOf(keys, journal),
      part: 1,
      prev: emptyChain.hash,
      at: nowIso(systemClock),
      holds: whatOf(wanted),
      whole: wanted.kind !== 'session' && wanted.span.from === undefined && wanted.span.to === undefined,
      keys: await keysText(store, keys, journal),
      pieces,
      onProgress: (done) => void (done % 50_000 === 0 && say(`… ${done} entries`)),
    })
    if (isThere) {
      await rename(folder, aside)
      await rename(target, folder)
      await rm(aside, { recursive: true })
    }
    await journal.append({
      type: 'export-made',
      body: { what: whatOf(wanted), entries, sha256: manifestSha256, by },
    })
    print(folder)
    if (!files.some((file) => isAskedFor(file, wanted, journal)))
      say(`no entry that was asked for is in it: the hub has none there (${whatOf(wanted)})`)
    say(
      `${entries} lines, each read back; check it anywhere with: npm run verify -- ${folder} --hub-key ${keys.publicKey}`,
    )
  } catch (error) {
    if (!(error instanceof ArchiveDamage) && !(error instanceof Error && 'code' in error)) throw error
    throw new CommandProblem(
      `the export could not be written: ${error instanceof ArchiveDamage ? error.message : fileErrorWords(error)}. What was begun is in ${unfinished(target)} and is replaced by the next attempt`,
      1,
    )
  }
}

async function piecesOf(
  data: HubData,
  wanted: Wanted,
): Promise<AsyncIterable<ArchivePiece> | readonly ArchivePiece[]> {
  const { store, journal } = data
  switch (wanted.kind) {
    case 'everything':
      return logPieces(store, await devicesWithLogs(store, journal), wanted.span)
    case 'device': {
      // The journal says what was purged of it.
      const { device, span } = wanted
      if (device === journal.deviceId) return logPieces(store, [device], span)
      return inTurn(logPieces(store, [device], span), logPieces(store, [journal.deviceId], {}))
    }
    case 'session':
      return [
        { kind: 'excerpt', device: wanted.device, session: wanted.session, lines: linesOf(data, wanted) },
      ]
  }
}

async function* inTurn<T>(...all: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  for (const one of all) yield* one
}

/** Not what only goes along: the keys, and the journal that explains a log. */
function isAskedFor(file: ArchiveFile, wanted: Wanted, journal: Journal): boolean {
  if (file.kind === 'keys') return false
  return wanted.kind === 'everything' ? file.device !== journal.deviceId : file.device === wanted.device
}

function whatOf(wanted: Wanted): string {
  if (wanted.kind === 'session') return `session ${wanted.session} of ${wanted.device}`
  const { span } = wanted
  const ends = [
    span.from === undefined ? '' : ` from ${inWords(span.from)}`,
    span.to === undefined ? '' : ` to ${inWords(span.to)}`,
  ].join('')
  return `${wanted.kind === 'everything' ? 'everything' : `log of ${wanted.device}`}${ends}`
}

const inWords = (bound: NonNullable<Span['from']>): string =>
  bound.kind === 'seq' ? `entry ${bound.seq}` : bound.at
