import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { checkExport } from '../../../src/domain/log/check-export.ts'
import type { LogEntry } from '../../../src/domain/log/entry.ts'
import { checkArchive } from '../../../src/platform/node/archive-check.ts'
import { exportChecks } from '../../../src/platform/node/export-checks.ts'
import { verifyFolder } from '../../../tools/verify-archive.ts'
import { type Happening, logOf } from '../../support/old-log.ts'
import { cleanUp } from '../../support/undo.ts'
import { describeOnEachStore, enrol, startHub, type TestDevice, tempDir } from './kit.ts'
import { at, run } from './processes.ts'

afterEach(cleanUp)

const day = (instant: string, type: string, session: string | null = null): Happening => ({
  type,
  session,
  call: null,
  at: instant,
  receivedAt: instant,
})
const happenings = [
  day('2026-11-10T09:00:00.000Z', 'app-started'),
  day('2026-11-10T09:10:00.000Z', 'session-opened', 's-1'),
  day('2026-11-10T09:20:00.000Z', 'session-closed', 's-1'),
  day('2026-11-11T09:10:00.000Z', 'session-opened', 's-2'),
  day('2026-11-12T09:20:00.000Z', 'session-closed', 's-2'),
]
const textsOf = (device: string): readonly LogEntry[] => logOf(device, happenings).map(({ entry }) => entry)
const linesIn = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n')

