import { createHubSide } from '../../src/main/hub-side.ts'
import { systemClock } from '../../src/platform/node/clock.ts'
import { enrolAtHub } from '../../src/platform/node/hub-enrol.ts'
import { openScreenless } from './screenless.ts'

// The hub side of a workstation, in a process of its own: enrols the device of a folder, brings its log to the hub,
// says how far the hub's receipts are, and ends when they are at the end.
const [folder = '', hub = '', code = ''] = process.argv.slice(2)
const { identity, store } = openScreenless(folder)
const enrolled = await enrolAtHub({
  address: hub,
  code,
  publicKey: identity.publicKey,
  hostname: 'bench',
})
if (!enrolled.ok) throw new Error(enrolled.error.message)
const { hubPublicKey, siteId, roomId } = enrolled.value

const startedMs = performance.now()
const tell = (done: number) => console.log(JSON.stringify({ done, afterMs: performance.now() - startedMs }))
const side = createHubSide({
  identity,
  store,
  clock: systemClock(),
  random: Math.random,
  log: () => undefined,
  onConnection: () => undefined,
  onMessage: () => undefined,
  onPolicy: () => undefined,
  onIce: () => undefined,
  proof: {
    received: ({ receipt }) => {
      tell(receipt.seq)
      if (receipt.seq < store.head().seq) return
      side.close()
      store.close()
    },
    found: ({ kind }) => {
      throw new Error(kind)
    },
  },
  onTwinNotice: () => undefined,
  onSyncNotice: (problem) => {
    if (problem !== null) throw new Error(problem.message)
  },
})
tell(0)
side.start({ hub: enrolled.value.hub, hubPublicKey, siteId, roomId })
