/** What the stand-in does not do, it says: a call that silently did nothing would make tests lie. */
export function notImplemented(what: string): never {
  throw new Error(`stand-in: ${what} is not implemented`)
}

/** Names that JavaScript, Node and inspectors look up on any object, whatever it is. */
const PROBED = new Set(['then', 'toJSON', 'constructor', 'domain', 'inspect', 'prototype', 'name', 'length'])

function isProbe(key: string): boolean {
  return PROBED.has(key) || key.startsWith('_')
}

function guard(label: string): ProxyHandler<object> {
  return {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || isProbe(key)) return Reflect.get(target, key, receiver)
      return notImplemented(`${label}.${key}`)
    },
    set(target, key, value, receiver) {
      // A function is a test's stub; a value would be a setting that nothing here obeys.
      const allowed = typeof key === 'symbol' || key in target || isProbe(key) || typeof value === 'function'
      if (!allowed) notImplemented(`setting ${label}.${key}`)
      return Reflect.set(target, key, value, receiver)
    },
  }
}

/** A module object on which every name that it lacks throws. */
export function strictModule<T extends object>(label: string, members: T): T {
  return new Proxy(members, guard(label)) as T
}

interface Constructor {
  readonly prototype: object
}

/** Makes every member that a class, its parents or its instances lack throw when it is looked up. */
export function strictClass<T extends Constructor>(label: string, type: T): T {
  // An empty object in between, so that `instanceof` still finds the parent behind the proxy.
  const between: object = Object.create(Object.getPrototypeOf(type.prototype))
  Object.setPrototypeOf(type.prototype, new Proxy(between, guard(label)))
  // The parent itself here: `super()` calls what stands in this place.
  const parent: object = Object.getPrototypeOf(type)
  Object.setPrototypeOf(type, new Proxy(parent, guard(label)))
  return type
}

/** An Electron export that the stand-in lacks altogether: importing it is fine, using it is not. */
export function absentExport(name: string): object {
  const refuse = (): never => notImplemented(`electron.${name}`)
  return new Proxy(function absent() {}, {
    get: (_target, key) => (typeof key === 'symbol' || isProbe(key) ? undefined : refuse()),
    set: refuse,
    construct: refuse,
    apply: refuse,
  })
}

const said = new Set<string>()

/** Says once that something has no visible effect here. */
export function sayOnce(what: string): void {
  if (said.has(what)) return
  said.add(what)
  console.error(`stand-in: ${what}`)
}
