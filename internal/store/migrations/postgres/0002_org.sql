-- +goose Up
CREATE TABLE company (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL CHECK (id = 1),
  title    TEXT NOT NULL,
  language TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard('company', 'SELECT, INSERT, UPDATE');
CREATE TABLE person (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL, -- the entry that added them
  name     TEXT   NOT NULL,
  role     TEXT   NOT NULL,
  language TEXT   NOT NULL,
  active   BIGINT NOT NULL,
  joined   BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard('person', 'SELECT, INSERT, UPDATE');

-- A device is the identity: what holds its secret is signed in.
CREATE TABLE device (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL,
  person BIGINT NOT NULL,
  kind   TEXT   NOT NULL, -- browser or token
  name   TEXT   NOT NULL,
  secret BYTEA  NOT NULL, -- SHA-256 of the secret
  made   BIGINT NOT NULL,
  ended  BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  UNIQUE (tenant, secret)
);
SELECT guard('device', 'SELECT, INSERT, UPDATE');
CREATE INDEX device_person ON device (tenant, person);
CREATE TABLE device_use (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  device BIGINT NOT NULL,
  seen   BIGINT NOT NULL,
  PRIMARY KEY (tenant, device)
);
SELECT guard('device_use', 'SELECT, INSERT, UPDATE, DELETE');

-- A link that lets somebody in: an invite makes a new person, a link adds a
-- device to a person who is there.
CREATE TABLE link (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL,
  kind    TEXT   NOT NULL, -- invite or link
  secret  BYTEA  NOT NULL, -- SHA-256 of the secret
  person  BIGINT NOT NULL, -- of a link: whose; of an invite: 0
  role    TEXT   NOT NULL, -- of an invite: the new person's
  maker   BIGINT NOT NULL,
  uses    BIGINT NOT NULL, -- 0 is any number
  used    BIGINT NOT NULL DEFAULT 0,
  made    BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, secret)
);
SELECT guard('link', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX link_maker ON link (tenant, maker, expires);
