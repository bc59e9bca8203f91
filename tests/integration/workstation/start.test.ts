import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { emptyFold, foldNext, foldVersion, isSameFold, readFold } from '../../../src/main/fold.ts'
import { openEncrypted } from '../../../src/platform/node/encrypted-database.ts'
import { openLogStore } from '../../../src/platform/node/log-store.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { fillLog } from '../../bench/long-log.ts'
import { cleanUp, later } from '../../support/undo.ts'
import { inject, isWhole, keyIn, logOf, offlineRoom, openRoom, type Room, signIn, typesOf } from './kit.ts'

afterEach(cleanUp)

const longLog = 12_000

/** A room that was at work, then wrote a long log: how it stands is far from the end of it. */
async function roomWithPast(): Promise<{ readonly folder: string; readonly state: Room['snapshot'] }> {
  const { room, folder } = offlineRoom()
  await signIn(room)
  await inject(room)
  const before = room.snapshot()
  room.close()
  fillLog(folder, keyIn(folder), longLog)
  return { folder, state: () => before }
}

/** From which entries on the log was read at the start. */
function readsOf(reads: number[]) {
  return (store: LogStore): LogStore => ({
    ...store,
    texts: (fromSeq, limit) => {
      reads.push(fromSeq)
      return store.texts(fromSeq, limit)
    },
  })
}

const meta = (folder: string, sql: string): unknown => {
  const db = openEncrypted(join(folder, 'log.sqlite'), keyIn(folder))
  try {
    return sql.startsWith('SELECT') ? db.prepare(sql).pluck().get() : db.exec(sql)
  } finally {
    db.close()
  }
}
const forgetCheckpoint = (folder: string) => meta(folder, `DELETE FROM meta WHERE name = 'checkpoint'`)
const spoil = (folder: string) =>
  meta(
    folder,
    `DROP TRIGGER log_refuses_update; UPDATE log SET entry = replace(entry, '"v":1', '"v":2') WHERE seq = 5`,
  )
const asideIn = (folder: string): string => {
  const [name = ''] = readdirSync(join(folder, 'damaged'))
  return join(folder, 'damaged', name)
}
const textsIn = (folder: string): readonly unknown[] => {
  const db = openEncrypted(join(folder, 'log.sqlite'), keyIn(folder), { readonly: true })
  try {
    return db.prepare('SELECT entry FROM log ORDER BY seq').pluck().all()
  } finally {
    db.close()
  }
}
/** A room with contrast flowing, whose log was altered far before its end after it was last read. */
async function roomInDoubt(): Promise<{ readonly folder: string }> {
  const { room, folder } = offlineRoom()
  await signIn(room)
  await inject(room)
  room.close()
  fillLog(folder, keyIn(folder), 3000)
  const second = openRoom({ folder })
  await second.until(({ state }) => state.session.kind === 'injecting')
  second.close()
  spoil(folder)
  return { folder }
}
const press = (room: Room) => room.workstation.pressHelp('reaction', 'hotkey')
const usable = (room: Room) => room.workstation.report('main', { kind: 'usable' })
const reviewed = (room: Room) =>
  room.until(() => room.appLog.some(({ event }) => event === 'log-reviewed'), 'the log is reviewed')

const rebuilt = (room: Room) =>
  room.appLog.filter(({ event }) => event === 'state-rebuilt').map(({ from }) => from)

