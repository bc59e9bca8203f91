import { expect, it } from 'vitest'
import { createCore } from '../../../src/main/core.ts'
import { systemClock } from '../../../src/platform/node/clock.ts'
import { keepEntries } from '../../../src/platform/node/keeping-log.ts'
import { createMemoryLog } from '../../../src/platform/node/memory-log.ts'
import { drafts } from '../platform/drafts.ts'

it('takes a press although an entry of the log cannot be read', () => {
  const store = createMemoryLog({ kind: 'test', message: 'in memory' })
  store.append(drafts(20))
  const texts: typeof store.texts = (from, limit) =>
    store.texts(from, limit).map((text, index) => (from + index === 7 ? text.slice(0, 40) : text))
  const log = keepEntries({ ...store, texts }, () => undefined)
  const clock = systemClock()
  const core = createCore({ deviceId: 'd-test', clock, newId: () => 'e-1', log, kept: undefined })
  expect(core.isReading()).toBe(true)
  const press = { kind: 'press-help', escalation: 'reaction', origin: 'button', drill: false } as const
  expect(core.executeUrgently(press)).toMatchObject({ ok: true, value: [{ type: 'help-pressed', seq: 21 }] })
  expect(core.state().reaction).toMatchObject({ id: 'e-1' })
})
