-- +goose Up
-- Whether contents are still named, and what a person has uploaded.
CREATE INDEX file_sha256 ON file (tenant, sha256);
CREATE INDEX file_person ON file (tenant, person, id);
