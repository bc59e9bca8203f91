import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import type { ChainHead } from '../../../src/domain/log/entry.ts'
import type { LogStore } from '../../../src/platform/node/log-store-types.ts'
import { cleanUp } from '../../support/undo.ts'
import { startHub } from '../hub/kit.ts'
import { enrolled, hubHas, onCall, press, synced } from './enrolled-room.ts'

afterEach(cleanUp)

/** A log on a disk that takes its time: what is written is not durable until it goes on. */
function onStoppedDisk() {
  let store: LogStore | undefined
  let stoppedAt: ChainHead | undefined
  const listeners: (() => void)[] = []
  return {
    wrap: (opened: LogStore): LogStore => {
      store = opened
      return {
        ...opened,
        durableHead: () => stoppedAt ?? opened.durableHead(),
        onSettled: (listener) => {
          listeners.push(listener)
          opened.onSettled(listener)
        },
      }
    },
    stop: () => {
      stoppedAt = store?.durableHead()
    },
    goOn: () => {
      stoppedAt = undefined
      for (const listener of listeners) listener()
    },
  }
}

it('the hub has no entry and a physician no word that their statement is logged before that is durable', async () => {
  const disk = onStoppedDisk()
  const hub = await startHub()
  const room = await enrolled(hub, 'ct-1', { store: disk.wrap })
  const chen = await onCall(hub, 'dr-chen')
  await room.until((s) => s.present.length === 1)
  await synced(room)
  disk.stop()
  const before = (await hubHas(hub, room)).length
  await press(room)
  const { page } = await chen.line.next('page')
  const { escalationId } = page
  const signed = await chen.say({ kind: 'accepted', deviceId: room.deviceId, escalationId })
  await chen.line.send('statement', signed)
  await room.until((s) => s.progress.reaction?.stage === 'accepted')
  // Written, and read by others on this computer.
  expect(room.entries().filter(({ type }) => type === 'statement-received')).toHaveLength(1)
  await pause(1500)
  expect((await hubHas(hub, room)).length).toBe(before)
  expect(room.snapshot().unsynced).toBeGreaterThan(0)
  expect(room.sentTo('dr-chen').some(({ kind }) => kind === 'statement-logged')).toBe(false)
  disk.goOn()
  expect(await chen.line.next('statement-logged')).toEqual({ statementId: signed.statement.id })
  await synced(room)
  expect(await hubHas(hub, room)).toEqual(room.entries())
})