describeOnEachStore('an export', () => {
  async function twoRooms() {
    const hub = await startHub()
    const devices: TestDevice[] = []
    for (const room of ['ct-1', 'ct-2']) {
      const device = await enrol(hub, room)
      expect((await device.post(textsOf(device.deviceId))).status).toBe(200)
      devices.push(device)
    }
    const out = join(await tempDir(), 'out')
    const exporting = (...args: string[]) => run('export', ...at(hub.place), ...args)
    return { hub, first: devices[0]!, second: devices[1]!, out, exporting }
  }

  it('of everything is a folder that verifies, with keys, journal and a signed manifest', async () => {
    const { first, second, out, exporting } = await twoRooms()
    await exporting('--device', first.deviceId)
    const done = await exporting('--everything', '--out', out, '--by', 'IT')
    expect(done.stderr).toContain('read back')
    expect(done).toMatchObject({ code: 0, stdout: `${out}\n` })
    expect(await linesIn(join(out, `${second.deviceId}.jsonl`))).toEqual(
      textsOf(second.deviceId).map((entry) => JSON.stringify(entry)),
    )
    const keys = JSON.parse(await readFile(join(out, 'keys.json'), 'utf8'))
    expect(keys.hub).toBe(first.hubPublicKey)
    expect(keys.devices).toContainEqual(
      expect.objectContaining({ deviceId: first.deviceId, publicKey: first.key.publicKey, roomId: 'ct-1' }),
    )
    const { holds, words } = verifyFolder(out, first.hubPublicKey)
    expect(words).toContain(`Workstation ${second.deviceId}: 5 entries, 1 to 5`)
    expect(words).toContain('The hub’s journal: 2 entries')
    expect(holds).toBe(true)
    expect(verifyFolder(out, second.key.publicKey).words).toContain('it was not signed by this hub')

    expect(await exporting('--everything', '--out', out)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    })
    expect((await exporting('--everything', '--out', out, '--replace')).code).toBe(0)
    expect(verifyFolder(out, first.hubPublicKey).words).toContain('The hub’s journal: 4 entries')
    expect(readdirSync(join(out, '..'))).toEqual(['out'])
  })

  it('of a span is a piece: by sequence, by day, as a pipe and as a folder', async () => {
    const { first, out, exporting } = await twoRooms()
    const { deviceId } = first
    const seqs = ({ stdout }: { stdout: string }) =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq)
    expect(seqs(await exporting('--device', deviceId, '--from', '2', '--to', '4'))).toEqual([2, 3, 4])
    expect(seqs(await exporting('--device', deviceId, '--from', '2026-11-11'))).toEqual([4, 5])
    expect(seqs(await exporting('--device', deviceId, '--to', '2026-11-10'))).toEqual([1, 2, 3])
    await exporting('--everything', '--from', '2026-11-11', '--to', '2026-11-11', '--out', out)
    const report = checkArchive(out, first.hubPublicKey)
    expect(report.whole).toBe(false)
    expect(report.logs.map(({ runs }) => runs.map(({ kind, count }) => ({ kind, count })))).toEqual([
      [{ kind: 'piece', count: 1 }],
      [{ kind: 'piece', count: 1 }],
    ])
    expect(await exporting('--everything', '--from', '4', '--out', `${out}2`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('sequences count by device'),
    })
    expect(await exporting('--device', deviceId, '--from', 'yesterday')).toMatchObject({ code: 2 })
  })

  it('of a session is an excerpt sealed by the hub, of that patient alone', async () => {
    const { first, second, out, exporting } = await twoRooms()
    const done = await exporting('--session', 's-2', '--device', second.deviceId, '--out', out)
    expect(done.code).toBe(0)
    const text = await readFile(join(out, 's-2.jsonl'), 'utf8')
    expect(text).not.toContain('"s-1"')
    expect(text).toContain('"by":"hub"')
    const { words, holds } = verifyFolder(out, first.hubPublicKey)
    expect(words).toContain(`Record of session s-2 of workstation ${second.deviceId}, sealed by the hub.`)
    expect(holds).toBe(true)
    writeFileSync(join(out, 's-2.jsonl'), text.replace('session-closed', 'session-ended_'))
    expect(verifyFolder(out, first.hubPublicKey).holds).toBe(false)
    expect(await exporting('--session', 's-9')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in no log that the hub has'),
    })
  })

  it('of a session is not made where an entry of it came damaged, and is where another did', async () => {
    const { hub, exporting } = await twoRooms()
    const device = await enrol(hub, 'mr-1')
    const sent = textsOf(device.deviceId).map((entry) =>
      entry.seq === 3 ? { ...entry, mono: entry.mono + 1 } : entry,
    )
    expect((await device.post(sent)).body).toMatchObject({ ok: true, holes: [{ seq: 3 }] })
    const asked = ['--device', device.deviceId, '--session']
    expect(await exporting(...asked, 's-1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /no whole record here: entry 3 came to the hub damaged.*hub -- quarantine/,
      ),
    })
    const done = await exporting(...asked, 's-2')
    expect(done.stderr).toContain('lacks, outside the session, entry 3:')
    expect(done.code).toBe(0)
    expect(checkExport(done.stdout.trimEnd().split('\n'), exportChecks())).toMatchObject({
      ok: true,
      count: 3,
    })
  })

  it('is found out when anything in it is changed, cut off, taken out or added', async () => {
    const { first, out, exporting } = await twoRooms()
    await exporting('--everything', '--out', out)
    const log = `${first.deviceId}.jsonl`
    const edit = (name: string, change: (text: string) => string) => (folder: string) =>
      writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'utf8')))
    const tampered: [string, (folder: string) => void, string][] = [
      [
        'a changed entry',
        edit(log, (text) => text.replace('app-started', 'app-starved')),
        'Entry 1 was changed',
      ],
      ['a cut off log', edit(log, (text) => text.slice(0, -5)), 'it was cut off'],
      ['a line taken out', edit(log, (text) => text.split('\n').toSpliced(1, 1).join('\n')), 'cut off'],
      ['a log taken out', (folder) => rmSync(join(folder, log)), 'is missing'],
      ['a file added', (folder) => writeFileSync(join(folder, 'x.jsonl'), ''), 'does not name it'],
      [
        'another key',
        edit('keys.json', (text) => text.replace('"roomId":"ct-1"', '"roomId":"ct-9"')),
        'changed after',
      ],
      [
        'a changed manifest',
        edit('manifest.json', (text) => text.replace('everything', 'everythinG')),
        'signature',
      ],
      ['no manifest', (folder) => rmSync(join(folder, 'manifest.json')), 'no part of an archive'],
    ]
    for (const [name, tamper, said] of tampered) {
      const folder = join(await tempDir(), 'copy')
      await cp(out, folder, { recursive: true })
      tamper(folder)
      const { holds, words } = verifyFolder(folder, first.hubPublicKey)
      expect(`${name}: ${words}`).toContain(said)
      expect(holds).toBe(false)
    }
  })
})
