/**
 * What outlives a reload of this page: the signing key and the statements that no room has confirmed yet.
 * Keys go in as `CryptoKey` objects, which IndexedDB keeps without ever exposing a private one.
 */
export type Storage = {
  readonly get: (store: StoreName, key: string) => Promise<unknown>
  readonly all: (store: StoreName) => Promise<readonly unknown[]>
  readonly put: (store: StoreName, key: string, value: unknown) => Promise<void>
  readonly remove: (store: StoreName, key: string) => Promise<void>
  /** False where the browser keeps nothing (some private windows): this page then works from memory. */
  readonly durable: boolean
}
export type StoreName = 'keys' | 'statements' | 'alarms'

const storeNames: readonly StoreName[] = ['keys', 'statements', 'alarms']

/** Opens the browser's database, or a stand-in in memory that says so. */
export async function openStorage(factory: IDBFactory): Promise<Storage> {
  try {
    return indexedStorage(await openDatabase(factory))
  } catch {
    return memoryStorage()
  }
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open('scanside-console', 1)
    request.onupgradeneeded = () => {
      for (const name of storeNames) request.result.createObjectStore(name)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('another page holds an older database open'))
  })
}

function indexedStorage(database: IDBDatabase): Storage {
  const run = <T>(mode: IDBTransactionMode, store: StoreName, make: (s: IDBObjectStore) => IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode)
      const request = make(transaction.objectStore(store))
      // A write counts when its transaction is complete, not when its request succeeded.
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  return {
    durable: true,
    get: (store, key) => run('readonly', store, (s) => s.get(key)),
    all: (store) => run('readonly', store, (s) => s.getAll()),
    put: (store, key, value) => run('readwrite', store, (s) => s.put(value, key)).then(() => undefined),
    remove: (store, key) => run('readwrite', store, (s) => s.delete(key)).then(() => undefined),
  }
}

export function memoryStorage(): Storage {
  const stores = new Map(storeNames.map((name) => [name, new Map<string, unknown>()]))
  const of = (name: StoreName) => stores.get(name) ?? new Map<string, unknown>()
  return {
    durable: false,
    get: async (store, key) => of(store).get(key),
    all: async (store) => [...of(store).values()],
    put: async (store, key, value) => void of(store).set(key, value),
    remove: async (store, key) => void of(store).delete(key),
  }
}