describe('a start', () => {
  it('after a graceful end reads nothing of the log that was folded before', async () => {
    const { folder, state } = await roomWithPast()
    const first = openRoom({ folder })
    await first.until(({ state }) => state.session.kind === 'injecting')
    first.close()
    const lastSeq = logOf(folder).length
    const reads: number[] = []
    const room = openRoom({ folder, store: readsOf(reads) })
    expect(reads.every((seq) => seq > lastSeq)).toBe(true)
    expect(room.snapshot().state.session).toEqual(state().state.session)
    expect(room.snapshot().notices).toEqual([])
    expect(rebuilt(room)).toEqual(['checkpoint'])
    usable(room)
    await reviewed(room)
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    expect(room.appLog.map(({ event }) => event)).not.toContain('checkpoint-was-wrong')
    expect(isWhole(room.entries())).toBe(true)
  })

  it('after a kill in the middle of a call reads only what came after the checkpoint, and the call is open', async () => {
    const { room, folder } = offlineRoom()
    room.close()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crashing-room.ts'), folder, '700'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    later(() => void child.kill('SIGKILL'))
    await saying(child, 'working')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited

    const log = logOf(folder)
    const pressedAt = log.findIndex(({ type }) => type === 'help-pressed')
    const reads: number[] = []
    const again = openRoom({ folder, store: readsOf(reads) })
    expect(reads[0]).toBeGreaterThan(700)
    expect(reads[0]).toBeLessThanOrEqual(pressedAt + 1)
    const { state } = again.snapshot()
    expect(state.reaction).toMatchObject({ id: log[pressedAt]?.body.escalationId, origin: 'hotkey' })
    expect(state.operator).toEqual({ kind: 'locked', technologistId: 'j-ortiz' })
    expect(again.snapshot().alarm).not.toBeNull()
  })

  it('without a checkpoint arms the button before the log is read, and goes on from where it was', async () => {
    const { folder, state } = await roomWithPast()
    forgetCheckpoint(folder)
    const room = openRoom({ folder })
    // At once: nothing was awaited, and nothing of the log read.
    press(room)
    const shown = room.windows.shown.get('help')
    expect(shown?.state.reaction).toMatchObject({ origin: 'hotkey' })
    expect(shown?.notices?.[0]?.message).toMatch(/^Reading the log… \d+ %\. The help button works/)
    expect(shown?.state.session.kind).toBe('none')
    expect(await signIn(room)).toMatchObject({ ok: false, error: { kind: 'log-being-read' } })
    const { id } = room.snapshot().state.reaction ?? {}
    expect(rebuilt(room)).toEqual([])

    const { state: then } = await room.until(({ notices }) => notices?.length === 0)
    expect(rebuilt(room)).toEqual(['log'])
    expect(then.session).toEqual(state().state.session)
    expect(then.operator).toEqual({ kind: 'locked', technologistId: 'j-ortiz' })
    expect(then.reaction?.id).toBe(id)
    expect(await signIn(room)).toEqual({ ok: true, value: {} })
    await room.workstation.dispatch({ kind: 'cancel-help', escalationId: id ?? '', reason: 'a test' })
    const log = room.entries()
    expect(isWhole(log)).toBe(true)
    expect(isSameFold({ ...log.reduce(foldNext, emptyFold), seq: 0 }, foldOf(room, log.length))).toBe(true)
  })

  it('ends the call that was open in the log, when a new one was pressed before it was read', async () => {
    const { room: before, folder } = offlineRoom()
    press(before)
    const { id } = before.snapshot().state.reaction ?? {}
    before.close()
    fillLog(folder, keyIn(folder), longLog)
    forgetCheckpoint(folder)
    const room = openRoom({ folder })
    press(room)
    const pressed = room.snapshot().state.reaction?.id
    await room.until(({ notices }) => notices?.length === 0)
    expect(pressed).not.toBe(id)
    expect(room.snapshot().state.reaction?.id).toBe(pressed)
    const ended = room.entries().filter(({ type }) => type === 'help-ended')
    expect(ended).toMatchObject([{ body: { escalationId: id } }])
  })

  it.each([
    [
      'of another version',
      `UPDATE meta SET value = replace(value, 'foldVersion\\":${foldVersion}', 'foldVersion\\":0')`,
    ],
    ['of another chain', `UPDATE meta SET value = json_set(value, '$.hash', 'f')`],
  ])('takes no checkpoint %s', async (_, sql) => {
    const { folder } = await roomWithPast()
    const first = openRoom({ folder })
    await first.until(({ state }) => state.session.kind === 'injecting')
    first.close()
    meta(folder, `${sql} WHERE name = 'checkpoint'`)
    const room = openRoom({ folder })
    expect(room.snapshot().state.session.kind).toBe('none')
    await room.until(({ state }) => state.session.kind === 'injecting')
  })

  it('believes the log and not a checkpoint that somebody has changed, and says so', async () => {
    const { folder } = await roomWithPast()
    const first = openRoom({ folder })
    await first.until(({ state }) => state.session.kind === 'injecting')
    first.close()
    meta(
      folder,
      `UPDATE meta SET value = replace(value, '\\"accession\\":\\"ACC-1001\\"', '\\"accession\\":\\"ACC-6666\\"') WHERE name = 'checkpoint'`,
    )
    const room = openRoom({ folder })
    const accession = ({ state }: ReturnType<Room['snapshot']>) =>
      state.session.kind === 'none' ? null : state.session.facts.exam.accession
    expect(accession(room.snapshot())).toBe('ACC-6666')
    usable(room)
    const { notices } = await room.until((snapshot) => accession(snapshot) === 'ACC-1001')
    expect(notices).toMatchObject([{ kind: 'checkpoint-was-wrong' }])
    expect(isWhole(room.entries())).toBe(true)
  })
})

