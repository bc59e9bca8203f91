import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type LogKey, openEncrypted } from '../../src/platform/node/encrypted-database.ts'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import type { Draft } from '../../src/platform/node/log-store-types.ts'

const group = 1000
const identitySchema = z.looseObject({ deviceId: z.string() })

/**
 * Appends to the log of a workstation that does not run, in that device's name: what months of links that come and
 * go leave behind.
 * @param key of that log
 * @returns how many entries the log has then
 */
export function fillLog(userDataDir: string, key: LogKey, entries: number): number {
  const { deviceId } = identitySchema.parse(
    JSON.parse(readFileSync(join(userDataDir, 'device.json'), 'utf8')),
  )
  const opened = openLogStore(join(userDataDir, 'log.sqlite'), key)
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  try {
    for (let written = 0; written < entries; written += group) {
      const count = Math.min(group, entries - written)
      const appended = store.append(
        Array.from({ length: count }, (_, index) => linkDraft(deviceId, written + index)),
      )
      if (!appended.ok) throw new Error(appended.error.message)
    }
    return store.head().seq
  } finally {
    store.close()
  }
}

/** Makes the next start one that has never seen this log: as the first after an update. */
export function forgetCheckpoint(userDataDir: string, key: LogKey): void {
  const db = openEncrypted(join(userDataDir, 'log.sqlite'), key)
  db.exec("DELETE FROM meta WHERE name = 'checkpoint'")
  db.close()
}

export const linkDraft = (device: string, index: number): Draft => ({
  device,
  at: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
  boot: 'b-long-log',
  mono: index * 60_000,
  actor: { kind: 'system' },
  type: 'link-changed',
  session: null,
  body: { physicianId: 'p-chen', link: index % 2 === 0 ? { kind: 'warm' } : { kind: 'connecting' } },
})
