import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../../src/domain/log/canonical.ts'
import { type LogEntry, sealEntry } from '../../../src/domain/log/entry.ts'
import { recordEntries } from '../../../src/domain/record/span.ts'
import type { SignedStatement, Statement } from '../../../src/domain/statement/statement.ts'
import { createScenario, observed, type Scenario, sha256, signIn, statementEvent } from './scenario.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'scanside-verify-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hub = generateKeyPairSync('ed25519')
const consoleKey = generateKeyPairSync('ed25519')
const rawKey = (key: typeof hub.publicKey) => key.export({ format: 'jwk' }).x ?? ''
const signed = (key: typeof hub.privateKey, value: unknown) =>
  sign(null, Buffer.from(canonicalJson(value as Json)), key).toString('base64url')

/** Signed as hub and console sign, so that signatures are checked for real. */
function hearSigned(scenario: Scenario, statement: Statement): void {
  const certificate = {
    physicianId: 'p-chen',
    publicKey: rawKey(consoleKey.publicKey),
    issuedAt: '2026-11-24T08:00:00.000Z',
    expiresAt: '2026-11-25T08:00:00.000Z',
  }
  const word: SignedStatement = {
    statement,
    signature: signed(consoleKey.privateKey, statement),
    signer: { certificate, signature: signed(hub.privateKey, certificate) },
  }
  const command = statementEvent(statement)
  scenario.run({
    ...command,
    event: { ...command.event, body: { ...command.event.body, signed: word } },
  })
}

/** A day: a closed session, work of others, and the signature that comes later. */
function day(): { readonly entries: readonly LogEntry[]; readonly sessionId: string } {
  const scenario = observed()
  // The scenario's own statements carry no real signature; this day has none but the last.
  const bare = scenario.entries.filter((entry) => entry.type !== 'statement-received')
  const again = createScenario()
  for (const entry of bare)
    again.append({ type: entry.type, session: entry.session, body: entry.body } as never)
  const { sessionId } = scenario
  again.run({ kind: 'close-session', disposition: 'released', note: '' })
  const closingHash = again.entries.at(-1)?.hash ?? ''
  again.run({ kind: 'lock', reason: 'by-hand' })
  again.run(signIn)
  hearSigned(again, {
    kind: 'signed',
    id: 's-1',
    physicianId: 'p-chen',
    deviceId: again.deviceId,
    at: '2026-11-24T10:00:00.000Z',
    sessionId,
    closingHash,
  })
  return { entries: again.entries, sessionId }
}

const { entries, sessionId } = day()
const textOf = (list: readonly LogEntry[]) => list.map((entry) => `${JSON.stringify(entry)}\n`).join('')

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

const withBody = (at: number, body: LogEntry['body']) =>
  entries.map((entry, index) => (index === at ? { ...entry, body } : entry))

/** Sealed anew from `from` on, as somebody would who can compute hashes but not sign. */
function reseal(list: readonly LogEntry[], from: number): LogEntry[] {
  const sealed: LogEntry[] = list.slice(0, from)
  for (const { v: _v, seq: _seq, prev: _prev, hash: _hash, ...draft } of list.slice(from)) {
    const last = sealed.at(-1)
    sealed.push(sealEntry(last ?? { seq: 0, hash: '0'.repeat(64) }, draft, sha256))
  }
  return sealed
}

// Each case starts a process, which takes its time on a busy machine.
describe('verify', { timeout: 30_000 }, () => {
  it('confirms a whole log, and says what a file alone cannot show', () => {
    const { code, out } = verify(textOf(entries))
    expect(code).toBe(0)
    expect(out).toContain('VERIFIED')
    expect(out).toContain(`${entries.length} entries of workstation d-test, 1 to ${entries.length}`)
    expect(out).toContain('the whole log')
    expect(out).toContain("1 physician's statement: each signature fits its key (whether the hub vouched")
    expect(out).toContain(entries.at(-1)?.hash ?? 'no hash')
    expect(out).toContain('compare the last hash with the hub')
  })

  it('confirms the record of a session and names what it leaves out', () => {
    const record = recordEntries(entries, sessionId)
    const { code, out } = verify(textOf(record), '--hub-key', rawKey(hub.publicKey))
    expect(code).toBe(0)
    expect(out).toContain(`the record of session ${sessionId}, from its opening to its end in one piece`)
    expect(out).toContain(`Left out: entry ${entries.length - 2} to ${entries.length - 1}`)
    expect(out).toContain('and the hub vouched for each key')
  })

  it('confirms an excerpt, without its last newline too', () => {
    const { code, out } = verify(textOf(entries.slice(3, 9)).trimEnd())
    expect(code).toBe(0)
    expect(out).toContain('an excerpt in one piece')
  })

  const changed = (at: number) => entries[at]?.seq ?? 0

  it.each<[string, () => string | Buffer, string]>([
    [
      'a changed body',
      () => textOf(withBody(5, { forged: true })),
      `line 6: Entry ${changed(5)} was changed`,
    ],
    [
      'a removed entry',
      () => textOf(entries.filter((_, i) => i !== 7)),
      'line 8: Entry 8 should follow here, and entry 9 does',
    ],
    [
      'two entries in the wrong order',
      () => textOf(entries.with(4, entries[5]!).with(5, entries[4]!)),
      'line 5: Entry 5 should follow here, and entry 6 does',
    ],
    [
      'an entry twice',
      () => textOf(entries.toSpliced(4, 0, entries[3]!)),
      'line 5: Entry 5 should follow here, and entry 4 does',
    ],
    [
      'an entry changed and sealed anew',
      () => textOf([...reseal(withBody(5, { forged: true }), 5).slice(0, 6), ...entries.slice(6)]),
      'line 7: Entry 7 does not follow the one before it',
    ],
    [
      'an entry of another workstation',
      () => textOf(entries.with(2, { ...entries[2]!, device: 'd-other' })),
      'line 3: Entry 3 is of another workstation (d-other)',
    ],
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

  it('finds a removal inside a record, where nothing may be missing', () => {
    const record = recordEntries(entries, sessionId)
    const { code, out } = verify(textOf(record.filter((_, index) => index !== 4)))
    expect(code).toBe(1)
    expect(out).toContain('something was removed')
  })

  it('finds a forged statement in a chain that was sealed anew, and a key that the hub does not know', () => {
    const at = entries.length - 1
    const body = structuredClone(entries[at]!.body) as unknown as { signed: { statement: { at: string } } }
    body.signed.statement.at = '2026-11-24T09:00:00.000Z'
    const forged = reseal(withBody(at, body as unknown as LogEntry['body']), at)
    const { code, out } = verify(textOf(forged))
    expect(code).toBe(1)
    expect(out).toContain('its signature does not fit')
    const stranger = rawKey(generateKeyPairSync('ed25519').publicKey)
    const foreign = verify(textOf(entries), '--hub-key', stranger)
    expect(foreign.code).toBe(1)
    expect(foreign.out).toContain('this hub did not vouch for the key')
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
