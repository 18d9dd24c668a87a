-- +goose Up
-- The register. A row is kept for ever; only its sealed part (salt, leaf hash
-- and body, encrypted) can be destroyed, once.
CREATE TABLE entry (
  seq          INTEGER PRIMARY KEY,
  time         BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  actor        BIGINT NOT NULL,
  device       BIGINT NOT NULL,
  conversation BIGINT NOT NULL,
  subject      BIGINT NOT NULL,
  commitment   BLOB   NOT NULL,
  sealed       BLOB
);
CREATE INDEX entry_conversation ON entry (conversation, seq);
CREATE INDEX entry_subject ON entry (subject, seq) WHERE subject <> 0;

-- +goose StatementBegin
CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry
WHEN NEW.sealed IS NOT NULL OR OLD.sealed IS NULL
  OR NEW.seq <> OLD.seq OR NEW.time <> OLD.time OR NEW.kind <> OLD.kind
  OR NEW.actor <> OLD.actor OR NEW.device <> OLD.device
  OR NEW.conversation <> OLD.conversation OR NEW.subject <> OLD.subject
  OR NEW.commitment <> OLD.commitment
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_stays BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
-- +goose StatementEnd

-- The register's end: how many entries, and the tree's frontier.
CREATE TABLE head (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  size  BIGINT NOT NULL,
  time  BIGINT NOT NULL,
  roots BLOB   NOT NULL
);
INSERT INTO head (id, size, time, roots) VALUES (1, 0, 0, x'');

-- The tree's tiles and signed checkpoints: derived, made by a follower.
CREATE TABLE tile (
  level BIGINT NOT NULL,
  n     BIGINT NOT NULL,
  data  BLOB   NOT NULL,
  PRIMARY KEY (level, n)
) WITHOUT ROWID;
CREATE TABLE checkpoint (
  size BIGINT PRIMARY KEY,
  time BIGINT NOT NULL,
  note BLOB   NOT NULL
) WITHOUT ROWID;

-- How far each follower of the register has come.
CREATE TABLE follower (
  name TEXT PRIMARY KEY,
  seq  BIGINT NOT NULL
) WITHOUT ROWID;

-- The company's own keys, wrapped by the root key.
CREATE TABLE keyset (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  wrapped BLOB NOT NULL
);
