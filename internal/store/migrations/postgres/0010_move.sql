-- +goose Up
-- Until when nothing is written: the company is on its way elsewhere. It stands
-- in the head's row, which whoever writes has locked and read as it is now.
ALTER TABLE head ADD COLUMN frozen BIGINT NOT NULL DEFAULT 0;

-- When the company was last backed up.
CREATE TABLE backed_up (
  tenant BIGINT NOT NULL DEFAULT current_setting('verbale.tenant')::bigint,
  id     BIGINT NOT NULL CHECK (id = 1),
  time   BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard('backed_up', 'SELECT, INSERT, UPDATE');

-- When a company moved elsewhere. Its rows are here until the owner forgets it,
-- and it is served no more.
ALTER TABLE tenant ADD COLUMN moved BIGINT NOT NULL DEFAULT 0;
UPDATE allowed SET rights = 'SELECT, INSERT, UPDATE (moved), DELETE' WHERE name = 'tenant';

-- A company that has come in is many rows of which the planner knows nothing:
-- until the server looks by itself, a minute later, it would walk through all.
-- +goose StatementBegin
CREATE FUNCTION look_over() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = verbale, pg_temp AS $$
DECLARE t RECORD;
BEGIN
  FOR t IN SELECT c.relname AS it FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'verbale' AND c.relkind = 'r' AND c.relrowsecurity ORDER BY c.relname LOOP
    EXECUTE format('ANALYZE %I', t.it);
  END LOOP;
END $$;
-- +goose StatementEnd
