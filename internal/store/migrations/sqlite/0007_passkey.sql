-- +goose Up
-- A password is one further way to make a device. The login is folded.
CREATE TABLE password (
  person BIGINT PRIMARY KEY REFERENCES person (id),
  login  TEXT   NOT NULL UNIQUE,
  hash   TEXT   NOT NULL, -- argon2id, as a PHC string
  made   BIGINT NOT NULL
) WITHOUT ROWID;

-- A passkey is another. The record is what the WebAuthn library keeps of it:
-- public key, flags and sign counter.
CREATE TABLE passkey (
  id         INTEGER PRIMARY KEY, -- the entry that added it
  person     BIGINT NOT NULL REFERENCES person (id),
  credential BLOB   NOT NULL UNIQUE,
  handle     BLOB   NOT NULL, -- the person, as authenticators know them: random
  name       TEXT   NOT NULL,
  record     TEXT   NOT NULL,
  made       BIGINT NOT NULL
);
CREATE INDEX passkey_person ON passkey (person);

-- Passkey ceremonies that were completed, until they expire: none counts twice.
CREATE TABLE ceremony_done (
  ceremony BLOB   PRIMARY KEY,
  expires  BIGINT NOT NULL
) WITHOUT ROWID;

-- Failed sign-ins of late, by a keyed hash of the login or of the address.
CREATE TABLE attempt (
  who    BLOB   PRIMARY KEY,
  failed BIGINT NOT NULL,
  last   BIGINT NOT NULL,
  until  BIGINT NOT NULL -- not again before
) WITHOUT ROWID;
CREATE INDEX attempt_last ON attempt (last);
