import { z } from 'zod'
import { type Order, orderSchema } from '../../domain/statement/statement.ts'

/** What this browser remembers between visits. Never anything about a patient. */
export type Preferences = {
  readonly theme: () => 'dark' | 'light'
  readonly setTheme: (theme: 'dark' | 'light') => void
  readonly recentOrders: () => readonly Order[]
  readonly rememberOrder: (order: Order) => readonly Order[]
  /** The physician who has turned on pages in this browser, if any. */
  readonly pagedHere: () => string | null
  readonly setPagedHere: (physicianId: string | null) => void
}

const ordersKey = 'scanside.orders'
const themeKey = 'scanside.theme'
const pagedHereKey = 'scanside.paged-here'
const ordersKept = 6

/** The last orders, newest first, each once. */
export function withRecent(orders: readonly Order[], order: Order): readonly Order[] {
  const same = (other: Order) => JSON.stringify(other) === JSON.stringify(order)
  return [order, ...orders.filter((other) => !same(other))].slice(0, ordersKept)
}

export function createPreferences(storage: globalThis.Storage): Preferences {
  const read = (key: string): string | null => {
    try {
      return storage.getItem(key)
    } catch {
      // Storage that is switched off is a browser without memory, not an error.
      return null
    }
  }
  const write = (key: string, value: string) => {
    try {
      storage.setItem(key, value)
    } catch {
      // As above: the preference lasts as long as the page.
    }
  }
  const remove = (key: string) => {
    try {
      storage.removeItem(key)
    } catch {
      // As above.
    }
  }
  const recentOrders = () => {
    try {
      const parsed = z.array(orderSchema).safeParse(JSON.parse(read(ordersKey) ?? '[]'))
      return parsed.success ? parsed.data : []
    } catch {
      return []
    }
  }
  return {
    theme: () => (read(themeKey) === 'light' ? 'light' : 'dark'),
    setTheme: (theme) => write(themeKey, theme),
    recentOrders,
    rememberOrder(order) {
      const orders = withRecent(recentOrders(), order)
      write(ordersKey, JSON.stringify(orders))
      return orders
    },
    pagedHere: () => read(pagedHereKey),
    setPagedHere: (physicianId) =>
      physicianId === null ? remove(pagedHereKey) : write(pagedHereKey, physicianId),
  }
}
