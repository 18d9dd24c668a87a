-- +goose Up
CREATE TABLE company (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  title    TEXT NOT NULL,
  language TEXT NOT NULL
);
CREATE TABLE person (
  id       INTEGER PRIMARY KEY, -- the entry that added them
  name     TEXT   NOT NULL,
  role     TEXT   NOT NULL,
  language TEXT   NOT NULL,
  active   BIGINT NOT NULL,
  joined   BIGINT NOT NULL
);

-- A device is the identity: what holds its secret is signed in.
CREATE TABLE device (
  id     INTEGER PRIMARY KEY,
  person BIGINT NOT NULL REFERENCES person (id),
  kind   TEXT   NOT NULL, -- browser or token
  name   TEXT   NOT NULL,
  secret BLOB   NOT NULL UNIQUE, -- SHA-256 of the secret
  made   BIGINT NOT NULL,
  ended  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX device_person ON device (person);
CREATE TABLE device_use (
  device BIGINT PRIMARY KEY,
  seen   BIGINT NOT NULL
) WITHOUT ROWID;

-- A link that lets somebody in: an invite makes a new person, a link adds a
-- device to a person who is there.
CREATE TABLE link (
  id      INTEGER PRIMARY KEY,
  kind    TEXT   NOT NULL, -- invite or link
  secret  BLOB   NOT NULL UNIQUE, -- SHA-256 of the secret
  person  BIGINT NOT NULL, -- of a link: whose; of an invite: 0
  role    TEXT   NOT NULL, -- of an invite: the new person's
  maker   BIGINT NOT NULL,
  uses    BIGINT NOT NULL, -- 0 is any number
  used    BIGINT NOT NULL DEFAULT 0,
  made    BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX link_maker ON link (maker, expires);
