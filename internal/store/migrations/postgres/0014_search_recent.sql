-- +goose Up
-- To put a term of one message into the index is to write down anew what the
-- index has of that term: of a hundred terms it was sixty kilobytes of the log a
-- message. So a company's latest thousand messages stand beside the index, where
-- a question looks through them, and go into it together: what the index has of
-- a term is then written once for all of them.
CREATE TABLE message_index_recent (
  tenant  BIGINT   NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  message BIGINT   NOT NULL,
  terms   TSVECTOR NOT NULL,
  PRIMARY KEY (tenant, message)
);
SELECT guard('message_index_recent', 'SELECT, INSERT, UPDATE, DELETE');
-- What is put in together is pending until its end, so there must be room for
-- it; then only what is edited stays pending, until the next are put in.
ALTER INDEX message_index_terms SET (gin_pending_list_limit = 16384);

-- settle puts what stands beside the index into it, and notes how far that
-- reaches: a question need not go past what is no longer there. Whoever settles
-- has the follower's row: its next step, a second one who settles and one who
-- begins the index anew all come before or after.
-- +goose StatementBegin
CREATE FUNCTION settle(which TEXT) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = verbale, pg_temp AS $$
DECLARE
  company BIGINT := current_setting('verbale.tenant')::bigint;
  latest  BIGINT;
BEGIN
  PERFORM FROM follower f WHERE f.tenant = company AND f.name = which FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT max(r.message) INTO latest FROM message_index_recent r WHERE r.tenant = company;
  WITH moved AS (DELETE FROM message_index_recent r WHERE r.tenant = company RETURNING r.message, r.terms)
  INSERT INTO message_index (tenant, message, terms) SELECT company, m.message, m.terms FROM moved m ORDER BY m.message
  ON CONFLICT (tenant, message) DO NOTHING; -- one that a program before this step has put in is newer
  INSERT INTO follower (tenant, name, seq) SELECT company, 'search.settled', latest WHERE latest IS NOT NULL
  ON CONFLICT (tenant, name) DO UPDATE SET seq = excluded.seq;
  PERFORM gin_clean_pending_list('message_index_terms');
END $$;
-- +goose StatementEnd

-- First what stands beside the index, which is newer; then as before.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION messages_with(question TEXT, below BIGINT, above BIGINT, most BIGINT) RETURNS SETOF BIGINT
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = verbale, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan ROWS 100 AS $$
DECLARE
  company BIGINT := current_setting('verbale.tenant')::bigint;
  asked   TSQUERY := question::tsquery;
  upto    BIGINT; -- what is below is still to be asked for
  since   BIGINT; -- where the block begins
  number  BIGINT;
  size    INT;
BEGIN
  SELECT f.seq + 1 INTO since FROM follower f WHERE f.tenant = company AND f.name = 'search.settled';
  RETURN QUERY SELECT r.message FROM message_index_recent r
    WHERE r.tenant = company AND r.message < below AND r.message >= greatest(since, above) AND r.terms @@ asked
    ORDER BY r.message DESC LIMIT most;
  GET DIAGNOSTICS number = ROW_COUNT;
  most := most - number;

  SELECT max(i.message) + 1 INTO upto FROM message_index i WHERE i.tenant = company AND i.message < below;
  FOREACH size IN ARRAY ARRAY[10, 14, 18, 22, 62] LOOP
    EXIT WHEN upto IS NULL OR upto <= above OR most <= 0;
    since := (upto - 1) >> size << size;
    RETURN QUERY SELECT i.message FROM message_index i
      WHERE i.terms @@ CASE WHEN since = 0 THEN asked ELSE asked && quote_literal(block_term(size, since))::tsquery END
        AND i.tenant + 0 = company AND i.message + 0 < upto AND i.message + 0 >= greatest(since, above)
      ORDER BY i.message DESC LIMIT most;
    GET DIAGNOSTICS number = ROW_COUNT;
    most := most - number;
    upto := since;
  END LOOP;
END $$;
-- +goose StatementEnd
