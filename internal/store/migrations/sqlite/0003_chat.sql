-- +goose Up
CREATE TABLE conversation (
  id       INTEGER PRIMARY KEY,
  kind     TEXT   NOT NULL, -- group or direct
  title    TEXT   NOT NULL,
  made     BIGINT NOT NULL,
  last_n   BIGINT NOT NULL DEFAULT 0,
  last_id  BIGINT NOT NULL DEFAULT 0,
  time     BIGINT NOT NULL, -- of what happened last
  imported BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE direct (
  low          BIGINT NOT NULL, -- the two people's numbers in order
  high         BIGINT NOT NULL,
  conversation BIGINT NOT NULL,
  PRIMARY KEY (low, high)
) WITHOUT ROWID;
CREATE TABLE member (
  conversation BIGINT NOT NULL,
  person       BIGINT NOT NULL,
  role         TEXT   NOT NULL, -- admin or member
  joined       BIGINT NOT NULL,
  first_n      BIGINT NOT NULL, -- the first message they may see
  PRIMARY KEY (conversation, person)
) WITHOUT ROWID;
CREATE INDEX member_person ON member (person, conversation);
CREATE TABLE message (
  id           INTEGER PRIMARY KEY,
  conversation BIGINT NOT NULL,
  n            BIGINT NOT NULL,
  author       BIGINT NOT NULL,
  time         BIGINT NOT NULL,
  text_seq     BIGINT NOT NULL, -- the entry that has the text as it is now
  reply_to     BIGINT NOT NULL DEFAULT 0,
  edited       BIGINT NOT NULL DEFAULT 0,
  deleted      BIGINT NOT NULL DEFAULT 0,
  deleted_by   BIGINT NOT NULL DEFAULT 0,
  imported     BIGINT NOT NULL DEFAULT 0, -- the import it came with
  files        BIGINT NOT NULL DEFAULT 0,
  UNIQUE (conversation, n)
);
CREATE INDEX message_imported ON message (imported, n) WHERE imported <> 0;
CREATE TABLE message_key (
  person  BIGINT NOT NULL,
  key     BLOB   NOT NULL,
  message BIGINT NOT NULL,
  PRIMARY KEY (person, key)
) WITHOUT ROWID;
CREATE TABLE notice (
  seq          INTEGER PRIMARY KEY,
  conversation BIGINT NOT NULL
);
CREATE INDEX notice_conversation ON notice (conversation, seq);

-- How far each member got. Not of record between bursts: entered says whether
-- the register has it already.
CREATE TABLE mark (
  conversation BIGINT NOT NULL,
  person       BIGINT NOT NULL,
  delivered_n  BIGINT NOT NULL DEFAULT 0,
  delivered_at BIGINT NOT NULL DEFAULT 0,
  read_n       BIGINT NOT NULL DEFAULT 0,
  read_at      BIGINT NOT NULL DEFAULT 0,
  entered      BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (conversation, person)
) WITHOUT ROWID;
CREATE INDEX mark_fresh ON mark (conversation, person) WHERE entered = 0;

CREATE TABLE file (
  id     INTEGER PRIMARY KEY,
  person BIGINT NOT NULL,
  sha256 BLOB   NOT NULL,
  name   TEXT   NOT NULL,
  type   TEXT   NOT NULL,
  size   BIGINT NOT NULL
);
CREATE TABLE attachment (
  message BIGINT NOT NULL,
  place   BIGINT NOT NULL,
  file    BIGINT NOT NULL,
  PRIMARY KEY (message, place)
) WITHOUT ROWID;
CREATE INDEX attachment_file ON attachment (file);