describe('a log that was altered far before its end', () => {
  it('is found while the room works: help and the open session go on, entries are kept, no session begins', async () => {
    const { folder } = await roomInDoubt()
    const room = openRoom({ folder })
    expect(room.snapshot().durability).toEqual({ kind: 'durable' })
    usable(room)
    const { durability } = await room.until((snapshot) => snapshot.durability.kind === 'doubted')
    expect(durability).toMatchObject({
      problem: {
        kind: 'chain-broken',
        message: expect.stringMatching(/entry 5: wrong-hash.*compliance officer/),
      },
    })
    const signatures = () => typesOf(room.entries()).filter((type) => type === 'log-checkpointed').length
    const before = signatures()
    room.clock.advance(16 * 60_000)
    room.workstation.tick()
    expect(signatures()).toBe(before)
    press(room)
    expect(room.snapshot().alarm).not.toBeNull()
    await signIn(room)
    const { dispatch } = room.workstation
    const escalationId = room.snapshot().state.reaction?.id ?? ''
    await dispatch({ kind: 'end-help', escalationId, outcome: 'a test' })
    expect((await dispatch({ kind: 'stop-injection' })).ok).toBe(true)
    await dispatch({ kind: 'end-observation', earlyReason: 'a test is in a hurry' })
    await dispatch({ kind: 'close-session', disposition: 'released', note: '' })
    await expect(inject(room)).rejects.toThrow(/No session can be opened.*entry 5/)
    expect(typesOf(room.entries())).toEqual(expect.arrayContaining(['help-pressed', 'session-closed']))
    const sessionId = room.snapshot().recent[0]?.sessionId ?? ''
    expect(await dispatch({ kind: 'save-record', sessionId })).toMatchObject({
      ok: false,
      error: {
        kind: 'log-doubted',
        message: expect.stringMatching(/not saved.*entry 5.*compliance officer/),
      },
    })
    expect(existsSync(join(folder, 'Scanside records'))).toBe(false)
    room.close()
    const written = textsIn(folder)

    // Nothing was open any more: so it is set aside as it is, and the log goes on in a new segment.
    const next = openRoom({ folder })
    press(next)
    expect(next.snapshot().alarm).not.toBeNull()
    expect(next.snapshot().durability).toEqual({ kind: 'durable' })
    await next.until((s) => s.notices?.some(({ kind }) => kind === 'log-salvaged') === true)
    next.close()
    expect(textsIn(asideIn(folder))).toEqual(written)
    expect(isWhole(logOf(folder))).toBe(true)
    const [word] = logOf(folder).filter(({ type }) => type === 'log-salvaged')
    expect(word?.body.lost).toMatchObject([{ from: 5, to: written.length }])
  })

  it('keeps an open session over the end of the process, however far it is from what was altered', async () => {
    const { folder } = await roomInDoubt()
    const first = openRoom({ folder })
    usable(first)
    await first.until(({ durability }) => durability.kind === 'doubted')
    expect(first.snapshot().durability).toMatchObject({ resumes: true })
    first.close()
    fillLog(folder, keyIn(folder), 900)
    const second = openRoom({ folder })
    expect(second.snapshot().state.session.kind).toBe('injecting')
    expect(second.snapshot().durability).toMatchObject({ kind: 'doubted', resumes: true })
    second.workstation.tick()
    usable(second)
    await second.until(() => second.appLog.some(({ event }) => event === 'log-is-doubted'))
    second.close()
    fillLog(folder, keyIn(folder), 900)
    const third = openRoom({ folder })
    expect(third.snapshot().state.session.kind).toBe('injecting')
    await signIn(third)
    expect((await third.workstation.dispatch({ kind: 'stop-injection' })).ok).toBe(true)
    expect(third.snapshot().durability.kind).toBe('doubted')
  })

  it('does not keep the button from being armed when its first entry is no entry any more', async () => {
    const { folder } = await roomInDoubt()
    meta(folder, `UPDATE log SET entry = '{' WHERE seq = 1`)
    const room = openRoom({ folder })
    press(room)
    expect(room.snapshot().alarm).not.toBeNull()
    usable(room)
    const { durability } = await room.until((snapshot) => snapshot.durability.kind === 'doubted')
    expect(durability).toMatchObject({
      problem: { message: expect.stringMatching(/entry 1 is not readable/) },
    })
  })

  it('is set aside where nothing was kept to go on from, and what is before it is recovered', async () => {
    const { folder } = await roomInDoubt()
    const first = openRoom({ folder })
    usable(first)
    await first.until(({ durability }) => durability.kind === 'doubted')
    first.close()
    forgetCheckpoint(folder)
    const before = textsIn(folder)
    const next = openRoom({ folder })
    expect(next.snapshot().durability).toEqual({ kind: 'durable' })
    press(next)
    expect(next.snapshot().alarm).not.toBeNull()
    await next.until((s) => s.notices?.some(({ kind }) => kind === 'log-salvaged') === true)
    next.close()
    expect(textsIn(asideIn(folder))).toEqual(before)
    expect(textsIn(folder).slice(0, 4)).toEqual(before.slice(0, 4))
    expect(isWhole(logOf(folder))).toBe(true)
  })

  it('is found while it is being read for the first time, and then nothing of it is shown as true', async () => {
    const { folder } = await roomWithPast()
    forgetCheckpoint(folder)
    spoil(folder)
    const room = openRoom({ folder })
    press(room)
    const { durability, state, notices } = await room.until(
      (snapshot) => snapshot.durability.kind !== 'durable',
    )
    expect(durability).toMatchObject({
      kind: 'doubted',
      problem: { kind: 'chain-broken' },
      resumes: false,
    })
    expect(notices).toEqual([])
    expect(state.session.kind).toBe('none')
    expect(state.reaction).not.toBeNull()
    expect(await signIn(room)).toEqual({ ok: true, value: {} })
  })
})

/** What the room has kept for its next start, taken from disk after it was closed. */
function foldOf(room: Room, entries: number) {
  room.close()
  const opened = openLogStore(join(room.folder, 'log.sqlite'), keyIn(room.folder))
  if (!opened.ok) throw new Error(opened.error.message)
  const checkpoint = opened.value.checkpoint()
  opened.value.close()
  expect(checkpoint?.seq).toBe(entries)
  return { ...(readFold(0, checkpoint?.text ?? '') ?? emptyFold), seq: 0 }
}

async function saying(child: ChildProcess, words: string): Promise<void> {
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk)
    if (said.includes(words)) return
  }
  throw new Error(`it ended without saying ${words}: ${said}`)
}
