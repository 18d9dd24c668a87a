-- +goose Up
CREATE TABLE conversation (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL,
  kind     TEXT   NOT NULL, -- group or direct
  title    TEXT   NOT NULL,
  made     BIGINT NOT NULL,
  last_n   BIGINT NOT NULL DEFAULT 0,
  last_id  BIGINT NOT NULL DEFAULT 0,
  time     BIGINT NOT NULL, -- of what happened last
  imported BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, id)
);
SELECT guard('conversation', 'SELECT, INSERT, UPDATE');
CREATE TABLE direct (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  low          BIGINT NOT NULL, -- the two people's numbers in order
  high         BIGINT NOT NULL,
  conversation BIGINT NOT NULL,
  PRIMARY KEY (tenant, low, high)
);
SELECT guard('direct', 'SELECT, INSERT');
CREATE TABLE member (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  conversation BIGINT NOT NULL,
  person       BIGINT NOT NULL,
  role         TEXT   NOT NULL, -- admin or member
  joined       BIGINT NOT NULL,
  first_n      BIGINT NOT NULL, -- the first message they may see
  PRIMARY KEY (tenant, conversation, person)
);
SELECT guard('member', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX member_person ON member (tenant, person, conversation);
CREATE TABLE message (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL,
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
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, conversation, n)
);
SELECT guard('message', 'SELECT, INSERT, UPDATE');
CREATE INDEX message_imported ON message (tenant, imported, n) WHERE imported <> 0;
CREATE TABLE message_key (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  person  BIGINT NOT NULL,
  key     BYTEA  NOT NULL,
  message BIGINT NOT NULL,
  PRIMARY KEY (tenant, person, key)
);
SELECT guard('message_key', 'SELECT, INSERT');
CREATE TABLE notice (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  seq BIGINT NOT NULL,
  conversation BIGINT NOT NULL,
  PRIMARY KEY (tenant, seq)
);
SELECT guard('notice', 'SELECT, INSERT');
CREATE INDEX notice_conversation ON notice (tenant, conversation, seq);

-- How far each member got. Not of record between bursts: entered says whether
-- the register has it already.
CREATE TABLE mark (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  conversation BIGINT NOT NULL,
  person       BIGINT NOT NULL,
  delivered_n  BIGINT NOT NULL DEFAULT 0,
  delivered_at BIGINT NOT NULL DEFAULT 0,
  read_n       BIGINT NOT NULL DEFAULT 0,
  read_at      BIGINT NOT NULL DEFAULT 0,
  entered      BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, conversation, person)
);
SELECT guard('mark', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX mark_fresh ON mark (tenant, conversation, person) WHERE entered = 0;

CREATE TABLE file (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id BIGINT NOT NULL,
  person BIGINT NOT NULL,
  sha256 BYTEA  NOT NULL,
  name   TEXT   NOT NULL,
  type   TEXT   NOT NULL,
  size   BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard('file', 'SELECT, INSERT, UPDATE, DELETE');
CREATE TABLE attachment (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  message BIGINT NOT NULL,
  place   BIGINT NOT NULL,
  file    BIGINT NOT NULL,
  PRIMARY KEY (tenant, message, place)
);
SELECT guard('attachment', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX attachment_file ON attachment (tenant, file);
