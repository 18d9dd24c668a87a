-- +goose Up
-- A password is one further way to make a device. The login is folded.
CREATE TABLE password (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  person BIGINT NOT NULL,
  login  TEXT   NOT NULL,
  hash   TEXT   NOT NULL, -- argon2id, as a PHC string
  made   BIGINT NOT NULL,
  PRIMARY KEY (tenant, person),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  UNIQUE (tenant, login)
);
SELECT guard('password', 'SELECT, INSERT, UPDATE, DELETE');

-- A passkey is another. The record is what the WebAuthn library keeps of it:
-- public key, flags and sign counter.
CREATE TABLE passkey (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL, -- the entry that added it
  person     BIGINT NOT NULL,
  credential BYTEA  NOT NULL,
  handle     BYTEA  NOT NULL, -- the person, as authenticators know them: random
  name       TEXT   NOT NULL,
  record     TEXT   NOT NULL,
  made       BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  UNIQUE (tenant, credential)
);
SELECT guard('passkey', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX passkey_person ON passkey (tenant, person);

-- Passkey ceremonies that were completed, until they expire: none counts twice.
CREATE TABLE ceremony_done (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  ceremony BYTEA NOT NULL,
  expires  BIGINT NOT NULL,
  PRIMARY KEY (tenant, ceremony)
);
SELECT guard('ceremony_done', 'SELECT, INSERT, UPDATE, DELETE');

-- Failed sign-ins of late, by a keyed hash of the login or of the address.
CREATE TABLE attempt (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  who BYTEA NOT NULL,
  failed BIGINT NOT NULL,
  last   BIGINT NOT NULL,
  until  BIGINT NOT NULL, -- not again before
  PRIMARY KEY (tenant, who)
);
SELECT guard('attempt', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX attempt_last ON attempt (tenant, last);

-- A company that has moved elsewhere, or is not wanted any more, goes as a
-- whole: all its rows, in every table, and its name. Only the owner may do it.
-- +goose StatementBegin
CREATE FUNCTION forget_company(company TEXT) RETURNS void LANGUAGE plpgsql SET search_path = verbale, pg_temp AS $$
DECLARE number BIGINT; t RECORD;
BEGIN
  SELECT id INTO number FROM tenant WHERE name = company;
  PERFORM set_config('verbale.tenant', number::text, true), set_config('verbale.forget', number::text, true);
  FOR t IN SELECT c.relname AS it FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'verbale' AND c.relkind = 'r' AND c.relrowsecurity
    ORDER BY c.relname = 'person', c.relname LOOP -- the others refer to people
    EXECUTE format('DELETE FROM %I WHERE tenant = $1', t.it) USING number;
  END LOOP;
  DELETE FROM host WHERE tenant = company;
  DELETE FROM tenant WHERE name = company;
END $$;
-- +goose StatementEnd
