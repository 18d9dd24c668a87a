-- +goose Up
-- A conversation's messages lie together, in their order: a page of a large
-- company is a few pages of the file and not fifty. What asks for a message by
-- its number looks the place up first.
CREATE TABLE message_placed (
  id           BIGINT NOT NULL,
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
  PRIMARY KEY (conversation, n)
) WITHOUT ROWID;
INSERT INTO message_placed SELECT id, conversation, n, author, time, text_seq, reply_to, edited, deleted, deleted_by, imported, files
  FROM message ORDER BY conversation, n;
DROP TABLE message;
ALTER TABLE message_placed RENAME TO message;
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_imported ON message (imported, n) WHERE imported <> 0;
