import type BetterSqlite3 from 'better-sqlite3'
import { type LogProblem, problemOf } from './log-problems.ts'

/** "Scan" in ASCII: tells our files from any other SQLite database. */
export const applicationId = 0x5363616e

/** Numbered by position, frozen once released. `user_version` says how many have been applied. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE log (
    seq     INTEGER PRIMARY KEY,
    hash    TEXT NOT NULL,
    prev    TEXT NOT NULL,
    type    TEXT NOT NULL,
    session TEXT,
    once    TEXT UNIQUE,
    entry   TEXT NOT NULL
  ) STRICT;

  CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

  CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

  -- INSERT OR REPLACE deletes without asking a delete trigger, so it is refused here; so are gaps.
  CREATE TRIGGER log_refuses_replacement BEFORE INSERT ON log
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM log)
    OR (NEW.once IS NOT NULL AND EXISTS (SELECT 1 FROM log WHERE once = NEW.once))
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

  CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- A later segment begins at a round number. What is recovered of earlier ones comes below it, each behind its
  -- predecessor, as long as the salvage is noted; nothing ever takes the place of anything.
  DROP TRIGGER log_refuses_replacement;
  CREATE TRIGGER log_refuses_replacement BEFORE INSERT ON log
  WHEN (NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM log)
      AND NOT (
        NOT EXISTS (SELECT 1 FROM log WHERE seq = NEW.seq)
        AND (NEW.seq > (SELECT coalesce(max(seq), 0) FROM log)
          OR EXISTS (SELECT 1 FROM meta WHERE name = 'salvage'))
        AND (NEW.seq = 1
          OR (NEW.seq % 1000000000 = 1 AND NEW.type = 'segment-begun')
          OR EXISTS (SELECT 1 FROM log WHERE seq = NEW.seq - 1))))
    OR (NEW.once IS NOT NULL AND EXISTS (SELECT 1 FROM log WHERE once = NEW.once))
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  `,
]

/** Why this database is none that this version may write to, if so. */
export function identify(file: string, db: BetterSqlite3.Database): LogProblem | null {
  const version = Number(db.pragma('user_version', { simple: true }))
  const owner = Number(db.pragma('application_id', { simple: true }))
  if (owner !== applicationId && !isEmpty(db)) {
    return problemOf('database-foreign', file, `application id ${owner}`)
  }
  if (version > migrations.length) {
    const detail = `format ${version}, this version knows up to ${migrations.length}`
    return problemOf('database-newer', file, detail)
  }
  return null
}

export const isEmpty = (db: BetterSqlite3.Database): boolean =>
  db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0

/** Applies what is missing, each step whole or not at all. */
export function migrate(db: BetterSqlite3.Database): void {
  const applied = Number(db.pragma('user_version', { simple: true }))
  for (const [index, sql] of migrations.entries()) {
    if (index < applied) continue
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
}
