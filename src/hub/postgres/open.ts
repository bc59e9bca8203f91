import pg from 'pg'
import { fail, ok, type Result } from '../../domain/result.ts'
import { type StoreProblem, StoreUnavailable } from '../store-problem.ts'
import { migrate, migrations } from './migrations.ts'
import { createPool, onceConnected, type Sql, type Statements, sqlOn, stateOf } from './sql.ts'

export type OpenPostgres = { readonly sql: Sql; readonly close: () => Promise<void> }

/** Older servers lack nothing that is used here; newer ones are what this has been tested with. */
const oldestServer = 14

/** Connects, and makes or migrates what is missing. Words name the place, and never the password. */
export async function openPostgres(
  address: string,
  whenAbsent: 'make' | 'leave',
): Promise<Result<OpenPostgres, StoreProblem>> {
  const read = placeOf(address)
  if (!read.ok) return read
  const place = read.value
  const pool = createPool(address)
  const sql = sqlOn(pool)
  try {
    const unsuitable = await onceConnected(address, whyUnsuitable)
    if (unsuitable !== undefined) return fail('database-unsuitable', `${place.inWords} ${unsuitable}`)
    const migrated = await migrate(sql, whenAbsent)
    if (migrated.kind === 'ready') return ok({ sql, close: () => pool.end() })
    await pool.end()
    if (migrated.kind === 'newer')
      return fail(
        'database-newer',
        `${place.inWords} was written by a newer version of the hub (format ${migrated.version}; this version knows up to ${migrations.length}). Install that version or a later one. Nothing was changed.`,
      )
    if (migrated.kind === 'absent')
      return fail('database-missing', `${place.inWords} holds no hub’s data. Check the address.`)
    return fail(
      'database-foreign',
      `${place.inWords} has a schema "scanside" that no Scanside hub has made. Rename it or name another database. Nothing was changed.`,
    )
  } catch (error) {
    await pool.end().catch(() => undefined)
    return { ok: false, error: explain(error, place) }
  }
}

type Place = { readonly inWords: string; readonly user: string }

function placeOf(address: string): Result<Place, StoreProblem> {
  const read = readAddress(address)
  if (!read.ok) return read
  const { host, port, user = 'this account', database, encrypts } = read.value
  const inWords = `The database "${database}" at ${host.startsWith('/') ? host : `${host}:${port}`}`
  if (!encrypts && !/^(localhost|127\..*|::1|\/.*)$/.test(host))
    return fail(
      'database-address',
      `${inWords} is on another computer: add ?sslmode=verify-full to its address (with &sslrootcert=FILE if its certificate is by an authority of your own), or ?sslmode=disable if nobody else is on the network in between.`,
    )
  return ok({ inWords, user })
}

function readAddress(address: string) {
  try {
    const { protocol, searchParams, pathname, search, hash } = new URL(address)
    // A password that was not written as it must be ends up in these: it would be shown as the host's or the name.
    const isTorn = hash !== '' || `${pathname}${search}`.includes('@')
    // Reads an address exactly as a connection does, the variables PGHOST, PGUSER and so on included.
    const { host, port, user, database } = new pg.Client({ connectionString: address })
    const encrypts = searchParams.has('sslmode') || process.env.PGSSLMODE !== undefined
    if (/^postgres(ql)?:$/.test(protocol) && database && !isTorn)
      return ok({ host, port, user, database, encrypts })
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      return fail(
        'database-address',
        `A file that the database’s address names cannot be read (${error.message}).`,
      )
  }
  return fail(
    'database-address',
    'This is not the address of a PostgreSQL database: write postgres://USER:PASSWORD@HOST:5432/NAME, and every character of the password that is no letter or digit as % and its code (@ is %40).',
  )
}

async function whyUnsuitable(sql: Statements): Promise<string | undefined> {
  const [server] = await sql.rows<{ encoding: string; version: string; standby: boolean }>(
    `SELECT current_setting('server_encoding') AS encoding, current_setting('server_version_num') AS version,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS standby`,
  )
  const major = Math.floor(Number(server?.version) / 10_000)
  if (major < oldestServer)
    return `is PostgreSQL ${major}; the hub needs ${oldestServer} or newer. Upgrade the server or name another.`
  if (server?.encoding !== 'UTF8')
    return `is encoded as ${server?.encoding}, in which records cannot be kept as they are. Make a new one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`
  if (server.standby) return 'is read-only (a standby). Name the primary server.'
  return undefined
}

function explain(thrown: unknown, { inWords, user }: Place): StoreProblem {
  const error = thrown instanceof StoreUnavailable ? thrown.cause : thrown
  const detail = detailOf(error)
  const problem = (kind: StoreProblem['kind'], words: string): StoreProblem => ({
    kind,
    message: `${inWords} ${words}`,
  })
  switch (stateOf(error)) {
    case '28P01':
      return problem(
        'database-forbidden',
        `refuses ${user}: wrong password or no such account. Correct them in the address, or in PGPASSWORD.`,
      )
    case '28000':
      return problem(
        'database-forbidden',
        `does not let ${user} in (${detail}). Check the account and the server’s pg_hba.conf.`,
      )
    case '3D000':
      return problem('database-missing', "does not exist. Make it: CREATE DATABASE … ENCODING 'UTF8'.")
    case '42501':
      return problem(
        'database-forbidden',
        `gives ${user} too few rights (${detail}). Make the account its owner: ALTER DATABASE … OWNER TO ${user}.`,
      )
    case '25006':
      return problem('database-read-only', 'is read-only. Name the primary server.')
    case undefined:
      return withoutState(error, detail, inWords, user)
    default:
      return problem(
        'database-error',
        `cannot be used now (${detail}). Mend this at the server and start again.`,
      )
  }
}

/** What went wrong before the server said anything. */
function withoutState(error: unknown, detail: string, inWords: string, user: string): StoreProblem {
  if (/SASL|password/i.test(detail))
    return {
      kind: 'database-forbidden',
      message: `${inWords} wants a password of ${user}. Put it into the address, or into PGPASSWORD.`,
    }
  if (/SSL|TLS|certificate|CERT|self.signed/i.test(`${codeOf(error)} ${detail}`))
    return {
      kind: 'database-unreachable',
      message: `${inWords} cannot be reached over TLS (${detail}). Check sslmode and sslrootcert in the address, and the server’s certificate.`,
    }
  return {
    kind: 'database-unreachable',
    message: `${inWords} does not answer (${detail}). Check that the server runs, that this address is right and that no firewall is in between.`,
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** One line. Where several addresses of one name were tried, Node's own words are empty and its code is not. */
function detailOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return (words || codeOf(error) || 'no reason given').split('\n')[0] ?? ''
}
