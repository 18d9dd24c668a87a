-- +goose Up
-- What an import found, and how its names were mapped, are in the register:
-- in the entries of the import's number and of run.
CREATE TABLE import (
  id           INTEGER PRIMARY KEY,
  person       BIGINT NOT NULL, -- who brought the file
  sha256       BLOB   NOT NULL, -- the file, kept as evidence
  size         BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- analysed, running, done, undoing, undone or failed
  run          BIGINT NOT NULL DEFAULT 0, -- the entry that has the mapping
  device       BIGINT NOT NULL DEFAULT 0, -- which asked for the run
  conversation BIGINT NOT NULL DEFAULT 0,
  line         BIGINT NOT NULL DEFAULT 0, -- of the file: up to here it is written
  done         BIGINT NOT NULL DEFAULT 0, -- messages written
  total        BIGINT NOT NULL,
  problem      TEXT   NOT NULL DEFAULT '' -- why it failed
);
CREATE INDEX import_person ON import (person, id);
CREATE INDEX import_sha256 ON import (sha256);
CREATE INDEX import_unfinished ON import (id) WHERE state IN ('running', 'undoing');
