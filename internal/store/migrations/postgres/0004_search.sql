-- +goose Up
-- Which messages have which terms. A term is a keyed hash of a word's stem or
-- beginning, so that no two companies have one in common; neither words nor
-- positions are kept.
CREATE TABLE message_index (
  tenant  BIGINT   NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  message BIGINT   NOT NULL,
  terms   TSVECTOR NOT NULL,
  PRIMARY KEY (tenant, message)
);
-- Nothing is left pending: it would be walked through by every question.
CREATE INDEX message_index_terms ON message_index USING gin (terms) WITH (fastupdate = off);
SELECT guard('message_index', 'SELECT, INSERT, UPDATE, DELETE');

-- The index is asked by its owner: row-level security would have each row's
-- company compared before its terms, and so pass the index by. The company is
-- compared here instead.
CREATE POLICY search ON message_index FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION messages_with(question TEXT, below BIGINT, above BIGINT, most BIGINT) RETURNS SETOF BIGINT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = verbale, pg_temp ROWS 100 AS $$
  WITH found AS MATERIALIZED (
    SELECT message FROM message_index
    WHERE terms @@ question::tsquery AND tenant = current_setting('verbale.tenant')::bigint
      AND message < below AND message >= above)
  SELECT message FROM found ORDER BY message DESC LIMIT most
$$;
