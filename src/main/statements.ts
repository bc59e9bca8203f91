import type { Result } from '../domain/result.ts'
import type { SignedStatement } from '../domain/statement/statement.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import { verifySignedStatement } from '../platform/node/verify-statement.ts'
import type { Core } from './core.ts'
import type { AppLog } from './ports.ts'

export type StatementsOptions = {
  readonly core: Core
  /** Null until enrolled: then nobody's word can be checked. */
  readonly hubPublicKey: () => string | null
  readonly written: Pick<KeepingLog, 'head' | 'durableSeq' | 'onSettled'>
  /** Tells hub and peer that they need not repeat it. */
  readonly confirm: (statementId: string, physicianId: string) => void
  readonly log: AppLog
}

/** Takes physicians' signed words into the log, each once, by whichever path it comes first; confirms what is durable. */
export type Statements = {
  readonly receive: (signed: SignedStatement, path: 'hub' | 'peer') => void
  /** Takes what came too early, while the log was being read. */
  readonly again: () => void
}

export function createStatements(options: StatementsOptions): Statements {
  const { core, hubPublicKey, written, confirm, log } = options
  /** With the entry up to which the log must be durable before they are confirmed. */
  const waiting = new Map<string, { readonly physicianId: string; readonly seq: number }>()
  const early: Parameters<Statements['receive']>[] = []

  const check = (signed: SignedStatement): Result<unknown, { kind: string; message: string }> => {
    const key = hubPublicKey()
    if (key === null) {
      return { ok: false, error: { kind: 'not-enrolled', message: 'No hub vouches for anybody here.' } }
    }
    return verifySignedStatement(signed, key)
  }

  const confirmDurable = () => {
    for (const [statementId, { physicianId, seq }] of waiting) {
      if (seq > written.durableSeq()) continue
      waiting.delete(statementId)
      confirm(statementId, physicianId)
    }
  }

  const receive: Statements['receive'] = (signed, path) => {
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
    if (!taken.ok && taken.error.kind === 'log-being-read') {
      early.push([signed, path])
      return
    }
    if (!taken.ok) {
      log('warn', 'statement-refused', { ...about, kind: taken.error.kind, message: taken.error.message })
      return
    }
    // Also for one that the log has already: its first confirmation may have been lost.
    const { physicianId } = statement
    waiting.set(statement.id, { physicianId, seq: written.head().seq })
    confirmDurable()
  }

  written.onSettled(confirmDurable)
  return {
    receive,
    again: () => {
      for (const [signed, path] of early.splice(0)) receive(signed, path)
    },
  }
}
