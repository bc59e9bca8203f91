/**
 * Values that Electron's IPC carries (the structured clone), as JSON text.
 * `makeCodec` is injected into pages as text, so it must stay self-contained.
 */
export interface Codec {
  readonly encode: (value: unknown) => string
  readonly decode: (text: string) => unknown
}

export function makeCodec(
  toBase64: (bytes: Uint8Array) => string,
  fromBase64: (text: string) => Uint8Array,
): Codec {
  // A key that no sane object has, naming the type of what it stands for.
  const TAG = '\u0001'
  type Tagged = Record<string, unknown>
  const tagged = (type: string, value?: unknown): Tagged => ({ [TAG]: type, v: value })
  const fail = (): never => {
    throw new Error('An object could not be cloned.')
  }

  const encodeNumber = (value: number): unknown => {
    if (Object.is(value, -0)) return tagged('number', '-0')
    return Number.isFinite(value) ? value : tagged('number', String(value))
  }

  const encodeBytes = (value: ArrayBuffer | ArrayBufferView): Tagged => {
    if (value instanceof ArrayBuffer) return tagged('bytes', ['', toBase64(new Uint8Array(value))])
    const name = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name
    return tagged('bytes', [
      name,
      toBase64(new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)),
    ])
  }

  const encodeObject = (value: object, within: readonly object[]): unknown => {
    if (within.includes(value)) throw new Error('stand-in: IPC of cyclic objects is not implemented')
    const inner = [...within, value]
    const each = (part: unknown) => encode(part, inner)
    if (Array.isArray(value)) return value.map(each)
    if (value instanceof Date) return tagged('date', encodeNumber(value.getTime()))
    if (value instanceof RegExp) return tagged('regexp', [value.source, value.flags])
    if (value instanceof Map)
      return tagged(
        'map',
        [...value].map((pair) => pair.map(each)),
      )
    if (value instanceof Set) return tagged('set', [...value].map(each))
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return encodeBytes(value)
    if (value instanceof Error) return tagged('error', [value.name, value.message, value.stack ?? ''])
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return fail()
    const entries = Object.entries(value).map(([key, part]) => [key, each(part)] as const)
    return TAG in value ? tagged('object', entries) : Object.fromEntries(entries)
  }

  const encode = (value: unknown, within: readonly object[]): unknown => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') return encodeNumber(value)
    if (value === undefined) return tagged('undefined')
    if (typeof value === 'bigint') return tagged('bigint', String(value))
    return typeof value === 'object' ? encodeObject(value, within) : fail()
  }

  const define = (entries: readonly (readonly [string, unknown])[]): object => {
    const object = {}
    // Not by assignment: a key "__proto__" must stay a plain key.
    for (const [key, value] of entries) {
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
    }
    return object
  }

  const decodeBytes = ([name, text]: readonly [string, string]): unknown => {
    const bytes = fromBase64(text)
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    if (name === '') return buffer
    const View = Reflect.get(globalThis, name) as new (buffer: ArrayBufferLike) => unknown
    return new View(buffer)
  }

  const decodeTagged = (type: unknown, value: unknown): unknown => {
    switch (type) {
      case 'number':
        return Number(value)
      case 'undefined':
        return undefined
      case 'bigint':
        return BigInt(value as string)
      case 'date':
        return new Date(decode(value) as number)
      case 'regexp': {
        const [source, flags] = value as [string, string]
        return new RegExp(source, flags)
      }
      case 'map':
        return new Map((value as [unknown, unknown][]).map(([key, item]) => [decode(key), decode(item)]))
      case 'set':
        return new Set((value as unknown[]).map(decode))
      case 'bytes':
        return decodeBytes(value as [string, string])
      case 'error': {
        const [name, message, stack] = value as [string, string, string]
        const error = new Error(message)
        error.name = name
        if (stack !== '') error.stack = stack
        return error
      }
      case 'object':
        return define((value as [string, unknown][]).map(([key, item]) => [key, decode(item)]))
      default:
        throw new Error(`stand-in: IPC value of unknown type ${String(type)}`)
    }
  }

  const decode = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(decode)
    const record = value as Tagged
    if (TAG in record) return decodeTagged(record[TAG], record.v)
    return define(Object.entries(record).map(([key, item]) => [key, decode(item)]))
  }

  return {
    encode: (value) => JSON.stringify(encode(value, [])),
    decode: (text) => decode(JSON.parse(text)),
  }
}

export const codec = makeCodec(
  (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  (text) => new Uint8Array(Buffer.from(text, 'base64')),
)
