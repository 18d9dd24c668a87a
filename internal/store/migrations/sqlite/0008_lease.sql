-- +goose Up
-- Which node does a work that one node at a time should do. With a database
-- file there is but one node, and nobody looks here.
CREATE TABLE lease (
  name   TEXT   PRIMARY KEY,
  holder TEXT   NOT NULL,
  fence  BIGINT NOT NULL, -- grows with each change of hands
  until  BIGINT NOT NULL
) WITHOUT ROWID;
