import { writeSync } from 'node:fs'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { LogStore, SealedEntry } from '../../src/platform/node/log-store-types.ts'
import { openRoom, type Room } from '../integration/workstation/kit.ts'
import type { Work } from './writer.ts'

/**
 * A process of its own that writes the log of a folder until it is killed, and says through file descriptor 3 which
 * entries are durable: so what was acknowledged is known to others, whatever becomes of this process.
 */
const [folder = '', work = 'append'] = process.argv.slice(2) as [string, Work]
const told = 3
const stuckAfterMs = 60_000
const progress = 'the log coming nearer to the hub'
/** A workstation that writes faster than the hub takes would never be done. */
const mostUnsynced = 2000
const say = (line: string): void => void writeSync(told, `${line}\n`)
let isFull = false

function witnessed(store: LogStore): LogStore {
  let written: readonly SealedEntry['entry'][] = []
  const acknowledge = (upTo: number) => {
    const durable = written.filter(({ seq }) => seq <= upTo)
    written = written.filter(({ seq }) => seq > upTo)
    if (durable.length > 0) say(durable.map(({ seq, hash }) => `entry ${seq} ${hash}`).join('\n'))
  }
  store.onSettled(() => acknowledge(store.durableHead().seq))
  let held = 0
  let wasHeld = false
  return {
    ...store,
    isHeld: () => {
      const isHeld = store.isHeld()
      if (isHeld && !wasHeld) say(`held ${++held}`)
      wasHeld = isHeld
      return isHeld
    },
    appendSealed: (sealed) => {
      if (isFull) return { ok: false, error: { kind: 'no-space', message: 'Full for the length of a group' } }
      const outcome = store.appendSealed(sealed)
      if (outcome.ok) written = [...written, ...sealed.map(({ entry }) => entry)]
      return outcome
    },
    close: () => {
      store.close()
      acknowledge(Number.POSITIVE_INFINITY)
    },
  }
}

let written = 0
let turns = 0
const write = (room: Room): void => room.workstation.windowRestored('help', ++written)

/** What is kept while nothing can be written goes to disk in one transaction. */
function writeGroup(room: Room, size: number): void {
  isFull = true
  for (let count = 1; count < size; count += 1) write(room)
  isFull = false
  write(room)
}

const works: Readonly<Record<Work, (room: Room) => Promise<void>>> = {
  append: async (room) => {
    for (;;) {
      write(room)
      await turn()
    }
  },
  group: async (room) => {
    for (;;) {
      writeGroup(room, 5 + (written % 150))
      await turn()
    }
  },
  // 250 entries are signed for at the next tick, and after 500 the fold is kept.
  checkpoint: async (room) => {
    for (;;) {
      writeGroup(room, 250)
      room.workstation.tick()
      await turn()
    }
  },
  // The disk may be full, and may be emptied again: whether what is written is durable is said on the screen, and here.
  full: async (room) => {
    for (let said = ''; ; ) {
      write(room)
      const { kind } = room.snapshot().durability
      if (kind !== said) {
        // What was written before is still being acknowledged.
        await room.untilDurable()
        say(`log ${kind} ${++turns}`)
      }
      said = kind
      await pause(4)
    }
  },
  // Long groups: the write-ahead log is taken into the database and begun anew again and again.
  power: async (room) => {
    for (;;) {
      writeGroup(room, 200)
      await pause(20)
    }
  },
  close: async (room) => {
    writeGroup(room, 100)
    say('closing')
    room.close()
    say('closed')
  },
  sync: async (room) => {
    room.workstation.connect()
    for (;;) {
      if (room.snapshot().unsynced < mostUnsynced) writeGroup(room, 20)
      await pause(15)
    }
  },
  drain: async (room) => {
    room.workstation.connect()
    // However slow the machine: stuck is what does not come forward.
    for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
      const before = left
      await room.until(
        ({ hub, unsynced }) => hub.kind === 'online' && unsynced < before,
        progress,
        stuckAfterMs,
      )
      left = room.snapshot().unsynced
    }
    room.close()
    say('drained')
  },
}

const room = openRoom({ folder, store: witnessed })
say(`opened ${room.snapshot().durability.kind}`)
await works[work](room)
process.exit(0)
