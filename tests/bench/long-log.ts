import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openLogStore } from '../../src/platform/node/log-store.ts'
import type { Draft } from '../../src/platform/node/log-store-types.ts'

const group = 1000
const identitySchema = z.looseObject({ deviceId: z.string() })

/**
 * Appends to the log of a workstation that does not run, in that device's name: what months of links that come and
 * go leave behind.
 * @returns how many entries the log has then
 */
export function fillLog(userDataDir: string, entries: number): number {
  const { deviceId } = identitySchema.parse(
    JSON.parse(readFileSync(join(userDataDir, 'device.json'), 'utf8')),
  )
  const opened = openLogStore(join(userDataDir, 'log.sqlite'))
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  try {
    for (let written = 0; written < entries; written += group) {
      const count = Math.min(group, entries - written)
      const appended = store.append(
        Array.from({ length: count }, (_, index) => draft(deviceId, written + index)),
      )
      if (!appended.ok) throw new Error(appended.error.message)
    }
    return store.head().seq
  } finally {
    store.close()
  }
}

const draft = (device: string, index: number): Draft => ({
  device,
  at: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
  boot: 'b-long-log',
  mono: index * 60_000,
  actor: { kind: 'system' },
  type: 'link-changed',
  session: null,
  body: { physicianId: 'p-chen', link: index % 2 === 0 ? { kind: 'warm' } : { kind: 'connecting' } },
})
