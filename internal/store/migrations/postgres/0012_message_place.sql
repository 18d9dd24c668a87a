-- +goose Up
-- PostgreSQL keeps rows where they were put, and has both ways to them already;
-- there is nothing to change.
SELECT 1;
