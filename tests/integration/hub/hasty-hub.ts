import { readFileSync } from 'node:fs'
import { systemClock } from '../../../src/hub/clock.ts'
import { createHub } from '../../../src/hub/hub.ts'

/** A hub in a process of its own whose time goes faster, to be killed at what it does by itself. */
const [kind = '', place = '', site = '', folder = ''] = process.argv.slice(2)
const faster = 200
const startedAtMs = systemClock.nowMs()
const hub = await createHub({
  ...(kind === 'data' ? { data: place } : { database: place }),
  port: 0,
  logLevel: 'error',
  site: JSON.parse(readFileSync(site, 'utf8')),
  clock: {
    nowMs: () => startedAtMs + (systemClock.nowMs() - startedAtMs) * faster,
    every: (periodMs, tick) => systemClock.every(periodMs / faster, tick),
  },
  ...(folder !== '' && { copy: { folder, everyMs: 60_000 } }),
})
const { url } = await hub.start()
console.log(url)
