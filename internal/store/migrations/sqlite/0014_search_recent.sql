-- +goose Up
-- FTS5 gathers what is put in and merges it by itself; there is nothing to
-- change.
SELECT 1;
