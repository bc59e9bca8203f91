import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { emptyChain } from '../../../src/domain/log/entry.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import { makeLogKey } from '../../../src/platform/node/log-key-file.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import { day, deviceId, excerptOf, hub, proven, rawKey, reseal, signed, textOf } from './signed-day.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'scanside-verify-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { entries, sessionId } = day()
const excerpt = excerptOf(entries, sessionId)

let files = 0
function verify(text: string | Buffer, ...more: readonly string[]) {
  files += 1
  const file = join(folder, `${files}.jsonl`)
  writeFileSync(file, text)
  return run(file, ...more)
}

function run(...args: readonly string[]) {
  const done = spawnSync(process.execPath, [join(root, 'tools', 'verify.ts'), ...args], { encoding: 'utf8' })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

// Each case starts a process, which takes its time on a busy machine.
describe('verify', { timeout: 30_000 }, () => {
  it('confirms a whole log, and says what a file alone cannot show', () => {
    const { code, out } = verify(textOf(entries))
    expect(code).toBe(0)
    expect(out).toContain('VERIFIED')
    expect(out).toContain(
      `Complete log: ${entries.length} entries of workstation ${deviceId}, 1 to ${entries.length}`,
    )
    expect(out).toContain("1 physician's statement: each signature fits its key (whether the hub vouched")
    expect(out).toContain(entries.at(-1)?.hash ?? 'no hash')
    expect(out).toContain('compare the last hash with the hub')
  })

  it('confirms the record of a session and names what it leaves out', () => {
    const { code, out } = verify(excerpt.join(''), '--hub-key', rawKey(hub.publicKey))
    const shown = recordEntries(entries, sessionId).length
    expect(out).toContain(
      `An excerpt: ${shown} of ${entries.length} entries of workstation ${deviceId}, chain continuous, each shown entry proves itself.`,
    )
    expect(out).toContain(`the record of session ${sessionId}, sealed with this workstation's own key`)
    expect(out).toContain(`a hash: ${entries.length - 2} to ${entries.length - 1}.`)
    expect(out).not.toContain('lie between')
    expect(out).toContain('and the hub vouched for each key')
    expect(code).toBe(0)
  })

  it('confirms a piece of a log, without its last newline too', () => {
    const { code, out } = verify(textOf(entries.slice(3, 9)).trimEnd())
    expect(code).toBe(0)
    expect(out).toContain('A piece of a log: 6 entries')
  })

  it.each<[string, () => string | Buffer, string]>([
    [
      'a first entry that pretends to be the first',
      () =>
        textOf(
          reseal(entries, 0)
            .slice(0, 3)
            .map((entry, i) => (i === 0 ? { ...entry, prev: '1'.repeat(64) } : entry)),
        ),
      'line 1: Entry 1 does not follow',
    ],
    [
      'a line that was cut off',
      () => textOf(entries).slice(0, -40),
      `line ${entries.length}: The line is not JSON; it may have been cut off`,
    ],
    ['an empty line in the middle', () => textOf(entries).replace('\n', '\n\n'), 'line 2: The line is empty'],
    ['JSON that is no entry', () => '{"hello":"world"}\n', 'line 1: The line is JSON but no log entry'],
    [
      'a member of the wrong kind',
      () => textOf([{ ...entries[0]!, seq: 'one' as never }]),
      'no log entry at "seq"',
    ],
    [
      'a member named twice',
      () => textOf(entries).replace('{"device"', '{"type":"x","device"'),
      'readers could disagree',
    ],
    ['no entries', () => '', 'The file holds no entries'],
    ['bytes that are no text', () => Buffer.from([0xff, 0xfe, 0, 1, 2, 3]), 'line 1: The line is not JSON'],
  ])('finds %s', (_name, make, words) => {
    const { code, out, err } = verify(make())
    expect(out).toContain('NOT VERIFIED')
    expect(out).toContain(words)
    expect(code).toBe(1)
    expect(err).toBe('')
  })

  it('finds an excerpt that another key sealed', () => {
    const stranger = generateKeyPairSync('ed25519')
    const { seal } = JSON.parse(excerpt.at(-1) ?? '')
    const key = rawKey(stranger.publicKey)
    const forged = `${JSON.stringify({ seal, key, signature: signed(stranger.privateKey, seal) })}\n`
    const { code, out } = verify([...excerpt.slice(0, -1), forged].join(''))
    expect(out).toContain(`its key is not the one after which ${deviceId} is named`)
    expect(code).toBe(1)
  })

  it('finds a physician’s key that the hub does not know', () => {
    const stranger = rawKey(generateKeyPairSync('ed25519').publicKey)
    const foreign = verify(textOf(entries), '--hub-key', stranger)
    expect(foreign.code).toBe(1)
    expect(foreign.out).toContain('this hub did not vouch for the key')
  })

  it('says what workstation and hub have signed, and where a clock went back', () => {
    const list = proven()
    const { code, out } = verify(textOf(list), '--hub-key', rawKey(hub.publicKey))
    expect(out).toContain(`The workstation has signed the chain up to entry ${entries.length}.`)
    expect(out).toContain(
      `The hub has signed at 2026-11-24T11:00:01.000Z that it holds the log up to entry ${entries.length + 1}.`,
    )
    expect(out).toContain(
      `No signature of the workstation covers entries ${entries.length + 1} to ${list.length} yet.`,
    )
    expect(out).toContain(
      `The clock went back once, first at entry ${list.length}, from 2026-11-24T11:00:00.000Z`,
    )
    expect(code).toBe(0)
    expect(verify(textOf(list)).out).toContain('whether the key is the hub’s was not checked')
  })

  it('takes a hub’s key that begins with a dash, as one in 64 does', () => {
    let dashed = ''
    while (!dashed.startsWith('-')) dashed = rawKey(generateKeyPairSync('ed25519').publicKey)
    expect(verify(textOf(proven()), '--hub-key', dashed)).toMatchObject({
      code: 1,
      out: expect.stringContaining('did not vouch for the key'),
    })
  })

  it('confirms what is known from elsewhere, and finds a log that was rewritten', () => {
    const last = entries.at(-1) ?? { seq: 0, hash: '' }
    const head = ['--head', `${last.seq}:${last.hash}`]
    expect(verify(textOf(entries), ...head)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`It holds entry ${last.seq} as it is known from elsewhere.`),
    })
    const other = verify(textOf(entries), '--head', `${last.seq}:${'0'.repeat(64)}`)
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('the log was rewritten') })
    expect(verify(excerpt.join(''), ...head).code).toBe(0)
    expect(verify(textOf(entries), '--head', '7')).toMatchObject({ code: 2 })
  })

  it('checks a database of a workstation, while it is in use', () => {
    const file = join(folder, 'log.sqlite')
    const key = makeLogKey()
    const keyFile = join(folder, 'key.txt')
    writeFileSync(keyFile, `${key}\n`)
    const withKey = ['--key-file', keyFile]
    const opened = openLogStore(file, key)
    if (!opened.ok) throw new Error(opened.error.message)
    const list = proven()
    opened.value.appendSealed(list.map((entry) => ({ entry, once: null })))
    opened.value.setAcked(emptyChain)
    expect(run(file, ...withKey).code).toBe(0)
    opened.value.setAcked({ seq: 5, hash: list[4]?.hash ?? '' })
    expect(run(file, ...withKey)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Complete log: ${list.length} entries`),
    })
    expect(run(file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/this database is encrypted; check an export .*or give its key/),
    })
    writeFileSync(keyFile, makeLogKey())
    expect(run(file, ...withKey).code).toBe(2)
    writeFileSync(keyFile, 'secret')
    expect(run(file, ...withKey).err).toMatch('does not hold 64 hexadecimal digits')
    writeFileSync(keyFile, key)
    opened.value.close()
  })

  it('says how it is used, and what it cannot read', () => {
    expect(run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('usage: npm run verify') })
    expect(run()).toMatchObject({ code: 2, err: expect.stringContaining('name one file') })
    expect(run('--frobnicate')).toMatchObject({ code: 2, err: expect.stringContaining('usage') })
    expect(run(join(folder, 'none.jsonl'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no such file'),
    })
    expect(run(folder)).toMatchObject({ code: 2, err: expect.stringContaining('is not a file') })
    expect(verify(textOf(entries), '--hub-key', 'short')).toMatchObject({ code: 2 })
  })
})
