-- +goose Up
-- FTS5 gives what it finds latest first, and reads no more than it is asked
-- for; there is nothing to change.
SELECT 1;
