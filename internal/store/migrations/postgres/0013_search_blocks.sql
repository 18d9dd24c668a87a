-- +goose Up
-- A word that many messages have costs no more in a large company than in a
-- small one. The index gives what it finds in no order, so all of it would be
-- read to find the latest. Therefore a message has as terms the blocks of
-- numbers that its own is in, small ones and large ones, and a question is
-- asked of the latest small block, then of the larger ones before it, until
-- enough is found. A term of people's words never begins with 0.
CREATE FUNCTION block_term(size INT, message BIGINT) RETURNS TEXT
LANGUAGE sql STABLE AS $$
  SELECT '0' || size || 't' || current_setting('verbale.tenant') || 'b' || (message >> size)
$$;
-- +goose StatementBegin
CREATE FUNCTION add_blocks() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  company TEXT := 't' || NEW.tenant || 'b';
BEGIN
  NEW.terms := NEW.terms || array_to_tsvector(ARRAY['010' || company || (NEW.message >> 10),
    '014' || company || (NEW.message >> 14), '018' || company || (NEW.message >> 18), '022' || company || (NEW.message >> 22)]);
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER message_index_blocks BEFORE INSERT ON message_index FOR EACH ROW EXECUTE FUNCTION add_blocks();

-- + 0 keeps the planner from the primary key, enable_seqscan from the whole
-- table: of a company that has just come it thinks that it is small.
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

-- What is indexed has no blocks: the followers begin anew.
TRUNCATE message_index;
ALTER TABLE follower NO FORCE ROW LEVEL SECURITY;
DELETE FROM follower WHERE name LIKE 'search.%';
ALTER TABLE follower FORCE ROW LEVEL SECURITY;
