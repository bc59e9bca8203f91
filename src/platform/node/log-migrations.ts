import type BetterSqlite3 from 'better-sqlite3'

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
]

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
