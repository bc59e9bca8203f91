/// <reference lib="dom" />
/** Calls an operation in the other world and returns what it returned, or throws what it threw. */
export type BridgeCall = (operation: string, args: readonly unknown[]) => unknown

// biome-ignore-start lint/complexity/noBannedTypes: a bridge carries functions of any shape
/**
 * A synchronous two-way bridge for functions and promises between two JavaScript worlds of one
 * document, over custom events: their dispatch is synchronous across worlds, and Chromium clones
 * `detail` from world to world. Injected into pages as text, so it must stay self-contained.
 */
export function makeBridge(
  bus: EventTarget,
  outgoing: string,
  incoming: string,
  operations: Readonly<Record<string, (...args: never[]) => unknown>>,
): BridgeCall {
  const TAG = '\u0001'
  interface Reply {
    readonly ok: boolean
    readonly value: unknown
  }
  interface Settle {
    readonly resolve: (value: unknown) => void
    readonly reject: (error: unknown) => void
  }
  // Taken now: the page may replace its globals later.
  const Event = CustomEvent
  const listen = bus.addEventListener.bind(bus)
  const fire = bus.dispatchEvent.bind(bus)
  const functionById = new Map<number, Function>()
  const idByFunction = new WeakMap<Function, number>()
  const remoteById = new Map<number, Function>()
  const pendingById = new Map<number, Settle>()
  let lastId = 0
  let reply: Reply | undefined

  const isPlain = (value: object) => Object.prototype.toString.call(value) === '[object Object]'
  const mapValues = (value: object, change: (part: unknown) => unknown) =>
    Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]))

  const pack = (value: unknown): unknown => {
    if (typeof value === 'function') {
      let id = idByFunction.get(value)
      if (id === undefined) {
        lastId += 1
        id = lastId
        idByFunction.set(value, id)
        functionById.set(id, value)
      }
      return { [TAG]: 'function', id }
    }
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Promise) {
      lastId += 1
      const id = lastId
      value.then(
        (result: unknown) => call('settle', [id, true, result]),
        (error: unknown) => call('settle', [id, false, error]),
      )
      return { [TAG]: 'promise', id }
    }
    if (value instanceof Error) {
      return { [TAG]: 'error', name: value.name, message: value.message, stack: value.stack }
    }
    if (Array.isArray(value)) return value.map(pack)
    // Map, Date, ArrayBuffer, Blob and their like are cloned by Chromium.
    return isPlain(value) ? mapValues(value, pack) : value
  }

  const unpack = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(unpack)
    if (!isPlain(value)) return value
    const record = value as Record<string, unknown>
    const id = record.id as number
    switch (record[TAG]) {
      case 'function': {
        const known = remoteById.get(id)
        if (known) return known
        const remote = (...args: unknown[]) => call('call', [id, args])
        remoteById.set(id, remote)
        return remote
      }
      case 'promise':
        return new Promise((resolve, reject) => pendingById.set(id, { resolve, reject }))
      case 'error': {
        const error = new Error(String(record.message))
        error.name = String(record.name)
        error.stack = String(record.stack)
        return error
      }
      default:
        return mapValues(record, unpack)
    }
  }

  const call: BridgeCall = (operation, args) => {
    reply = undefined
    fire(new Event(outgoing, { detail: { operation, args: args.map(pack) } }))
    const answer = reply as Reply | undefined
    reply = undefined
    if (!answer) throw new Error('stand-in: the other world of this page is not there')
    if (!answer.ok) throw unpack(answer.value)
    return unpack(answer.value)
  }

  const builtIn: Record<string, (...args: never[]) => unknown> = {
    call: (id: number, args: unknown[]) => functionById.get(id)?.(...args),
    settle: (id: number, ok: boolean, value: unknown) => {
      const pending = pendingById.get(id)
      pendingById.delete(id)
      if (ok) pending?.resolve(value)
      else pending?.reject(value)
    },
  }

  const perform = (operation: string, args: readonly unknown[]): unknown => {
    const action = builtIn[operation] ?? operations[operation]
    if (!action) throw new Error(`stand-in: no operation ${operation} on this side`)
    return Reflect.apply(action, undefined, unpack(args) as unknown[])
  }

  listen(`${incoming}:reply`, (event) => {
    reply = (event as CustomEvent<Reply>).detail
  })
  listen(incoming, (event) => {
    const { operation, args } = (event as CustomEvent<{ operation: string; args: unknown[] }>).detail
    let answer: Reply
    try {
      answer = { ok: true, value: pack(perform(operation, args)) }
    } catch (error) {
      answer = { ok: false, value: pack(error) }
    }
    fire(new Event(`${outgoing}:reply`, { detail: answer }))
  })
  return call
}
// biome-ignore-end lint/complexity/noBannedTypes: see above
