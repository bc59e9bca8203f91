/** The DevTools protocol's types, as Playwright ships them (its package does not export the path by name). */
export type { Protocol } from '../../node_modules/playwright-core/types/protocol.d.ts'
