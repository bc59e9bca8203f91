import type { Problem } from '../domain/result.ts'

/** Why a store cannot be opened; the message says what to do. */
export type StoreProblem = Problem<
  | 'data-directory'
  | 'data-in-use'
  | 'database-address'
  | 'database-unreachable'
  | 'database-forbidden'
  | 'database-missing'
  | 'database-unsuitable'
  | 'database-newer'
  | 'database-foreign'
  | 'database-corrupt'
  | 'database-locked'
  | 'database-read-only'
  | 'database-error'
>

/**
 * The store does not answer now and may answer soon: a server that restarts, a cable, a full disk. Nothing was
 * promised about what was being written; whoever asked asks again.
 */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'StoreUnavailable'
  }
}
