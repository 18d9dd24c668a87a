-- +goose Up
-- The tables are shared by all companies. Every key begins with the company,
-- which a setting of the transaction names; where none is named, reading the
-- setting is an error, and so is the statement.

-- The companies, and the host names they have claimed: no content.
CREATE TABLE tenant (
  id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name    TEXT   NOT NULL UNIQUE,
  created BIGINT NOT NULL
);
CREATE TABLE host (
  host   TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (name)
);
-- Tells the root key that wraps the companies' keys from any other.
CREATE TABLE root_key (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  id  BYTEA  NOT NULL
);

-- What the application's role may do to which table.
CREATE TABLE allowed (
  name   TEXT PRIMARY KEY,
  rights TEXT NOT NULL
);
INSERT INTO allowed (name, rights) VALUES
  ('tenant', 'SELECT, INSERT, DELETE'), ('host', 'SELECT, INSERT, DELETE'), ('root_key', 'SELECT, INSERT');

-- +goose StatementBegin
CREATE FUNCTION guard(table_name TEXT, rights TEXT) RETURNS void LANGUAGE plpgsql SET search_path = verbale, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY company ON %I USING (tenant = current_setting(''verbale.tenant'')::bigint)', table_name);
  INSERT INTO allowed VALUES (table_name, rights);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION admit(role TEXT) RETURNS void LANGUAGE plpgsql SET search_path = verbale, pg_temp AS $$
DECLARE t RECORD;
BEGIN
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA verbale FROM %I', role);
  EXECUTE format('GRANT USAGE ON SCHEMA verbale TO %I', role);
  FOR t IN SELECT * FROM allowed LOOP
    EXECUTE format('GRANT %s ON %I TO %I', t.rights, t.name, role);
  END LOOP;
  FOR t IN SELECT p.oid::regprocedure AS it FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'verbale' AND p.prosecdef LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', t.it, role);
  END LOOP;
END $$;
-- +goose StatementEnd
ALTER DEFAULT PRIVILEGES IN SCHEMA verbale REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION guard(TEXT, TEXT), admit(TEXT) FROM PUBLIC;

-- The register. A row is kept for ever; only its sealed part (salt, leaf hash
-- and body, encrypted) can be destroyed, once.
CREATE TABLE entry (
  tenant       BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  seq          BIGINT NOT NULL,
  time         BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  actor        BIGINT NOT NULL,
  device       BIGINT NOT NULL,
  conversation BIGINT NOT NULL,
  subject      BIGINT NOT NULL,
  commitment   BYTEA  NOT NULL,
  sealed       BYTEA,
  PRIMARY KEY (tenant, seq)
);
CREATE INDEX entry_conversation ON entry (tenant, conversation, seq);
CREATE INDEX entry_subject ON entry (tenant, subject, seq) WHERE subject <> 0;
SELECT guard('entry', 'SELECT, INSERT, UPDATE (sealed)');

-- +goose StatementBegin
CREATE FUNCTION entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the register is append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry FOR EACH ROW
WHEN (NEW.sealed IS NOT NULL OR OLD.sealed IS NULL
  OR (NEW.tenant, NEW.seq, NEW.time, NEW.kind, NEW.actor, NEW.device, NEW.conversation, NEW.subject, NEW.commitment)
  IS DISTINCT FROM (OLD.tenant, OLD.seq, OLD.time, OLD.kind, OLD.actor, OLD.device, OLD.conversation, OLD.subject, OLD.commitment))
EXECUTE FUNCTION entry_is_kept();
-- A company as a whole may go (see forget_company below); an entry may not.
CREATE TRIGGER entry_stays BEFORE DELETE ON entry FOR EACH ROW
WHEN (current_setting('verbale.forget', true) IS DISTINCT FROM OLD.tenant::text)
EXECUTE FUNCTION entry_is_kept();
CREATE TRIGGER entry_all_stay BEFORE TRUNCATE ON entry EXECUTE FUNCTION entry_is_kept();

-- The register's end: how many entries, and the tree's frontier. Whoever has
-- locked a company's row is the one who writes.
CREATE TABLE head (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id     BIGINT NOT NULL CHECK (id = 1),
  size   BIGINT NOT NULL,
  time   BIGINT NOT NULL,
  roots  BYTEA  NOT NULL,
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 20);
SELECT guard('head', 'SELECT, INSERT, UPDATE');
CREATE POLICY lookout ON head FOR SELECT TO CURRENT_USER USING (true);

-- A company's head is made with it.
-- +goose StatementBegin
CREATE FUNCTION tenant_has_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = verbale, pg_temp AS $$
BEGIN
  PERFORM set_config('verbale.tenant', NEW.id::text, true);
  INSERT INTO head (id, size, time, roots) VALUES (1, 0, 0, '');
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tenant_has_head AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION tenant_has_head();

-- How far every register reaches: what a node asks to learn what others wrote.
CREATE FUNCTION heads() RETURNS TABLE (name TEXT, size BIGINT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = verbale, pg_temp
AS 'SELECT t.name, h.size FROM head h JOIN tenant t ON t.id = h.tenant';

CREATE FUNCTION schema_version() RETURNS BIGINT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = verbale, pg_temp
AS 'SELECT max(version_id) FROM goose_db_version WHERE is_applied';

-- The tree's tiles and signed checkpoints: derived, made by a follower.
CREATE TABLE tile (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  level  BIGINT NOT NULL,
  n      BIGINT NOT NULL,
  data   BYTEA  NOT NULL,
  PRIMARY KEY (tenant, level, n)
);
SELECT guard('tile', 'SELECT, INSERT, UPDATE');
CREATE TABLE checkpoint (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  size   BIGINT NOT NULL,
  time   BIGINT NOT NULL,
  note   BYTEA  NOT NULL,
  PRIMARY KEY (tenant, size)
);
SELECT guard('checkpoint', 'SELECT, INSERT');

-- How far each follower of the register has come.
CREATE TABLE follower (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  name   TEXT   NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT guard('follower', 'SELECT, INSERT, UPDATE, DELETE');

-- The company's own keys, wrapped by the root key.
CREATE TABLE keyset (
  tenant  BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id      BIGINT NOT NULL CHECK (id = 1),
  wrapped BYTEA  NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard('keyset', 'SELECT, INSERT');
