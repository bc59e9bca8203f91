import type BetterSqlite3 from 'better-sqlite3'

/** "SHub" in ASCII: tells the hub's file from any other SQLite database. */
export const applicationId = 0x53487562

/** What a purge must bring, on whichever way it becomes known: the journal's word, and an age by this computer's clock. */
const purgedNeeds = (way: 'INSERT' | 'UPDATE'): string => `
  CREATE TRIGGER log_purged_needs_reason_${way.toLowerCase()} BEFORE ${way} ON log_purged
  WHEN NEW.device_id = NEW.journal_device
    OR NOT EXISTS (SELECT 1 FROM log WHERE device_id = NEW.device_id AND seq = NEW.seq AND hash = NEW.hash)
    OR NOT EXISTS (SELECT 1 FROM log WHERE device_id = NEW.journal_device AND seq = NEW.journal_seq
      AND entry ->> '$.type' = 'records-purged' AND entry ->> '$.body.device' = NEW.device_id
      AND entry ->> '$.body.to.seq' = NEW.seq AND entry ->> '$.body.to.hash' = NEW.hash)
  BEGIN SELECT RAISE(ABORT, 'a purge must be in the journal, and its last entry in the log'); END;
  CREATE TRIGGER log_purged_is_old_${way.toLowerCase()} BEFORE ${way} ON log_purged
  WHEN EXISTS (SELECT 1 FROM log WHERE device_id = NEW.device_id AND seq <= NEW.seq
      AND max(received_at, entry ->> '$.at') >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 years'))
  BEGIN SELECT RAISE(ABORT, 'nothing younger than seven years is purged'); END;`

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
  `
  -- Up to where a device's log has been purged, and the journal's entry that says so. Only what this names may go.
  CREATE TABLE log_purged (
    device_id      TEXT PRIMARY KEY,
    seq            INTEGER NOT NULL,
    hash           TEXT NOT NULL,
    journal_device TEXT NOT NULL,
    journal_seq    INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER log_purged_stays BEFORE DELETE ON log_purged
  BEGIN SELECT RAISE(ABORT, 'what was purged stays known'); END;
  CREATE TRIGGER log_purged_only_grows BEFORE UPDATE ON log_purged WHEN NEW.seq <= OLD.seq OR NEW.device_id <> OLD.device_id
  BEGIN SELECT RAISE(ABORT, 'what was purged stays known'); END;
  ${purgedNeeds('INSERT')}
  ${purgedNeeds('UPDATE')}

  DROP TRIGGER log_refuses_delete;
  CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
  WHEN OLD.seq > coalesce((SELECT seq FROM log_purged WHERE device_id = OLD.device_id), 0)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  DROP TRIGGER log_refuses_gap;
  CREATE TRIGGER log_refuses_gap BEFORE INSERT ON log
  WHEN NEW.seq <> coalesce(
    (SELECT max(seq) FROM log WHERE device_id = NEW.device_id),
    (SELECT seq FROM log_purged WHERE device_id = NEW.device_id), 0) + 1
  BEGIN SELECT RAISE(ABORT, 'the log is append-only and without gaps'); END;
  `,
  `
  -- A log that was damaged in the room goes on in a new segment, whose numbers begin at a round one.
  DROP TRIGGER log_refuses_gap;
  CREATE TRIGGER log_refuses_gap BEFORE INSERT ON log
  WHEN NEW.seq <> coalesce(
    (SELECT max(seq) FROM log WHERE device_id = NEW.device_id),
    (SELECT seq FROM log_purged WHERE device_id = NEW.device_id), 0) + 1
  AND NOT (NEW.seq % 1000000000 = 1 AND NEW.prev = '${'0'.repeat(64)}'
    AND NEW.entry ->> '$.type' = 'segment-begun'
    AND NEW.seq > coalesce(
      (SELECT max(seq) FROM log WHERE device_id = NEW.device_id),
      (SELECT seq FROM log_purged WHERE device_id = NEW.device_id), 0))
  BEGIN SELECT RAISE(ABORT, 'the log is append-only and without gaps'); END;
  `,
  `
  ALTER TABLE pages ADD COLUMN ladder TEXT;
  ALTER TABLE pages ADD COLUMN pagings TEXT NOT NULL DEFAULT '{}';
  CREATE TABLE push_subscriptions (
    endpoint     TEXT PRIMARY KEY,
    physician_id TEXT NOT NULL,
    p256dh       TEXT NOT NULL,
    auth         TEXT NOT NULL,
    created_at   TEXT NOT NULL
  ) STRICT;
  CREATE INDEX push_subscriptions_of ON push_subscriptions (physician_id);
  -- Other services that still have to hear that a call is over.
  CREATE TABLE pager_endings (
    escalation_id TEXT NOT NULL,
    pager         TEXT NOT NULL,
    message       TEXT NOT NULL,
    since         TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    not_before    TEXT NOT NULL,
    PRIMARY KEY (escalation_id, pager)
  ) STRICT;
  `,
  `
  -- Places of the log of which only the hash is known; the text, once it has come.
  CREATE TABLE log_holes (
    device_id TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    entry     TEXT,
    filled_at TEXT,
    PRIMARY KEY (device_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER log_holes_refuses_update BEFORE UPDATE ON log_holes
  WHEN OLD.entry IS NOT NULL OR NEW.device_id <> OLD.device_id OR NEW.seq <> OLD.seq OR NEW.hash <> OLD.hash
  BEGIN SELECT RAISE(ABORT, 'a place in the log is filled once'); END;
  CREATE TRIGGER log_holes_refuses_delete BEFORE DELETE ON log_holes
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

  -- What cannot go into a chain, as it came.
  CREATE TABLE quarantine (
    id        INTEGER PRIMARY KEY,
    device_id TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    at        TEXT NOT NULL,
    reason    TEXT NOT NULL,
    text      TEXT NOT NULL,
    UNIQUE (device_id, seq, hash, sha256)
  ) STRICT;
  CREATE TRIGGER quarantine_refuses_update BEFORE UPDATE ON quarantine
  BEGIN SELECT RAISE(ABORT, 'the quarantine only grows'); END;
  CREATE TRIGGER quarantine_refuses_delete BEFORE DELETE ON quarantine
  BEGIN SELECT RAISE(ABORT, 'the quarantine only grows'); END;
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
