import type BetterSqlite3 from 'better-sqlite3'

/** "SHub" in ASCII: tells the hub's file from any other SQLite database. */
export const applicationId = 0x53487562

/** Numbered by position, frozen once released. `user_version` says how many have been applied. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  -- A policy is issued anew to stay fresh, mostly with the same content: that is kept once.
  CREATE TABLE site_contents (
    hash    TEXT PRIMARY KEY,
    content TEXT NOT NULL
  ) STRICT;
  CREATE TABLE policies (
    version      INTEGER PRIMARY KEY,
    issued_at    TEXT NOT NULL,
    content_hash TEXT NOT NULL REFERENCES site_contents (hash),
    signature    TEXT NOT NULL
  ) STRICT;

  CREATE TABLE enrolment_codes (
    code_hash  TEXT PRIMARY KEY,
    room_id    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT,
    device_id  TEXT
  ) STRICT;

  CREATE TABLE devices (
    device_id   TEXT PRIMARY KEY,
    public_key  TEXT NOT NULL UNIQUE,
    room_id     TEXT NOT NULL,
    hostname    TEXT NOT NULL,
    enrolled_at TEXT NOT NULL,
    revoked_at  TEXT
  ) STRICT;
  CREATE INDEX devices_revoked ON devices (device_id) WHERE revoked_at IS NOT NULL;

  CREATE TABLE invites (
    code_hash    TEXT PRIMARY KEY,
    physician_id TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    used_at      TEXT
  ) STRICT;

  CREATE TABLE passkeys (
    credential_id TEXT PRIMARY KEY,
    physician_id  TEXT NOT NULL,
    public_key    TEXT NOT NULL,
    counter       INTEGER NOT NULL,
    transports    TEXT NOT NULL,
    created_at    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX passkeys_of_physician ON passkeys (physician_id);

  CREATE TABLE console_certificates (
    public_key   TEXT NOT NULL,
    physician_id TEXT NOT NULL,
    issued_at    TEXT NOT NULL,
    expires_at   TEXT NOT NULL
  ) STRICT;

  CREATE TABLE ended_sessions (
    session_id TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE log (
    device_id   TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    prev        TEXT NOT NULL,
    entry       TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (device_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  -- INSERT OR REPLACE deletes without asking a delete trigger, so it is refused here; so are gaps.
  CREATE TRIGGER log_refuses_gap BEFORE INSERT ON log
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM log WHERE device_id = NEW.device_id)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only and without gaps'); END;

  CREATE TABLE incidents (
    id        INTEGER PRIMARY KEY,
    device_id TEXT NOT NULL,
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    detail    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_of_device ON incidents (device_id);

  CREATE TABLE pages (
    escalation_id TEXT PRIMARY KEY,
    device_id     TEXT NOT NULL,
    page          TEXT NOT NULL,
    started_at    TEXT NOT NULL,
    primary_id    TEXT,
    receipts      TEXT NOT NULL,
    taken_by      TEXT
  ) STRICT;

  CREATE TABLE mailbox (
    id           INTEGER PRIMARY KEY,
    device_id    TEXT NOT NULL,
    statement_id TEXT NOT NULL,
    physician_id TEXT NOT NULL,
    hash         TEXT NOT NULL,
    signed       TEXT,
    received_at  TEXT NOT NULL,
    logged_at    TEXT,
    UNIQUE (device_id, statement_id)
  ) STRICT;
  CREATE INDEX mailbox_waiting ON mailbox (device_id, id) WHERE logged_at IS NULL;
  `,
]

/** Applies what is missing, each step whole or not at all. */
export function migrate(db: BetterSqlite3.Database): void {
  for (const [index, sql] of migrations.entries()) {
    db.transaction(() => {
      // Read inside: another process may have migrated while this one waited for the lock.
      if (Number(db.pragma('user_version', { simple: true })) > index) return
      db.exec(sql)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
}
