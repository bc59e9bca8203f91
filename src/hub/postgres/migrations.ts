import { apartTables } from './apart-tables.ts'
import type { Sql, Statements } from './sql.ts'

/**
 * Numbered by position, frozen once released; `scanside.schema_version` says how many have been applied. Names are
 * written with their schema, so that no search path of the account or the database leads elsewhere. Instants are
 * the texts that the hub gave, compared byte by byte, as in the SQLite store.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE scanside.meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  );

  -- A policy is issued anew to stay fresh, mostly with the same content: that is kept once.
  CREATE TABLE scanside.site_contents (
    hash    TEXT PRIMARY KEY,
    content TEXT NOT NULL
  );
  CREATE TABLE scanside.policies (
    version      BIGINT PRIMARY KEY,
    issued_at    TEXT NOT NULL,
    content_hash TEXT NOT NULL REFERENCES scanside.site_contents (hash),
    signature    TEXT NOT NULL
  );

  CREATE TABLE scanside.enrolment_codes (
    code_hash  TEXT PRIMARY KEY,
    room_id    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT,
    device_id  TEXT
  );

  CREATE TABLE scanside.devices (
    device_id   TEXT PRIMARY KEY,
    public_key  TEXT NOT NULL UNIQUE,
    room_id     TEXT COLLATE "C" NOT NULL,
    hostname    TEXT NOT NULL,
    enrolled_at TEXT COLLATE "C" NOT NULL,
    revoked_at  TEXT
  );
  CREATE INDEX devices_revoked ON scanside.devices (device_id) WHERE revoked_at IS NOT NULL;

  CREATE TABLE scanside.invites (
    code_hash    TEXT PRIMARY KEY,
    physician_id TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    used_at      TEXT
  );

  CREATE TABLE scanside.passkeys (
    credential_id TEXT PRIMARY KEY,
    physician_id  TEXT NOT NULL,
    public_key    TEXT NOT NULL,
    counter       BIGINT NOT NULL,
    transports    TEXT NOT NULL,
    created_at    TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX passkeys_of_physician ON scanside.passkeys (physician_id);

  CREATE TABLE scanside.console_certificates (
    public_key   TEXT NOT NULL,
    physician_id TEXT NOT NULL,
    issued_at    TEXT NOT NULL,
    expires_at   TEXT NOT NULL
  );

  CREATE TABLE scanside.ended_sessions (
    session_id TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL
  );

  -- Where each device's chain ends: the row that writers of one chain take turns on.
  CREATE TABLE scanside.log_heads (
    device_id TEXT PRIMARY KEY,
    seq       BIGINT NOT NULL,
    hash      TEXT NOT NULL
  );
  CREATE TABLE scanside.log (
    device_id   TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    hash        TEXT NOT NULL,
    prev        TEXT NOT NULL,
    entry       TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (device_id, seq)
  );

  CREATE FUNCTION scanside.log_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
  CREATE TRIGGER log_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scanside.log
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.log_refuses_change();

  CREATE FUNCTION scanside.log_refuses_gap() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (
      SELECT FROM fresh
      WHERE seq <> 1 AND NOT EXISTS (
        SELECT FROM scanside.log l WHERE l.device_id = fresh.device_id AND l.seq = fresh.seq - 1)
      OR seq < 1
    ) THEN RAISE EXCEPTION 'the log is append-only and without gaps';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER log_refuses_gap AFTER INSERT ON scanside.log
  REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.log_refuses_gap();

  CREATE TABLE scanside.incidents (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id TEXT NOT NULL,
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    detail    TEXT NOT NULL
  );
  CREATE INDEX incidents_of_device ON scanside.incidents (device_id);

  CREATE TABLE scanside.pages (
    escalation_id TEXT PRIMARY KEY,
    device_id     TEXT NOT NULL,
    page          TEXT NOT NULL,
    started_at    TEXT COLLATE "C" NOT NULL,
    primary_id    TEXT,
    receipts      TEXT NOT NULL,
    taken_by      TEXT
  );

  CREATE TABLE scanside.mailbox (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id    TEXT NOT NULL,
    statement_id TEXT NOT NULL,
    physician_id TEXT NOT NULL,
    hash         TEXT NOT NULL,
    signed       TEXT,
    received_at  TEXT NOT NULL,
    logged_at    TEXT,
    UNIQUE (device_id, statement_id)
  );
  CREATE INDEX mailbox_waiting ON scanside.mailbox (device_id, id) WHERE logged_at IS NULL;
  `,
  `
  -- Hubs that are up, each renewed by itself; by the server's clock, which they share.
  CREATE TABLE scanside.hubs (
    hub_id  TEXT PRIMARY KEY,
    seen_at TIMESTAMPTZ NOT NULL
  );
  -- The hub that looks after the call. One whose hub is up no more is taken over by another.
  ALTER TABLE scanside.pages ADD COLUMN owner TEXT;
  -- Challenges, each taken by any hub and once. Those who lost theirs in a crash ask again.
  CREATE UNLOGGED TABLE scanside.once (
    secret_hash TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    expires_at  TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX once_over ON scanside.once (expires_at);
  -- What hubs say to each other and is too long for a notice. Worth nothing after a minute or a crash.
  CREATE UNLOGGED TABLE scanside.parcels (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body    TEXT NOT NULL,
    laid_at TIMESTAMPTZ NOT NULL DEFAULT now()
  );
  `,
  `
  -- Up to where a device's log has been purged, and the journal's entry that says so. Only what this names may go.
  CREATE TABLE scanside.log_purged (
    device_id      TEXT PRIMARY KEY,
    seq            BIGINT NOT NULL,
    hash           TEXT NOT NULL,
    journal_device TEXT NOT NULL,
    journal_seq    BIGINT NOT NULL
  );
  CREATE FUNCTION scanside.log_purged_stays() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'what was purged stays known'; END $$;
  CREATE TRIGGER log_purged_stays BEFORE DELETE OR TRUNCATE ON scanside.log_purged
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.log_purged_stays();

  -- The server's own clock is asked: a hub's that jumped ahead makes nothing old.
  CREATE FUNCTION scanside.log_purged_needs_reason() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE young_from TEXT := to_char(
    (now() AT TIME ZONE 'UTC') - interval '7 years', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      IF NEW.seq <= OLD.seq OR NEW.device_id <> OLD.device_id THEN
        RAISE EXCEPTION 'what was purged stays known';
      END IF;
    END IF;
    IF NEW.device_id = NEW.journal_device
      OR NOT EXISTS (SELECT FROM scanside.log l
        WHERE l.device_id = NEW.device_id AND l.seq = NEW.seq AND l.hash = NEW.hash)
      OR NOT EXISTS (SELECT FROM scanside.log j
        WHERE j.device_id = NEW.journal_device AND j.seq = NEW.journal_seq
          AND j.entry::json ->> 'type' = 'records-purged'
          AND j.entry::json #>> '{body,device}' = NEW.device_id
          AND (j.entry::json #>> '{body,to,seq}')::bigint = NEW.seq
          AND j.entry::json #>> '{body,to,hash}' = NEW.hash) THEN
      RAISE EXCEPTION 'a purge must be in the journal, and its last entry in the log';
    END IF;
    IF EXISTS (SELECT FROM scanside.log l WHERE l.device_id = NEW.device_id AND l.seq <= NEW.seq
      AND greatest(l.received_at COLLATE "C", (l.entry::json ->> 'at') COLLATE "C") >= young_from COLLATE "C") THEN
      RAISE EXCEPTION 'nothing younger than seven years is purged';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER log_purged_needs_reason BEFORE INSERT OR UPDATE ON scanside.log_purged
  FOR EACH ROW EXECUTE FUNCTION scanside.log_purged_needs_reason();

  DROP TRIGGER log_refuses_change ON scanside.log;
  CREATE TRIGGER log_refuses_change BEFORE UPDATE OR TRUNCATE ON scanside.log
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.log_refuses_change();
  CREATE FUNCTION scanside.log_refuses_delete() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM gone WHERE NOT EXISTS (
      SELECT FROM scanside.log_purged p WHERE p.device_id = gone.device_id AND p.seq >= gone.seq))
    THEN RAISE EXCEPTION 'the log is append-only';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER log_refuses_delete AFTER DELETE ON scanside.log
  REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.log_refuses_delete();

  CREATE OR REPLACE FUNCTION scanside.log_refuses_gap() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (
      SELECT FROM fresh
      WHERE seq <> 1
        AND NOT EXISTS (
          SELECT FROM scanside.log l WHERE l.device_id = fresh.device_id AND l.seq = fresh.seq - 1)
        AND NOT EXISTS (
          SELECT FROM scanside.log_purged p WHERE p.device_id = fresh.device_id AND p.seq = fresh.seq - 1)
      OR seq < 1
      OR EXISTS (SELECT FROM scanside.log_purged p WHERE p.device_id = fresh.device_id AND p.seq >= fresh.seq)
    ) THEN RAISE EXCEPTION 'the log is append-only and without gaps';
    END IF;
    RETURN NULL;
  END $$;

  -- Work that one hub does at a time.
  CREATE TABLE scanside.leases (
    name   TEXT PRIMARY KEY,
    hub_id TEXT NOT NULL,
    until  TIMESTAMPTZ NOT NULL
  );
`,
  apartTables,
  `
  -- A log that was damaged in the room goes on in a new segment, whose numbers begin at a round one. What comes under
  -- a number that the chain has passed is refused, be it free or not.
  CREATE OR REPLACE FUNCTION scanside.log_refuses_gap() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (
      SELECT FROM fresh
      WHERE seq <> 1
        AND NOT (seq % 1000000000 = 1 AND prev = repeat('0', 64) AND entry::json ->> 'type' = 'segment-begun')
        AND NOT EXISTS (
          SELECT FROM scanside.log l WHERE l.device_id = fresh.device_id AND l.seq = fresh.seq - 1)
        AND NOT EXISTS (
          SELECT FROM scanside.log_purged p WHERE p.device_id = fresh.device_id AND p.seq = fresh.seq - 1)
      OR seq < 1
      OR EXISTS (SELECT FROM scanside.log_purged p WHERE p.device_id = fresh.device_id AND p.seq >= fresh.seq)
    ) OR EXISTS (
      SELECT FROM (SELECT device_id, max(seq) AS seq FROM fresh GROUP BY device_id) last
      WHERE EXISTS (SELECT FROM scanside.log l WHERE l.device_id = last.device_id AND l.seq > last.seq)
    ) THEN RAISE EXCEPTION 'the log is append-only and without gaps';
    END IF;
    RETURN NULL;
  END $$;
  `,
  `
  ALTER TABLE scanside.pages ADD COLUMN ladder TEXT;
  ALTER TABLE scanside.pages ADD COLUMN pagings TEXT NOT NULL DEFAULT '{}';
  CREATE TABLE scanside.push_subscriptions (
    endpoint     TEXT PRIMARY KEY,
    physician_id TEXT NOT NULL,
    p256dh       TEXT NOT NULL,
    auth         TEXT NOT NULL,
    created_at   TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX push_subscriptions_of ON scanside.push_subscriptions (physician_id);
  -- Other services that still have to hear that a call is over.
  CREATE TABLE scanside.pager_endings (
    escalation_id TEXT NOT NULL,
    pager         TEXT NOT NULL,
    message       TEXT NOT NULL,
    since         TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    not_before    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (escalation_id, pager)
  );
  `,
]

/** "SHub" in ASCII: the advisory lock under which hubs that start at once migrate one after the other. */
const migrationLock = 0x53487562

