import { systemClock } from '../../../src/hub/clock.ts'
import { loadKeys } from '../../../src/hub/context.ts'
import { createCopying } from '../../../src/hub/copying.ts'
import { createJournal } from '../../../src/hub/journal.ts'
import { openExistingStore } from '../../../src/hub/open-store.ts'
import { createRetention } from '../../../src/hub/retention.ts'

/** What a hub does to its records, purge and copy at once and in small steps, in a process of its own: to be killed. */
const [kind = '', place = '', folder = ''] = process.argv.slice(2)
const opened = await openExistingStore(
  kind === 'data' ? { kind: 'sqlite', directory: place } : { kind: 'postgres', address: place },
)
if (!opened.ok) throw new Error(opened.error.message)
const store = opened.value
const { signing: keys } = await loadKeys(store.meta)
const journal = createJournal(store.log, keys, systemClock)
console.log('begun')
await Promise.all([
  createRetention(store, journal, systemClock, 10, 20).purge('the hub'),
  createCopying({ store, journal, keys, clock: systemClock }, folder, 150).copy(),
])
await store.close()
