/** A migration, frozen once released like the others: what is kept beside the log and apart from it. */
export const apartTables = `
  -- Places of the log of which only the hash is known; the text, once it has come.
  CREATE TABLE scanside.log_holes (
    device_id TEXT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, entry TEXT, filled_at TEXT,
    PRIMARY KEY (device_id, seq)
  );
  CREATE FUNCTION scanside.log_holes_refuses_update() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.entry IS NOT NULL OR NEW.device_id <> OLD.device_id OR NEW.seq <> OLD.seq OR NEW.hash <> OLD.hash
    THEN RAISE EXCEPTION 'a place in the log is filled once'; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER log_holes_refuses_update BEFORE UPDATE ON scanside.log_holes
  FOR EACH ROW EXECUTE FUNCTION scanside.log_holes_refuses_update();

  -- What cannot go into a chain, as it came.
  CREATE TABLE scanside.quarantine (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id TEXT NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL, sha256 TEXT NOT NULL,
    at TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL,
    UNIQUE (device_id, seq, hash, sha256)
  );
  CREATE FUNCTION scanside.only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'nothing of this is ever changed or deleted'; END $$;
  CREATE TRIGGER log_holes_only_grows BEFORE DELETE OR TRUNCATE ON scanside.log_holes
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.only_grows();
  CREATE TRIGGER quarantine_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON scanside.quarantine
  FOR EACH STATEMENT EXECUTE FUNCTION scanside.only_grows();
  `
