import type { Result } from '../domain/result.ts'
import type { SignedStatement } from '../domain/statement/statement.ts'
import { verifySignedStatement } from '../platform/node/verify-statement.ts'
import type { Core } from './core.ts'
import type { AppLog } from './ports.ts'

export type StatementsOptions = {
  readonly core: Core
  /** Null until enrolled: then nobody's word can be checked. */
  readonly hubPublicKey: () => string | null
  readonly isDurable: () => boolean
  /** Tells hub and peer that they need not repeat it. */
  readonly confirm: (statementId: string, physicianId: string) => void
  readonly log: AppLog
}

/** Takes physicians' signed words into the log: each once, by whichever path it comes first. */
export type Statements = {
  readonly receive: (signed: SignedStatement, path: 'hub' | 'peer') => void
  /** Confirms what has reached the disk meanwhile. */
  readonly confirmDurable: () => void
}

export function createStatements(options: StatementsOptions): Statements {
  const { core, hubPublicKey, isDurable, confirm, log } = options
  const waiting = new Map<string, string>()

  const check = (signed: SignedStatement): Result<unknown, { kind: string; message: string }> => {
    const key = hubPublicKey()
    if (key === null) {
      return { ok: false, error: { kind: 'not-enrolled', message: 'No hub vouches for anybody here.' } }
    }
    return verifySignedStatement(signed, key, core.context().now)
  }

  const confirmDurable = () => {
    if (!isDurable()) return
    for (const [statementId, physicianId] of waiting) confirm(statementId, physicianId)
    waiting.clear()
  }

  return {
    receive: (signed, path) => {
      const { statement } = signed
      const about = { statement: statement.kind, physicianId: statement.physicianId, path }
      const checked = check(signed)
      if (!checked.ok) {
        log('warn', 'statement-refused', {
          ...about,
          kind: checked.error.kind,
          message: checked.error.message,
        })
        return
      }
      const event = { type: 'statement-received', session: null, body: { signed, path } } as const
      const taken = core.execute(
        { kind: 'receive-statement', statement, event },
        { once: `statement:${statement.id}` },
      )
      if (!taken.ok) {
        log('warn', 'statement-refused', { ...about, kind: taken.error.kind, message: taken.error.message })
        return
      }
      // Also for one that the log has already: its first confirmation may have been lost.
      waiting.set(statement.id, statement.physicianId)
      confirmDurable()
    },
    confirmDurable,
  }
}
