-- +goose Up
-- FTS5 leaves new terms pending by itself, and merges them as it goes; there is
-- nothing to change.
SELECT 1;