export type Migrated =
  | { readonly kind: 'ready' }
  | { readonly kind: 'newer'; readonly version: number }
  /** Nothing is there, and nothing was to be made. */
  | { readonly kind: 'absent' }
  /** A schema of this name is there, and it is not ours. */
  | { readonly kind: 'foreign' }

/** Applies what is missing, all of it or nothing. */
export function migrate(sql: Sql, whenAbsent: 'make' | 'leave'): Promise<Migrated> {
  return sql.inTransaction(async (tx) => {
    await tx.rows('SET LOCAL statement_timeout = 0')
    await tx.rows('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    const { schema, versions, tables } = await whatIsThere(tx)
    if (!versions && tables > 0) return { kind: 'foreign' }
    if (!versions && whenAbsent === 'leave') return { kind: 'absent' }
    // Asked for first: making a schema needs a right that using one does not.
    if (!schema) await tx.rows('CREATE SCHEMA scanside')
    if (!versions) {
      await tx.rows('CREATE TABLE scanside.schema_version (version INTEGER NOT NULL)')
      await tx.rows('INSERT INTO scanside.schema_version VALUES (0)')
    }
    const [{ version } = { version: 0 }] = await tx.rows<{ version: number }>(
      'SELECT version FROM scanside.schema_version',
    )
    if (version > migrations.length) return { kind: 'newer', version }
    if (version < migrations.length) {
      for (const step of migrations.slice(version)) await tx.rows(step)
      await tx.rows('UPDATE scanside.schema_version SET version = $1', [migrations.length])
    }
    return { kind: 'ready' }
  })
}

async function whatIsThere(tx: Statements) {
  const [found] = await tx.rows<{ schema: boolean; versions: boolean; tables: number }>(
    `SELECT to_regnamespace('scanside') IS NOT NULL AS schema,
       EXISTS (SELECT FROM pg_class
         WHERE relnamespace = to_regnamespace('scanside') AND relname = 'schema_version') AS versions,
       (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('scanside')) AS tables`,
  )
  return found ?? { schema: false, versions: false, tables: 0 }
}
