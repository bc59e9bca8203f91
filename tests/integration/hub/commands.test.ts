import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { deviceIdOf } from '../../../src/contract/hub.ts'
import { emptyChain, type LogEntry } from '../../../src/domain/log/entry.ts'
import { openStore } from '../../../src/hub/open-store.ts'
import { generateKeyPair, publicKeySha256 } from '../../../src/platform/node/ed25519.ts'
import { knowDevice } from '../../support/known-device.ts'
import { type Happening, logOf } from '../../support/old-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { tempDir } from './kit.ts'
import { launch, run, siteFile } from './processes.ts'

afterEach(cleanUp)

const verifier = join(import.meta.dirname, '../../../tools/verify.ts')
const roomKey = generateKeyPair()
const device = deviceIdOf(publicKeySha256(roomKey.publicKey))
const now = new Date().toISOString()
const entry = (at: string, type: string, session: string | null = null): Happening => ({
  type,
  session,
  call: null,
  at,
  receivedAt: at,
})
const happenings = [
  entry('2010-03-01T08:00:00.000Z', 'app-started'),
  entry('2010-03-01T09:00:00.000Z', 'session-opened', 's-old'),
  entry('2010-03-01T09:20:00.000Z', 'session-closed', 's-old'),
  entry('2010-03-02T08:00:00.000Z', 'app-started'),
  entry(now, 'session-opened', 's-new'),
  entry(now, 'session-closed', 's-new'),
]
const entries: readonly LogEntry[] = logOf(device, happenings).map((one) => one.entry)

