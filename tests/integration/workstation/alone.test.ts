import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { fail } from '../../../src/domain/result.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { faultsOf } from '../../support/fhir-schema.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp } from '../../support/undo.ts'
import { verifyFile } from '../../support/workstation-files.ts'
import {
  inject,
  isWhole,
  logOf,
  offlineRoom,
  openBox,
  openRoom,
  type Room,
  signIn,
  tempFolder,
  typesOf,
} from './kit.ts'

afterEach(cleanUp)

const hashOfFile = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

const press = (room: Room, origin: 'button' | 'lock-screen' = 'button') =>
  room.workstation.dispatch({ kind: 'press-help', escalation: 'reaction', origin, drill: false })

describe('the help button', () => {
  it('works before anything else is known: no hub, no policy, nobody signed in', async () => {
    const room = openRoom()
    room.workstation.pressHelp('reaction', 'hotkey')
    // At once: nothing was awaited.
    const shown = room.windows.shown.get('help')
    expect(shown?.state.reaction).toMatchObject({ kind: 'reaction', origin: 'hotkey', roomId: null })
    expect(shown?.alarm).toEqual({ soundIn: 'help' })
    expect(room.windows.raised).toEqual(['main'])
    const { progress } = await room.until(({ state }) => state.reaction?.unreachable != null)
    expect(progress.reaction).toMatchObject({ stage: 'unreachable' })
    const pressed = room.entries().find(({ type }) => type === 'help-pressed')
    expect(pressed?.actor).toEqual({ kind: 'unidentified' })
  })

  it('works on the lock screen, as nobody, and is taken back there', async () => {
    const { room } = offlineRoom()
    await signIn(room)
    await room.workstation.dispatch({ kind: 'lock' })
    expect(await press(room, 'lock-screen')).toEqual({ ok: true, value: {} })
    const { id } = room.snapshot().state.reaction!
    const pressed = room.entries().find(({ type }) => type === 'help-pressed')
    expect(pressed).toMatchObject({ actor: { kind: 'unidentified' }, body: { origin: 'lock-screen' } })
    const reply = await room.workstation.dispatch({
      kind: 'cancel-help',
      escalationId: id,
      reason: 'leaned on it',
    })
    expect(reply.ok).toBe(true)
    expect(room.snapshot().state.reaction).toBeNull()
  })

  it('tells the windows before it asks the disk', async () => {
    const order: string[] = []
    const { room } = offlineRoom(
      {},
      {
        store: (store) => ({
          ...store,
          appendSealed: (entries) => {
            if (entries.some(({ entry }) => entry.type === 'help-pressed')) order.push('disk')
            return store.appendSealed(entries)
          },
        }),
      },
    )
    const show = room.windows.shown.set.bind(room.windows.shown)
    room.windows.shown.set = (window, snapshot) => {
      if (snapshot.state.reaction !== null && !order.includes(window)) order.push(window)
      return show(window, snapshot)
    }
    await press(room)
    await room.until(() => order.includes('disk'))
    expect(order).toEqual(['main', 'help', 'disk'])
  })

  it('goes to the help window when the main one is dead, and sounds in the main one when help is dead', async () => {
    const { room } = offlineRoom()
    room.windows.alive.delete('main')
    room.workstation.pressHelp('reaction', 'tray')
    expect(room.windows.raised.at(-1)).toBe('help')
    room.windows.alive.add('main')
    room.windows.alive.delete('help')
    await room.until(({ alarm }) => alarm?.soundIn === 'main')
  })

  it('writes once that each window has shown it', async () => {
    const { room } = offlineRoom()
    await press(room)
    const { id } = room.snapshot().state.reaction!
    for (const window of ['main', 'help', 'main'] as const) {
      room.workstation.report(window, { kind: 'help-shown', escalationId: id })
    }
    const shown = room.entries().filter(({ type }) => type === 'help-shown')
    expect(shown.map(({ body }) => body.window)).toEqual(['main', 'help'])
  })
})

