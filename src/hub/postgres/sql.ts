import pg from 'pg'
import { StoreUnavailable } from '../store-problem.ts'

/** Statements, each on its own or all within one transaction. */
export type Statements = {
  readonly rows: <R extends object>(text: string, values?: readonly unknown[]) => Promise<readonly R[]>
  /** How many rows a statement has written. */
  readonly changed: (text: string, values?: readonly unknown[]) => Promise<number>
}

export type Sql = Statements & {
  /** All of it or nothing. */
  readonly inTransaction: <T>(work: (tx: Statements) => Promise<T>) => Promise<T>
}

type Ask = (text: string, values: unknown[]) => Promise<pg.QueryResult>

/** How long a request waits for a connection, and for an answer: then the hub says that it cannot store now. */
const connectWithinMs = 5000
const answerWithinMs = 15_000
const maxConnections = 10

const connectionOf = (address: string): pg.ClientConfig => ({
  connectionString: address,
  application_name: 'scanside-hub',
  // What is acknowledged is on the server's disk, whatever the database's or account's default.
  options: `-c synchronous_commit=on -c statement_timeout=${answerWithinMs}`,
  connectionTimeoutMillis: connectWithinMs,
  // A server that vanished without a word answers nothing: its own timeout is not enough.
  query_timeout: answerWithinMs + 2000,
  keepAlive: true,
  types: { getTypeParser: parserOf },
})

/** One connection that is not of the pool; it is for its owner to end. */
export const createClient = (address: string): pg.Client => new pg.Client(connectionOf(address))

/** One connection for a short while, which is closed also when the server never let it in. */
export async function onceConnected<T>(address: string, work: (sql: Statements) => Promise<T>): Promise<T> {
  const client = createClient(address)
  client.on('error', () => undefined)
  try {
    await client.connect().catch(rethrow)
    return await work(statements((text, values) => client.query(text, values)))
  } finally {
    await client.end().catch(() => undefined)
  }
}

export function createPool(address: string): pg.Pool {
  const pool = new pg.Pool({ ...connectionOf(address), max: maxConnections })
  // An idle connection that breaks is replaced at the next statement, which says so if it cannot be.
  pool.on('error', () => undefined)
  return pool
}

export function sqlOn(pool: pg.Pool): Sql {
  return {
    ...statements((text, values) => pool.query(text, values)),
    async inTransaction(work) {
      const client = await pool.connect().catch(rethrow)
      // A connection that breaks between two statements must not end the process: the next statement says it.
      const ignore = () => undefined
      client.on('error', ignore)
      let broken: Error | undefined
      try {
        const tx = statements((text, values) => client.query(text, values))
        await tx.rows('BEGIN')
        const result = await work(tx)
        await tx.rows('COMMIT')
        return result
      } catch (error) {
        broken = await client.query('ROLLBACK').then(
          () => undefined,
          (failed: Error) => failed,
        )
        throw error
      } finally {
        client.off('error', ignore)
        client.release(broken)
      }
    },
  }
}

function statements(ask: Ask): Statements {
  const run = (text: string, values: readonly unknown[] = []) => ask(text, [...values]).catch(rethrow)
  return {
    // Statements of ours, which name the columns that their row type has.
    rows: async <R extends object>(text: string, values?: readonly unknown[]) =>
      (await run(text, values)).rows as R[],
    changed: async (text, values) => (await run(text, values)).rowCount ?? 0,
  }
}

function rethrow(error: unknown): never {
  throw isPassing(error) ? new StoreUnavailable(error) : error
}

/** The SQLSTATE of an error that the server named itself. */
export const stateOf = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined

/**
 * Whether the same statement may succeed later: connection lost (08), server short of something (53), cancelled or
 * shutting down (57), rolled back by a competitor (40), locked (55P03), or a server that has just become a standby.
 */
function isPassing(error: unknown): boolean {
  const state = stateOf(error)
  // What the server did not say came from the connection.
  return state === undefined || /^(08|53|57|40)/.test(state) || state === '55P03' || state === '25006'
}

const int8 = 20
/** Sequences, counters and counts: all of them within what a number holds exactly. */
const parserOf: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')