/** What a person's shell has of `npm run verify -- …`. */
const verify = (...args: string[]): Promise<{ code: number; stdout: string }> =>
  promisify(execFile)(process.execPath, [verifier, ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  )

/** A hub's data folder with one room's log in it, of which half is long past its time. */
async function filledData(): Promise<string> {
  const data = join(await tempDir(), 'hub-data')
  const opened = await openStore({ kind: 'sqlite', directory: data })
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  const enrolledAt = '2010-03-01T07:00:00.000Z'
  await knowDevice(store, { deviceId: device, publicKey: roomKey.publicKey, enrolledAt })
  let head = emptyChain
  for (const [index, one] of entries.entries()) {
    const row = { seq: one.seq, hash: one.hash, prev: one.prev, entry: JSON.stringify(one) }
    await store.log.append(device, head, [row], happenings[index]?.receivedAt ?? now)
    head = { seq: one.seq, hash: one.hash }
  }
  await store.close()
  return data
}

describe('the hub’s commands, as a person types them', () => {
  it('hold, holds, release and purge: what is held stays, what is let go is named first, and goes once', async () => {
    const data = await filledData()
    const at = ['--data', data]
    const held = await run('hold', ...at, '--device', device, '--reason', 'lawsuit 17', '--by', 'counsel')
    const id = held.stdout.trim()
    expect(id).toMatch(/^h-[0-9a-f]{8}$/)
    expect(held).toMatchObject({
      code: 0,
      stderr: `nothing of workstation ${device} is purged until: npm run hub -- release --hold ${id} --reason …\n`,
    })
    expect(await run('holds', ...at)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(`^${id}  workstation ${device}  since \\S+Z  by counsel  lawsuit 17\\n$`),
      ),
      stderr: '',
    })
    const kept = await run('purge', ...at)
    expect(kept).toMatchObject({ code: 0, stderr: '' })
    expect(kept.stdout).toMatch(/^kept for 10 years: what is older than \S+Z may go\n/)
    expect(kept.stdout).toContain(`${device}  nothing goes; hold ${id} keeps all of it\nnothing to purge\n`)

    expect(await run('release', ...at, '--hold', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason TEXT is missing'),
    })
    expect(await run('release', ...at, '--hold', 'h-00000000', '--reason', 'settled')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm run hub -- holds lists them'),
    })
    expect(await run('release', ...at, '--hold', id, '--reason', 'settled', '--by', 'counsel')).toEqual({
      code: 0,
      stdout: '',
      stderr: `hold ${id} on workstation ${device} is lifted: what is old enough may be purged from now on\n`,
    })
    expect(await run('holds', ...at)).toEqual({ code: 0, stdout: '', stderr: 'no hold is in force\n' })

    const last = entries[2]
    const words = (which: string) =>
      `${device}  entries 1 to 3 (3) ${which}, the last ${last?.hash}; entry 5 is younger (${now})\n`
    const dry = await run('purge', ...at, '--dry-run')
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(words('would go')),
      stderr: 'nothing was changed: the same command without --dry-run purges what is listed\n',
    })
    expect((await run('export', ...at, '--device', device)).stdout.trim().split('\n')).toHaveLength(6)
    expect(await run('purge', ...at, '--by', 'IT')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(words('are purged')),
      stderr: '',
    })
    expect((await run('purge', ...at)).stdout).toMatch(/may go\nnothing to purge\n$/)
    const left = await run('export', ...at, '--device', device)
    expect(left.stdout.trim().split('\n')).toEqual(entries.slice(3).map((one) => JSON.stringify(one)))
  }, 300_000)

  it('export: a log, a session, a span and everything, each verified by the command that checks them', async () => {
    const data = await filledData()
    const out = (name: string) => join(data, '..', name)
    const exporting = (...args: string[]) => run('export', '--data', data, '--by', 'IT', ...args)

    const pipe = await exporting('--device', device)
    expect(pipe).toMatchObject({ code: 0, stderr: '6 lines\n' })
    writeFileSync(out('log.jsonl'), pipe.stdout)
    const head = `${entries[5]?.seq}:${entries[5]?.hash}`
    expect(await verify(out('log.jsonl'), '--head', head)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Complete log: 6 entries of workstation ${device}`),
    })
    const session = await exporting('--session', 's-old')
    expect(session).toMatchObject({ code: 0, stderr: expect.stringMatching(/^\d+ lines\n$/) })
    writeFileSync(out('record.jsonl'), session.stdout)
    expect(await verify(out('record.jsonl'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('It is the record of session s-old, sealed by the hub'),
    })
    const span = await exporting('--device', device, '--from', '2010-03-01', '--to', '2010-03-01')
    expect(span.stdout.trim().split('\n')).toEqual(entries.slice(0, 3).map((one) => JSON.stringify(one)))

    // A day on which nothing was written is no mistake, and no silence either.
    const nothing = await exporting('--device', device, '--from', '2015-01-01', '--to', '2015-12-31')
    expect(nothing).toEqual({
      code: 0,
      stdout: '',
      stderr: `0 lines: the hub has no entry there (log of ${device} from 2015-01-01T00:00:00.000Z to 2015-12-31T23:59:59.999Z)\n`,
    })

    const all = await exporting('--everything', '--out', out('all'))
    expect(all).toMatchObject({ code: 0, stdout: `${out('all')}\n` })
    expect(readdirSync(out('all'))).toEqual(
      expect.arrayContaining(['keys.json', 'manifest.json', `${device}.jsonl`]),
    )
    const [, told = ''] = /npm run verify -- (.*)\n/.exec(all.stderr) ?? []
    // What it says to type is what works.
    expect(await verify(...told.split(' '))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The hub’s journal: 8 entries'),
    })
    expect(await exporting('--device', device, '--from', '5', '--out', out('span'))).toMatchObject({
      code: 0,
    })
    expect((await verify(out('span'))).stdout).toContain(`Workstation ${device}: 2 entries, 5 to 6`)

    const log = join(out('all'), `${device}.jsonl`)
    writeFileSync(log, readFileSync(log, 'utf8').replace('s-old', 's-bad'))
    expect(await verify(out('all'))).toMatchObject({ code: 1, stdout: expect.stringContaining(log) })
  }, 300_000)

  it('starts with a copy that verifies, also behind a purge that was typed meanwhile', async () => {
    const data = await filledData()
    const at = ['--data', data]
    await run('hold', ...at, '--everything', '--reason', 'until IT has looked', '--by', 'IT')
    const folder = join(data, '..', 'share')
    const site = await siteFile()
    const copyAt = async (url: string) => (await (await fetch(`${url}/api/health`)).json()).copy
    const missing = await launch({ data }, '--site', site, '--copy-to', folder)
    await expect
      .poll(() => copyAt(missing.url), { timeout: 30_000 })
      .toMatchObject({ state: 'failed', problem: expect.stringContaining('is the share mounted?') })
    missing.child.kill('SIGKILL')

    mkdirSync(folder)
    const first = await launch({ data }, '--copy-to', folder)
    await expect.poll(() => copyAt(first.url), { timeout: 30_000 }).toMatchObject({ state: 'ok' })
    expect(await verify(folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Workstation ${device}: 6 entries, 1 to 6`),
    })
    const [, id = ''] = /^(h-\S+)/.exec((await run('holds', ...at)).stdout) ?? []
    await run('release', ...at, '--hold', id, '--reason', 'IT has looked', '--by', 'IT')
    expect((await run('purge', ...at)).stdout).toContain('entries 1 to 3 (3) are purged')
    first.child.kill('SIGTERM')

    const second = await launch({ data }, '--copy-to', folder)
    await expect.poll(() => copyAt(second.url), { timeout: 30_000 }).toMatchObject({ state: 'ok' })
    const whole = await verify(folder)
    expect(whole.stdout).toContain('2 parts, none missing between them')
    expect(whole.code).toBe(0)
  }, 300_000)

  it('says what to type instead', async () => {
    const data = await filledData()
    const at = ['--data', data]
    const reason = ['--reason', 'a lawsuit']
    const cases: [string[], number, string][] = [
      [[...at, '--port', '0', '--retention-years', '5'], 2, 'at least 7 whole years, and 5 was asked for'],
      [[...at, '--port', '0', '--retention-years', 'ten'], 2, '--retention-years is a number of years'],
      [[...at, '--port', '0', '--copy-to', data, '--copy-every', 'daily'], 2, 'such as 24h; not "daily"'],
      [[...at, '--port', '0', '--copy-every', '24h'], 2, 'say where the copy goes'],
      [['purge', ...at, '--retention-years', '6.5'], 2, 'Give 7 or more; 10 is the default'],
      [['hold', ...at, ...reason], 2, 'one of --device ID, --session ID, --everything'],
      [['hold', ...at, '--everything', '--session', 's-1', ...reason], 2, 'one of --device ID'],
      [['hold', ...at, '--everything'], 2, '--reason TEXT is missing'],
      [['hold', ...at, '--everything', '--reason', 'x'], 2, '3 to 500 characters that say why'],
      [
        ['hold', ...at, '--everything', ...reason, '--by', 'x'.repeat(101)],
        2,
        '--by takes 1 to 100 characters',
      ],
      [['hold', ...at, '--device', 'd-none', ...reason], 2, 'npm run hub -- devices lists them'],
      [['hold', ...at, '--session', 'Doe, Jane', ...reason], 2, 'no identifier of a device or session'],
      [['release', ...at, ...reason], 2, '--hold is missing'],
      [['export', ...at], 2, 'say what to export: --device ID, --session ID, or --everything'],
      [['export', ...at, '--everything'], 2, 'say where with --out FOLDER'],
      [['export', ...at, '--session', 's-none'], 1, 'in no log that the hub has'],
      [['export', ...at, '--session', 's-old', '--from', '1'], 2, 'leave --from and --to out'],
      [['export', ...at, '--device', device, '--from', '24.11.2026'], 2, 'a day (2026-11-24)'],
      [['export', ...at, '--device', device, '--from', '4', '--to', '2'], 2, '--from lies behind --to'],
      [['export', ...at, '--device', device, '--out', data], 1, 'name another folder, or say --replace'],
      [['export', ...at, '--device', device, '--out', data, '--replace'], 1, 'is no export'],
    ]
    for (const [args, code, words] of cases) {
      const answer = await run(...args)
      expect(answer.stderr).toContain(words)
      expect([args, answer.code, answer.stdout]).toEqual([args, code, ''])
      expect(answer.stderr).not.toMatch(/\n {4}at /)
    }
    // A name that fits nothing yet is held, and said: it may be a typing error.
    const held = await run('hold', ...at, '--session', 's-odl', ...reason)
    expect(held.stderr).toContain('no log here holds session s-odl')
    expect(held.code).toBe(0)
    expect((await run('hold', ...at, '--session', 's-old', ...reason)).stderr).not.toContain('no log here')
    expect((await run('purge', ...at)).stdout).toContain('keeps the record that entry 2 belongs to')
  }, 300_000)
})