describe('a restart', () => {
  it('in mid-injection goes on where it was, locked, and with the call open', async () => {
    const { room } = offlineRoom()
    await signIn(room)
    await inject(room)
    await press(room)
    const before = room.snapshot().state
    const again = await room.restart()
    const { state, elapsedMs } = again.snapshot()
    expect(state.session).toEqual(before.session)
    expect(state.session.kind).toBe('injecting')
    expect(state.reaction).toEqual(before.reaction)
    expect(state.operator).toEqual({ kind: 'locked', technologistId: 'j-ortiz' })
    expect(elapsedMs.reaction).toBeGreaterThan(0)
    expect(again.snapshot().alarm).not.toBeNull()
    expect(again.entries().at(-1)).toMatchObject({ type: 'workstation-locked', body: { reason: 'restart' } })
    expect(isWhole(again.entries())).toBe(true)
    expect(await signIn(again)).toEqual({ ok: true, value: {} })
    expect((await again.workstation.dispatch({ kind: 'stop-injection' })).ok).toBe(true)
    expect(again.snapshot().state.session.kind).toBe('observing')
  })

  it('does not forget how many PINs were wrong', async () => {
    const { room } = offlineRoom()
    for (let wrong = 0; wrong < 5; wrong += 1) {
      const reply = await signIn(room, '0000')
      expect(reply).toMatchObject({ ok: false, error: { kind: 'sign-in-refused' } })
    }
    const again = await room.restart()
    const reply = await signIn(again)
    expect(reply).toMatchObject({ ok: false, error: { kind: 'sign-in-throttled' } })
    again.clock.advance(31_000)
    expect(await signIn(again)).toEqual({ ok: true, value: {} })
  })

  it('does not let guesses overtake the throttle', async () => {
    const { room } = offlineRoom()
    const replies = await Promise.all(['1', '2', '3', '4', '5', '2468'].map((pin) => signIn(room, pin)))
    expect(replies.at(-1)).toMatchObject({ ok: false, error: { kind: 'sign-in-throttled' } })
  })
})

describe('the lock', () => {
  it('comes by itself when nobody is there, and not during a reaction', async () => {
    const { room } = offlineRoom({ lockAfterMs: 60_000 })
    await signIn(room)
    await press(room)
    room.clock.advance(61_000)
    room.workstation.tick()
    expect(room.snapshot().state.operator.kind).toBe('signed-in')
    const { id } = room.snapshot().state.reaction!
    await room.workstation.dispatch({ kind: 'end-help', escalationId: id, outcome: 'well again' })
    room.clock.advance(40_000)
    room.workstation.report('main', { kind: 'activity' })
    room.clock.advance(40_000)
    room.workstation.tick()
    expect(room.snapshot().state.operator.kind).toBe('signed-in')
    room.clock.advance(21_000)
    room.workstation.tick()
    expect(room.snapshot().state.operator.kind).toBe('locked')
    expect(room.entries().at(-1)).toMatchObject({ body: { reason: 'inactivity' }, actor: { kind: 'system' } })
  })
})

