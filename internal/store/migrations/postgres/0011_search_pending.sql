-- +goose Up
-- A message has some forty terms, and most of them are in many others. Put into
-- the index one by one, they cost several times the message. So those of about
-- two hundred messages are left pending, and go in together, term by term; a
-- question walks through those pending, and so they are not more.
ALTER INDEX message_index_terms SET (fastupdate = on, gin_pending_list_limit = 256);

-- The index is always asked by term. Of a company that has just come or grown
-- the planner thinks that it is small, and would walk through all its messages:
-- + 0 keeps it from the primary key, and the setting from the table as a whole.
-- In plpgsql the plan is made once a connection, not at every question.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION messages_with(question TEXT, below BIGINT, above BIGINT, most BIGINT) RETURNS SETOF BIGINT
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = verbale, pg_temp SET enable_seqscan = off ROWS 100 AS $$
BEGIN
  RETURN QUERY WITH found AS MATERIALIZED (
    SELECT i.message FROM message_index i
    WHERE i.terms @@ question::tsquery AND i.tenant + 0 = current_setting('verbale.tenant')::bigint
      AND i.message + 0 < below AND i.message + 0 >= above)
  SELECT f.message FROM found f ORDER BY f.message DESC LIMIT most;
END $$;
-- +goose StatementEnd
