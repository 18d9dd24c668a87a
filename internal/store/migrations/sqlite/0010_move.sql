-- +goose Up
-- Until when nothing is written: the company is on its way elsewhere.
ALTER TABLE head ADD COLUMN frozen BIGINT NOT NULL DEFAULT 0;

-- When the company was last backed up.
CREATE TABLE backed_up (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  time BIGINT NOT NULL
);
