import { expect, test } from 'vitest'
import { type BridgeCall, makeBridge } from '../../../tools/electron-standin/bridge.ts'

/** Like a page with two worlds: what an event carries is cloned on its way. */
class CloningBus extends EventTarget {
  override dispatchEvent(event: Event): boolean {
    const detail = structuredClone((event as CustomEvent).detail)
    return super.dispatchEvent(new CustomEvent(event.type, { detail }))
  }
}

function twoWorlds(operations: Record<string, (...args: never[]) => unknown>): BridgeCall {
  const bus = new CloningBus()
  makeBridge(bus, 'to-page', 'to-preload', operations)
  return makeBridge(bus, 'to-preload', 'to-page', {})
}

test('values and thrown errors cross synchronously', () => {
  const call = twoWorlds({
    add: (a: number, b: number) => a + b,
    date: () => new Date(7),
    fail: () => {
      throw new RangeError('no')
    },
  })
  expect(call('add', [2, 3])).toBe(5)
  expect(call('date', [])).toEqual(new Date(7))
  expect(() => call('fail', [])).toThrow(expect.objectContaining({ name: 'RangeError', message: 'no' }))
})

test('functions cross both ways and stay the same function', () => {
  const heard: unknown[] = []
  const call = twoWorlds({
    twice: (listener: (value: number) => string) => [listener(1), listener(2)],
    same: (first: unknown, second: unknown) => first === second,
    api: () => ({ greet: (name: string) => `hello ${name}`, nested: { list: [() => 'deep'] } }),
  })
  const listener = (value: number) => {
    heard.push(value)
    return `got ${value}`
  }
  expect(call('twice', [listener])).toEqual(['got 1', 'got 2'])
  expect(heard).toEqual([1, 2])
  expect(call('same', [listener, listener])).toBe(true)
  const api = call('api', []) as { greet: (name: string) => string; nested: { list: (() => string)[] } }
  expect(api.greet('you')).toBe('hello you')
  expect(api.nested.list[0]?.()).toBe('deep')
})

test('promises settle across the bridge', async () => {
  const call = twoWorlds({
    later: async (value: number) => value * 2,
    never: () => Promise.reject(new TypeError('refused')),
    wait: async (value: Promise<number>) => (await value) + 1,
  })
  await expect(call('later', [21])).resolves.toBe(42)
  await expect(call('never', [])).rejects.toMatchObject({ name: 'TypeError', message: 'refused' })
  await expect(call('wait', [Promise.resolve(1)])).resolves.toBe(2)
})

test('an operation or a world that is missing is an error', () => {
  expect(() => twoWorlds({})('nothing', [])).toThrow('no operation nothing')
  const alone = makeBridge(new CloningBus(), 'out', 'in', {})
  expect(() => alone('add', [])).toThrow('the other world of this page is not there')
})
