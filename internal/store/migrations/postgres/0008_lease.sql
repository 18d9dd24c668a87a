-- +goose Up
-- Which node does a work that one node at a time should do.
CREATE TABLE lease (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  name   TEXT   NOT NULL,
  holder TEXT   NOT NULL,
  fence  BIGINT NOT NULL, -- grows with each change of hands
  until  BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT guard('lease', 'SELECT, INSERT, UPDATE, DELETE');
