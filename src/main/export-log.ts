import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { KeysFile } from '../domain/log/archive.ts'
import { emptyChain } from '../domain/log/entry.ts'
import { fail, ok, type Problem, type Result } from '../domain/result.ts'
import { checkArchive } from '../platform/node/archive-check.ts'
import { ArchiveFault } from '../platform/node/archive-reading.ts'
import { ArchiveDamage, writeArchivePart } from '../platform/node/archive-writer.ts'
import { fileErrorWords } from '../platform/node/atomic-file.ts'
import { type DeviceIdentity, openDeviceIdentity, type SecretBox } from '../platform/node/device-identity.ts'
import { fits, formOf, type LogKey, openEncrypted } from '../platform/node/encrypted-database.ts'
import { openLogKeyFile } from '../platform/node/log-key-file.ts'
import { entriesOf, readBound, type Span } from '../platform/node/log-spans.ts'
import type { GroundFiles } from './open-log.ts'
import type { AppLog } from './ports.ts'

/** The switches with which IT starts Scanside to export the log instead of working. */
export const exportSwitches = { folder: 'export-log', from: 'from', to: 'to' } as const

type Asked = { readonly folder: string; readonly from: string; readonly to: string }

/**
 * Writes this workstation's log, or a span of it, into a new folder with keys and a manifest that the workstation
 * signs. It only reads, so Scanside may run meanwhile.
 * @param asked empty texts where a switch was not given
 * @returns the exit code, and what to say where somebody reads
 */
export async function exportLog(
  files: GroundFiles,
  box: SecretBox,
  asked: Asked,
  at: string,
  log: AppLog,
): Promise<{ readonly code: 0 | 1; readonly words: string }> {
  const done = await attempt(files, box, asked, at)
  if (done.ok) {
    log('info', 'log-exported', { folder: asked.folder })
    return { code: 0, words: done.value }
  }
  log('error', 'log-not-exported', { ...done.error })
  return { code: 1, words: done.error.message }
}

async function attempt(
  files: GroundFiles,
  box: SecretBox,
  asked: Asked,
  at: string,
): Promise<Result<string, Problem>> {
  if (asked.folder === '') return fail('no-folder', 'Say where to: --export-log=FOLDER. Nothing was written.')
  const span = spanOf(asked)
  if (!span.ok) return span
  const folder = resolve(asked.folder)
  if (existsSync(folder))
    return fail('folder-taken', `${folder} is there already: name a new folder. Nothing was written.`)
  if (!existsSync(files.identity) || !existsSync(files.log))
    return fail('no-log', `There is no log of a workstation beside ${files.identity}. Nothing was written.`)
  const identity = openDeviceIdentity(files.identity, box)
  if (!identity.ok) return identity
  const key = keyOf(files, box)
  if (!key.ok) return key
  try {
    const entries = await write(files.log, key.value, identity.value, folder, span.value, at)
    const whole = checkArchive(folder)
    const runs = whole.logs.flatMap((one) => one.runs)
    const [first, last] = [runs[0]?.first.seq ?? 0, runs.at(-1)?.last.seq ?? 0]
    return ok(
      entries === 0
        ? `${folder} holds no entry: none lies between what was asked for.`
        : `${folder} holds entries ${first} to ${last}, checked. They are in plain: keep the folder as you keep records.`,
    )
  } catch (error) {
    if (error instanceof ArchiveFault)
      return fail(
        'log-doubted',
        `The log was exported to ${folder} as it is, and something is wrong with it: ${error.where}: ${error.message}.`,
      )
    if (error instanceof ArchiveDamage)
      return fail('not-exported', `The log was not exported: ${error.message}.`)
    return fail('not-exported', `The log was not exported to ${folder}: ${fileErrorWords(error)}.`)
  }
}

async function write(
  file: string,
  key: LogKey | null,
  identity: DeviceIdentity,
  folder: string,
  span: Span,
  at: string,
): Promise<number> {
  const { deviceId, publicKey, sign } = identity
  const enrolment = identity.enrolment()
  const keys: KeysFile = {
    hub: enrolment?.hubPublicKey ?? null,
    devices: [
      {
        deviceId,
        publicKey,
        roomId: enrolment?.roomId ?? null,
        hostname: null,
        enrolledAt: null,
        revokedAt: null,
      },
    ],
  }
  const db = openEncrypted(file, key, { readonly: true })
  try {
    const rows = db.prepare<[number, number], { seq: number; entry: string }>(
      'SELECT seq, entry FROM log WHERE seq >= ? ORDER BY seq LIMIT ?',
    )
    const lines = entriesOf((fromSeq, limit) => rows.all(fromSeq, limit), span)
    const { entries } = await writeArchivePart({
      folder,
      signer: { kind: 'workstation', deviceId, publicKey, sign },
      part: 1,
      prev: emptyChain.hash,
      at,
      holds: `the log of ${deviceId}`,
      whole: span.from === undefined && span.to === undefined,
      keys: JSON.stringify(keys),
      pieces: [{ kind: 'log', device: deviceId, lines }],
    })
    return entries
  } finally {
    db.close()
  }
}

/** null for a log that an older version left in plain. */
function keyOf(files: GroundFiles, box: SecretBox): Result<LogKey | null, Problem> {
  if (formOf(files.log) === 'plain') return ok(null)
  const keys = openLogKeyFile(files.key, box).read()
  if (!keys.ok) return keys
  // While the key is being changed, the database fits one of the two.
  const { current, next } = keys.value ?? { current: null, next: null }
  const key = [current, next].find((one) => one !== null && fits(files.log, one))
  if (key !== undefined) return ok(key)
  return fail('log-key-missing', `The key in ${files.key} does not open ${files.log}. Nothing was written.`)
}

function spanOf({ from, to }: Asked): Result<Span, Problem> {
  const ends = {
    from: from === '' ? null : readBound(from, 'from'),
    to: to === '' ? null : readBound(to, 'to'),
  }
  for (const name of ['from', 'to'] as const)
    if (ends[name] === undefined)
      return fail(
        'bad-span',
        `--${name} is an entry’s sequence, a day (2026-11-24) or an instant (2026-11-24T09:00:00.000Z), UTC. Nothing was written.`,
      )
  return ok({ ...(ends.from && { from: ends.from }), ...(ends.to && { to: ends.to }) })
}
