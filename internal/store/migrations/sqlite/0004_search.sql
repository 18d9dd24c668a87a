-- +goose Up
-- Which messages have which terms. A term is a keyed hash of a word's stem or
-- beginning; neither words nor positions are kept, only the row, which is the
-- message's number.
CREATE VIRTUAL TABLE message_index USING fts5 (
  terms, content='', contentless_delete=1, detail=none, tokenize='ascii'
);
-- A batch of messages makes one segment, and segments are merged by
-- eights: less writing for slightly more reading.
INSERT INTO message_index (message_index, rank) VALUES ('hashsize', 8388608);
INSERT INTO message_index (message_index, rank) VALUES ('automerge', 8);