describe('a log that cannot be kept', () => {
  it('because nothing of it is a database is set aside: help works at once, a session in a moment', async () => {
    const { room: first, folder } = offlineRoom()
    first.close()
    const written = logOf(folder).length
    writeFileSync(join(folder, 'log.sqlite'), 'not a database, but a file that is here '.repeat(50))
    const damaged = readFileSync(join(folder, 'log.sqlite'))
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    expect((await press(room)).ok).toBe(true)
    expect(room.snapshot().alarm).not.toBeNull()
    const [name = ''] = readdirSync(join(folder, 'damaged'))
    expect(readFileSync(join(folder, 'damaged', name, 'log.sqlite')).equals(damaged)).toBe(true)
    const { notices } = await room.until((s) => s.notices?.at(-1)?.kind === 'log-salvaged')
    expect(notices?.at(-1)?.message).toContain(`recovered but for ${written} entries`)
    expect(await signIn(room)).toEqual({ ok: true, value: {} })
    await inject(room)
    const next = await room.restart()
    expect(next.snapshot().state.session.kind).toBe('injecting')
  })

  it.each([
    ['is gone', (file: string) => rmSync(file)],
    ['is empty all of a sudden', (file: string) => truncateSync(file, 0)],
  ])('is not begun anew when it %s: the hub has another beginning of it', async (_, spoil) => {
    const { room: first, folder } = offlineRoom()
    first.close()
    const file = join(folder, 'log.sqlite')
    spoil(file)
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toMatchObject({ problem: { kind: 'log-missing' }, isRetried: false })
    expect((await press(room)).ok).toBe(true)
    room.close()
    expect(statSync(file, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  })

  it('keeps what a failing disk did not take, says so, and writes it later as it was stamped', async () => {
    let isBroken = false
    const breaking = (store: LogStore): LogStore => ({
      ...store,
      appendSealed: (entries) =>
        isBroken ? fail('io-error', 'The disk does not answer.') : store.appendSealed(entries),
    })
    const { room, folder } = offlineRoom({}, { store: breaking })
    await signIn(room)
    await inject(room)
    isBroken = true
    await press(room)
    const { durability, state } = await room.until((s) => s.durability.kind === 'volatile')
    expect(durability).toMatchObject({ problem: { kind: 'io-error' } })
    expect(state.reaction).not.toBeNull()
    expect(typesOf(room.entries())).not.toContain('help-pressed')
    isBroken = false
    await room.until((s) => s.durability.kind === 'durable')
    const pressedAt = state.reaction?.pressedAt
    room.close()
    const entries = logOf(folder)
    expect(isWhole(entries)).toBe(true)
    expect(entries.filter(({ type }) => type === 'help-pressed').map(({ at }) => at)).toEqual([pressedAt])
  })

  it('does not write under another key: a lost identity leaves the log alone', async () => {
    const { room: first, folder } = offlineRoom()
    await signIn(first)
    first.close()
    const before = logOf(folder)
    writeFileSync(join(folder, 'device.json'), '{"v":1}')
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toMatchObject({ problem: { kind: 'identity-damaged' } })
    room.workstation.pressHelp('reaction', 'hotkey')
    expect(room.snapshot().alarm).not.toBeNull()
    room.close()
    expect(logOf(folder)).toEqual(before)
    expect(readFileSync(join(folder, 'device.json'), 'utf8')).toBe('{"v":1}')
  })
})

describe('a policy file', () => {
  it.each([
    ['damaged', 'policy-damaged', () => '{"policy": '],
    [
      'forged',
      'policy-forged',
      (text: string) => text.replace('"override":"with-reason"', '"override":"never"'),
    ],
  ])('that is %s is named and not used; help works', async (_, kind, spoil) => {
    const { room: first, folder } = offlineRoom()
    first.close()
    const file = join(folder, 'policy.json')
    const { encryptedPolicy } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, spoil(openBox.decrypt(Buffer.from(encryptedPolicy, 'base64'))))
    const room = openRoom({ folder })
    expect(room.snapshot()).toMatchObject({ policy: null, notices: [{ kind }] })
    expect(await signIn(room)).toMatchObject({ ok: false, error: { kind: 'no-policy' } })
    expect((await press(room)).ok).toBe(true)
  })

  it('that is old is used and called stale', async () => {
    const { room } = offlineRoom({ staleAfterMs: 3_600_000 })
    expect(room.snapshot().policyStale).toBe(false)
    room.clock.advance(3_700_000)
    expect(room.snapshot().policyStale).toBe(true)
    expect(room.snapshot().policy).not.toBeNull()
  })
})

describe('a record', () => {
  const another = async (room: Room, patientName: string) => {
    const { scheduledAt: _, ...exam } = testSite().worklist[0]!
    const { dispatch } = room.workstation
    const other = { ...exam, accession: patientName.toUpperCase(), patientName }
    await dispatch({ kind: 'open-session', exam: other, contrastClass: 'iodinated' })
    await dispatch({ kind: 'abandon-session', reason: `${patientName} left` })
  }

  it('is saved as a page and as the excerpt of the log that proves it, and the log says so', async () => {
    const { room } = offlineRoom()
    await signIn(room)
    await another(room, 'Zzyzx')
    await inject(room)
    const { dispatch } = room.workstation
    await dispatch({ kind: 'stop-injection' })
    await dispatch({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
    await dispatch({ kind: 'close-session', disposition: 'released', note: '' })
    await another(room, 'Quux')
    const past = room.snapshot().recent.find(({ accession }) => accession === 'ACC-1001')
    expect(past).toMatchObject({ signedBy: null })
    const before = room.entries()
    const reply = await dispatch({ kind: 'save-record', sessionId: past!.sessionId })
    const paths = reply.ok ? (reply.value.paths ?? []) : []
    expect(paths.map((path) => path.replace(/.*T\d{6}\./, ''))).toEqual([
      'pdf',
      'jsonl',
      'csv',
      'fhir.json',
      'dcm',
    ])
    const text = readFileSync(paths[1]!, 'utf8')
    expect(text).toContain('ACC-1001')
    expect(text).not.toMatch(/zzyzx|quux/i)
    const { exitCode, words } = await verifyFile(paths[1]!)
    expect(words).toMatch(new RegExp(`An excerpt: \\d+ of ${before.length} entries`))
    expect(words).toContain(`session ${past!.sessionId}`)
    expect(exitCode).toBe(0)
    const shown = text.split('\n').filter((line) => line.includes('"prev"'))
    expect(before.map((entry) => JSON.stringify(entry))).toEqual(expect.arrayContaining(shown))
    expect(readFileSync(paths[0]!, 'latin1')).toMatch(/^%PDF/)
    expect(readFileSync(paths[4]!).subarray(128, 132).toString('latin1')).toBe('DICM')
    expect(faultsOf(JSON.parse(readFileSync(paths[3]!, 'utf8')))).toEqual([])
    const noted = room.entries().filter(({ type }) => type === 'record-exported')
    expect(noted.map(({ body, actor }) => [body.format, body.sha256, actor.kind])).toEqual(
      ['pdf', 'jsonl', 'csv', 'fhir', 'dicom-sr'].map((format, index) => [
        format,
        hashOfFile(paths[index]!),
        'technologist',
      ]),
    )
  })

  it('is saved in every other form where one cannot be made, and the answer says which', async () => {
    const { room } = offlineRoom({}, { printPdf: () => Promise.reject(new Error('no printer')) })
    await signIn(room)
    await inject(room)
    const { dispatch } = room.workstation
    await dispatch({ kind: 'stop-injection' })
    await dispatch({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
    await dispatch({ kind: 'close-session', disposition: 'released', note: '' })
    const reply = await dispatch({
      kind: 'save-record',
      sessionId: room.snapshot().recent[0]?.sessionId ?? '',
    })
    expect(reply).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(
          /\(\.pdf: no printer\)\. These were saved: .*\.jsonl, .*\.csv, .*\.fhir\.json/,
        ),
      },
    })
    expect(
      room.entries().flatMap(({ type, body }) => (type === 'record-exported' ? body.format : [])),
    ).toEqual(['jsonl', 'csv', 'fhir', 'dicom-sr'])
  })

  it('of nobody is refused in words', async () => {
    const { room } = offlineRoom()
    await signIn(room)
    const reply = await room.workstation.dispatch({ kind: 'save-record', sessionId: 'no-such' })
    expect(reply).toMatchObject({ ok: false, error: { kind: 'unknown-session' } })
  })
})

it('starts from an empty folder with a log of its own', () => {
  const folder = tempFolder()
  const room = openRoom({ folder })
  room.close()
  expect(typesOf(logOf(folder))).toEqual(['app-started'])
})
