-- root key: 8vOEX2WYRtwMNebnakkxmQQ/zdxbJj+qV0IpLJpLGzQ=
-- The same of PostgreSQL, as pg_dump writes it; the roles are named by the test.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = on;
CREATE SCHEMA verbale;
ALTER SCHEMA verbale OWNER TO {owner};
CREATE FUNCTION verbale.admit(role text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'verbale', 'pg_temp'
    AS $$
DECLARE t RECORD;
BEGIN
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA verbale FROM %I', role);
  EXECUTE format('GRANT USAGE ON SCHEMA verbale TO %I', role);
  FOR t IN SELECT * FROM allowed LOOP
    EXECUTE format('GRANT %s ON %I TO %I', t.rights, t.name, role);
  END LOOP;
  FOR t IN SELECT p.oid::regprocedure AS it FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'verbale' AND p.prosecdef LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', t.it, role);
  END LOOP;
END $$;
ALTER FUNCTION verbale.admit(role text) OWNER TO {owner};
CREATE FUNCTION verbale.entry_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION 'the register is append-only'; END $$;
ALTER FUNCTION verbale.entry_is_kept() OWNER TO {owner};
CREATE FUNCTION verbale.forget_company(company text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'verbale', 'pg_temp'
    AS $_$
DECLARE number BIGINT; t RECORD;
BEGIN
  SELECT id INTO number FROM tenant WHERE name = company;
  PERFORM set_config('verbale.tenant', number::text, true), set_config('verbale.forget', number::text, true);
  FOR t IN SELECT c.relname AS it FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'verbale' AND c.relkind = 'r' AND c.relrowsecurity
    ORDER BY c.relname = 'person', c.relname LOOP -- the others refer to people
    EXECUTE format('DELETE FROM %I WHERE tenant = $1', t.it) USING number;
  END LOOP;
  DELETE FROM host WHERE tenant = company;
  DELETE FROM tenant WHERE name = company;
END $_$;
ALTER FUNCTION verbale.forget_company(company text) OWNER TO {owner};
CREATE FUNCTION verbale.guard(table_name text, rights text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'verbale', 'pg_temp'
    AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY company ON %I USING (tenant = current_setting(''verbale.tenant'')::bigint)', table_name);
  INSERT INTO allowed VALUES (table_name, rights);
END $$;
ALTER FUNCTION verbale.guard(table_name text, rights text) OWNER TO {owner};
CREATE FUNCTION verbale.heads() RETURNS TABLE(name text, size bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'verbale', 'pg_temp'
    AS $$SELECT t.name, h.size FROM head h JOIN tenant t ON t.id = h.tenant$$;
ALTER FUNCTION verbale.heads() OWNER TO {owner};
CREATE FUNCTION verbale.messages_with(question text, below bigint, above bigint, most bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'verbale', 'pg_temp'
    AS $$
  WITH found AS MATERIALIZED (
    SELECT message FROM message_index
    WHERE terms @@ question::tsquery AND tenant = current_setting('verbale.tenant')::bigint
      AND message < below AND message >= above)
  SELECT message FROM found ORDER BY message DESC LIMIT most
$$;
ALTER FUNCTION verbale.messages_with(question text, below bigint, above bigint, most bigint) OWNER TO {owner};
CREATE FUNCTION verbale.schema_version() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'verbale', 'pg_temp'
    AS $$SELECT max(version_id) FROM goose_db_version WHERE is_applied$$;
ALTER FUNCTION verbale.schema_version() OWNER TO {owner};
CREATE FUNCTION verbale.tenant_has_head() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'verbale', 'pg_temp'
    AS $$
BEGIN
  PERFORM set_config('verbale.tenant', NEW.id::text, true);
  INSERT INTO head (id, size, time, roots) VALUES (1, 0, 0, '');
  RETURN NEW;
END $$;
ALTER FUNCTION verbale.tenant_has_head() OWNER TO {owner};
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE verbale.allowed (
    name text NOT NULL,
    rights text NOT NULL
);
ALTER TABLE verbale.allowed OWNER TO {owner};
CREATE TABLE verbale.attachment (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    message bigint NOT NULL,
    place bigint NOT NULL,
    file bigint NOT NULL
);
ALTER TABLE ONLY verbale.attachment FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.attachment OWNER TO {owner};
CREATE TABLE verbale.attempt (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    who bytea NOT NULL,
    failed bigint NOT NULL,
    last bigint NOT NULL,
    until bigint NOT NULL
);
ALTER TABLE ONLY verbale.attempt FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.attempt OWNER TO {owner};
CREATE TABLE verbale.ceremony_done (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    ceremony bytea NOT NULL,
    expires bigint NOT NULL
);
ALTER TABLE ONLY verbale.ceremony_done FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.ceremony_done OWNER TO {owner};
CREATE TABLE verbale.checkpoint (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    size bigint NOT NULL,
    "time" bigint NOT NULL,
    note bytea NOT NULL
);
ALTER TABLE ONLY verbale.checkpoint FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.checkpoint OWNER TO {owner};
CREATE TABLE verbale.company (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    title text NOT NULL,
    language text NOT NULL,
    CONSTRAINT company_id_check CHECK ((id = 1))
);
ALTER TABLE ONLY verbale.company FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.company OWNER TO {owner};
CREATE TABLE verbale.conversation (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    made bigint NOT NULL,
    last_n bigint DEFAULT 0 NOT NULL,
    last_id bigint DEFAULT 0 NOT NULL,
    "time" bigint NOT NULL,
    imported bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY verbale.conversation FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.conversation OWNER TO {owner};
CREATE TABLE verbale.device (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    person bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    secret bytea NOT NULL,
    made bigint NOT NULL,
    ended bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY verbale.device FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.device OWNER TO {owner};
CREATE TABLE verbale.device_use (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    device bigint NOT NULL,
    seen bigint NOT NULL
);
ALTER TABLE ONLY verbale.device_use FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.device_use OWNER TO {owner};
CREATE TABLE verbale.direct (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    conversation bigint NOT NULL
);
ALTER TABLE ONLY verbale.direct FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.direct OWNER TO {owner};
CREATE TABLE verbale.entry (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    seq bigint NOT NULL,
    "time" bigint NOT NULL,
    kind text NOT NULL,
    actor bigint NOT NULL,
    device bigint NOT NULL,
    conversation bigint NOT NULL,
    subject bigint NOT NULL,
    commitment bytea NOT NULL,
    sealed bytea
);
ALTER TABLE ONLY verbale.entry FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.entry OWNER TO {owner};
CREATE TABLE verbale.file (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    person bigint NOT NULL,
    sha256 bytea NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size bigint NOT NULL
);
ALTER TABLE ONLY verbale.file FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.file OWNER TO {owner};
CREATE TABLE verbale.follower (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    name text NOT NULL,
    seq bigint NOT NULL
);
ALTER TABLE ONLY verbale.follower FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.follower OWNER TO {owner};
CREATE TABLE verbale.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);
ALTER TABLE verbale.goose_db_version OWNER TO {owner};
ALTER TABLE verbale.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME verbale.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE verbale.head (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    size bigint NOT NULL,
    "time" bigint NOT NULL,
    roots bytea NOT NULL,
    CONSTRAINT head_id_check CHECK ((id = 1))
)
WITH (fillfactor='20');
ALTER TABLE ONLY verbale.head FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.head OWNER TO {owner};
CREATE TABLE verbale.host (
    host text NOT NULL,
    tenant text NOT NULL
);
ALTER TABLE verbale.host OWNER TO {owner};
CREATE TABLE verbale.import (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    person bigint NOT NULL,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    state text NOT NULL,
    run bigint DEFAULT 0 NOT NULL,
    device bigint DEFAULT 0 NOT NULL,
    conversation bigint DEFAULT 0 NOT NULL,
    line bigint DEFAULT 0 NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    total bigint NOT NULL,
    problem text DEFAULT ''::text NOT NULL
);
ALTER TABLE ONLY verbale.import FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.import OWNER TO {owner};
CREATE TABLE verbale.keyset (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    wrapped bytea NOT NULL,
    CONSTRAINT keyset_id_check CHECK ((id = 1))
);
ALTER TABLE ONLY verbale.keyset FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.keyset OWNER TO {owner};
CREATE TABLE verbale.link (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    secret bytea NOT NULL,
    person bigint NOT NULL,
    role text NOT NULL,
    maker bigint NOT NULL,
    uses bigint NOT NULL,
    used bigint DEFAULT 0 NOT NULL,
    made bigint NOT NULL,
    expires bigint NOT NULL,
    revoked bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY verbale.link FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.link OWNER TO {owner};
CREATE TABLE verbale.mark (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    conversation bigint NOT NULL,
    person bigint NOT NULL,
    delivered_n bigint DEFAULT 0 NOT NULL,
    delivered_at bigint DEFAULT 0 NOT NULL,
    read_n bigint DEFAULT 0 NOT NULL,
    read_at bigint DEFAULT 0 NOT NULL,
    entered bigint DEFAULT 1 NOT NULL
);
ALTER TABLE ONLY verbale.mark FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.mark OWNER TO {owner};
CREATE TABLE verbale.member (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    conversation bigint NOT NULL,
    person bigint NOT NULL,
    role text NOT NULL,
    joined bigint NOT NULL,
    first_n bigint NOT NULL
);
ALTER TABLE ONLY verbale.member FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.member OWNER TO {owner};
CREATE TABLE verbale.message (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    conversation bigint NOT NULL,
    n bigint NOT NULL,
    author bigint NOT NULL,
    "time" bigint NOT NULL,
    text_seq bigint NOT NULL,
    reply_to bigint DEFAULT 0 NOT NULL,
    edited bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    deleted_by bigint DEFAULT 0 NOT NULL,
    imported bigint DEFAULT 0 NOT NULL,
    files bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY verbale.message FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.message OWNER TO {owner};
CREATE TABLE verbale.message_index (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    message bigint NOT NULL,
    terms tsvector NOT NULL
);
ALTER TABLE ONLY verbale.message_index FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.message_index OWNER TO {owner};
CREATE TABLE verbale.message_key (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    person bigint NOT NULL,
    key bytea NOT NULL,
    message bigint NOT NULL
);
ALTER TABLE ONLY verbale.message_key FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.message_key OWNER TO {owner};
CREATE TABLE verbale.notice (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    seq bigint NOT NULL,
    conversation bigint NOT NULL
);
ALTER TABLE ONLY verbale.notice FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.notice OWNER TO {owner};
CREATE TABLE verbale.passkey (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    person bigint NOT NULL,
    credential bytea NOT NULL,
    handle bytea NOT NULL,
    name text NOT NULL,
    record text NOT NULL,
    made bigint NOT NULL
);
ALTER TABLE ONLY verbale.passkey FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.passkey OWNER TO {owner};
CREATE TABLE verbale.password (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    person bigint NOT NULL,
    login text NOT NULL,
    hash text NOT NULL,
    made bigint NOT NULL
);
ALTER TABLE ONLY verbale.password FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.password OWNER TO {owner};
CREATE TABLE verbale.person (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    active bigint NOT NULL,
    joined bigint NOT NULL
);
ALTER TABLE ONLY verbale.person FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.person OWNER TO {owner};
CREATE TABLE verbale.root_key (
    one bigint NOT NULL,
    id bytea NOT NULL,
    CONSTRAINT root_key_one_check CHECK ((one = 1))
);
ALTER TABLE verbale.root_key OWNER TO {owner};
CREATE TABLE verbale.tenant (
    id bigint NOT NULL,
    name text NOT NULL,
    created bigint NOT NULL
);
ALTER TABLE verbale.tenant OWNER TO {owner};
ALTER TABLE verbale.tenant ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME verbale.tenant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE verbale.tile (
    tenant bigint DEFAULT (current_setting('verbale.tenant'::text))::bigint NOT NULL,
    level bigint NOT NULL,
    n bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY verbale.tile FORCE ROW LEVEL SECURITY;
ALTER TABLE verbale.tile OWNER TO {owner};
INSERT INTO verbale.allowed (name, rights) VALUES ('tenant', 'SELECT, INSERT, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('host', 'SELECT, INSERT, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('root_key', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('entry', 'SELECT, INSERT, UPDATE (sealed)');
INSERT INTO verbale.allowed (name, rights) VALUES ('head', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('tile', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('checkpoint', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('follower', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('keyset', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('company', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('person', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('device', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('device_use', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('link', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('conversation', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('direct', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('member', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('message', 'SELECT, INSERT, UPDATE');
INSERT INTO verbale.allowed (name, rights) VALUES ('message_key', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('notice', 'SELECT, INSERT');
INSERT INTO verbale.allowed (name, rights) VALUES ('mark', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('file', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('attachment', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('message_index', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('import', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('password', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('passkey', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('ceremony_done', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.allowed (name, rights) VALUES ('attempt', 'SELECT, INSERT, UPDATE, DELETE');
INSERT INTO verbale.attachment (tenant, message, place, file) VALUES (1, 19, 0, 18);
INSERT INTO verbale.attempt (tenant, who, failed, last, until) VALUES (1, '\x0ebcac69b8ef36a794f387d90bb2b7a4b28cb7504f3b060382048059fd9e94e0', 1, 1795715177567027, 1795715177567027);
INSERT INTO verbale.attempt (tenant, who, failed, last, until) VALUES (1, '\x1ec0042e76e0c87fc295a27efc66bad566ee7f32710f4d8df10d4db270c22c1f', 1, 1795715177567027, 1795715177567027);
INSERT INTO verbale.checkpoint (tenant, size, "time", note) VALUES (1, 23, 1795715178572879, '\x76657262616c652f61636d650a32330a2f7978736b4d5a326f6d754a694a4c6f42416d392f71436434467666624e556c534c2b6f6f507241676f343d0a0ae280942076657262616c652f61636d6520426b6a4c6e5045794f4370556930385058765a5959546a5a53512b34302f655a5968364d7649564f564f5867722b6b784f6a5a6b7a4b34766359497666787042722f4841793671634e657250777a6a4b6d384f372f6f716a4341633d0a');
INSERT INTO verbale.company (tenant, id, title, language) VALUES (1, 1, 'Acme S.r.l.', 'it');
INSERT INTO verbale.conversation (tenant, id, kind, title, made, last_n, last_id, "time", imported) VALUES (1, 12, 'group', 'Magazzino e consegne', 1795715178541428, 4, 19, 1795715178541428, 0);
INSERT INTO verbale.conversation (tenant, id, kind, title, made, last_n, last_id, "time", imported) VALUES (1, 13, 'direct', '', 1795715178541428, 1, 17, 1795715178541428, 0);
INSERT INTO verbale.device (tenant, id, person, kind, name, secret, made, ended) VALUES (1, 3, 2, 'browser', 'Firefox, Windows', '\xf38f7b6021ac665d661dd7fdae12e5be34544bf6d3da1bafb48dca6d73c520ae', 1795715177229424, 0);
INSERT INTO verbale.device (tenant, id, person, kind, name, secret, made, ended) VALUES (1, 10, 2, 'token', 'backup', '\x18c2ccbfc6fd5fbee83b68d71607a6497c3a5b60c41bec96e6f5174aafac04ad', 1795715177229424, 0);
INSERT INTO verbale.device (tenant, id, person, kind, name, secret, made, ended) VALUES (1, 6, 5, 'browser', 'Chrome, Android', '\x558823d7fea173a860385c04e2d977bbea4939cacec293186b7480f7e6bf6bb3', 1795715177229424, 0);
INSERT INTO verbale.device (tenant, id, person, kind, name, secret, made, ended) VALUES (1, 8, 7, 'browser', 'Safari, iPhone', '\x5f05f1ca7553bdcf3c3763b21f91542ae73b82ca57f9b1449728ff5c99cc55f3', 1795715177229424, 0);
INSERT INTO verbale.direct (tenant, low, high, conversation) VALUES (1, 5, 7, 13);
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 1, 1795715177229424, 'company.created', 0, 0, 0, 0, '\xee8f920484ab6500e92d5c33d773548869da1eede642d850021bb5ca786ddef3', '\x01564985e21b7ddf6a21d666628bce08934abe4b2e07aa355977aff690fe16e9c23c8afcb26692cf0b20cacbe7a2d845045250f2a0702430965d84e196a2ae25c3cd194c8dd9c52ac884ba5d92b28343e4dea69b591efff6283b5d86611bb4b24514d0c32daa53adf640a1b70c561b7322b94e72d4796c389b5a057255afc2a331c7d9495b37136c');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 2, 1795715177229424, 'person.added', 0, 0, 0, 0, '\x5362c4deea5b4a99572882387a7d8ffbf7376d4e963aa4726b9800eb5f525a85', '\x01564985e2ab5738244ae47cccad585b5ebe29b908d819345f7791b2d8b52dcf5fd73d0953015686df9e3b7b277fe0aaf0ed48652faeb2a62475ca369b0fa625dbdacaaeb016ef079e4de4585dda0df0ee8caf92da60940e42b399b72d8c1953fccf8af5c208f1374739a0d86b4ebb6df708e1c48baf5071d8bbc37180b964e96bc77c66ed96a569ff6c05174b7fb953ab479e7d60d00d');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 3, 1795715177229424, 'device.added', 2, 0, 0, 2, '\x46cda67a5a5305445818407bcfcacb81afabe9a47afa3ba7fe2d2be20fb338e7', '\x01564985e2165c1f02a5782a5b75cc53f47a229957896147a8cb502af88550fa9b91aa94c835ce8f25a00e289b9888895e201ad345b038558c381ea13e3d2c937b1cfb5965374bd34649b4fb77ac444ffd01ed3d7e0bb6e3a3b19918c9e6df24d339c80f5f881b61feddcddc71164914012d911809c280a864be4bc1fcf934e1c147f0e74e2b97adef470378f7dbf97fd7e8d5259cc57a5bbd4a83b87f143398c9c914cbd4c85bdce41bbdcba8104145c2cbf1b2537d3b26fa130bba3fde335f228d3fefd522b7e866fa4800cd8ff4781570f89dfe8db3cec5');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 4, 1795715177229424, 'invite.made', 2, 3, 0, 0, '\x31c8d4f4ff42ed1b0b29addac8a4bd249adebf5f62e7a9cf6679ec32ea726e81', '\x01564985e2970c36423e429a382e122964ccf311031d6eb6a7da0afb843ab42eaf81e41b57dd2216648f48852b351dc972aa6cd306a2f54a9bb457ff77e56d7271a5f90f0394d62da6cb58cc377ae7453430268bc9f2c83e55bac1e9b6af6072f7d99deba7595cf66574300fbffd6b36a71d15c9e1c7a5fdaa5042ce262e5feeb9b87370c61fa556389a319a9b920d569691d23669588ab77570dbe9dd59e9481a8f73f0b5f07347ed536fe5155bc0a44103c21d98e11c7839dc488abf682986fe41a55a4b7f78851f2f86fe3e98639f8fc3d2acc99624682cf8e13440ae92b461e4');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 5, 1795715177229424, 'person.added', 0, 0, 0, 4, '\xda01f14ecaa8cc3f39ecccae6f502d21439895d1b62784e5ea44d5c17ff186b3', '\x01564985e216faf3596a9bf6f7bfd2fb22aca8b6325740f57b43dcb0619c277e56a53eddc50d6c9bd3e93978c8f7d7003e0023916bb060f297c8db3092e376ec2625d9ee0347b82170c8f522e87b250e50c8b97f823ed0173b6307d7ec7196ceac1eeadcaf7611beecf590739131ab039dfe5a0da30813332a9c03220c4135cfc4a973afe32d34c57ff9fea9f45b8a4fc1ae681b7cb3eb');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 6, 1795715177229424, 'device.added', 5, 0, 0, 5, '\x9dc142aec2414f5d027d0ab3b7964f8ff4f213e779a9724b11082b9363732aa0', '\x01564985e2e5bb1ed715b0e8d357053bae7c1405ada7ea8136e7839939a42440a0d2934dd39bf520ad5b1f6aaf578801b907198b7fe984dec7d85e7b0dd5a279b7789cd2c747408f89a278c2c418c40608ccd6f6abb46f712f6128714e3e3a68c5f23da689b5e4de5e290f15dd0ad4f25c8619762dfa3e48e69e30f1fec96c74d17da0343a565cb5def4199517c07303be955018e5300008cf16e8e14681d72fceaf9ceee4b5e5ea4f5f6418aa439d0127aaee682ed2b08fdd1bce81cd8377560312123b6b8078aa7b9c50a8463f2b35052d28e60ff4123e');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 7, 1795715177229424, 'person.added', 0, 0, 0, 4, '\x81b2c12c7da4eaff511f3e36f83b107787ea592507edd2c54978c109fe2db87b', '\x01564985e2300f5eeadceabe892a6f4ec9dc3ea40d33fd0f88d0551b6d9bf8aa4107190dbcd5c96240de8d98b2a7fe5b7ccc3d72035cbc7ea6f40b48bde54088af9588c2058cfa485e9fed4ef76b114b260a9c1e4ef1e6e26c07942abb24aedb118fdd5b668c17889d26ee1250ba60f563a580de2a88cc5ffb393d8a3b7c84b7cd55aaf248132bdb674017e3305262dfd0bbd552d9307b');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 8, 1795715177229424, 'device.added', 7, 0, 0, 7, '\x0a01f3afd5cfe66b3712526dd15e70aa5349c359ed1a1a46b18cec3413c4e145', '\x01564985e2eacc3bc930727bac1d2449d0fd5d41fec9a4b96ceafd60c2e4b1bc5a90ce6f85b8fb585b803d6cd2d67cc20ef179794f5f375f97ba7f704d604484a0405076dcc1a58df57e5476ad4bc3a6942fde2d8002a1ec8c54d09b55abfafcfd6ed2c26dfd7945a550044ad2e0226bdf75621fca01a558ceff9969c01a4d3539bd1c5c030cc2bf7f3c25a067aa6333387229f5cfc311131e5552892365ca95466180c6e4e03407d0b14f76f78ac712736b51f39a8e4c8abb6faeb672741dca9067d2ccdb20ee4ba16baebcda8c58e40746a6da94f847');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 9, 1795715177229424, 'link.made', 5, 6, 0, 5, '\xb5d0ce3bc2de184408430d9ca0e6b8fc4ed7c00d9ceed3348886adcee90ed5f9', '\x01564985e253efdedd09dd337ec484df2d5c151bee36115290290c7e029b9706d2f128eed254490ed10c6acd3da245c6d6c4975b1869514d0c2b6b5b5a108764c6f40bdd76ad3456011cefc14322fafafdefee6c1b63720f237e6800c2a614b3bad015e3ceff95b1c6faa1b7b6f59843e691c8444a8c44484cc6968cc8fe14ca54114e098aff818b2203a42c0d977cf0abc7ad903e8151a388ffb450b8a6ed1052065593cef509f6188b99e223c8d7a2019d01ab8955a5cf99baac4b4a44b0f30e509078d3e5db4d49709ab0d01bdc7dba683b4cc24fbc105be6ffa5');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 10, 1795715177229424, 'device.added', 2, 3, 0, 2, '\x101475b5f0d49c2504e1bd585225d64e7b16eb284589b205b7d75df5e1fe33de', '\x01564985e2110a3a42ba0ca89bc7cb6ca8fba7ee176799f829c5defff754423af77639bfb1e714d6f3a1be1a9ad003aebf3ad91eb541bf311032524ad9615b81ab7b6307796fa30787fc546ebc9f290e172c13f31046a961d4db457ded88ddf91f5a8c25383e7279745470c6db829250cf8e526ba51faca6c9397391595bf17485fcef2939a469a9217b1bc60726bd273ec72b3eac7f1ed626c2d056a5973da61b059c632bf8f223347eed8b6bbbec9aeb3acd3b141e888a5ae9c0f6d13c068560df7c4ab7f52ab51fcf3da870');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 11, 1795715177564027, 'login.password_set', 2, 3, 0, 2, '\xdbfec5d2d23fa44a7f251fb9e52016b14ddf21142f3a9bfbf60c16350e1e62bd', '\x01564985e2cc0c38127e1ec81981afb2eef5f464e313ed2662187298f29377588013bcc082765342c28ca142e256ac9c63ed37e273672a3c69f9ea8bdfa9d7afc095b878264143ce6d0327594f8a71acaa63e2e9727df1cee6c58a3515593721d25a65c5400cda021daca7fd95cc39b1ab8d605cab38b74b753581f70e1f2360821e4ed18690bf25b40231005aa4cdce249c040f20fbb14e60adf4f4deb3f3435648c10023ff28a780234a5f3c551577a13158a7901cfce55ddb5023c3');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 12, 1795715178541428, 'conversation.created', 2, 3, 0, 0, '\x316c04c81adf5af3546699c127bce5b6756e028f4fc2e3d6f8c67ad1fb91164d', '\x01564985e22ac03beb5013737989d2ae9a09fcb15490ce9ebe7e7f6185e757c96355588762c712b0b79dafe7a865c76a35b9aed79d5d8bee38d217e3ea9766fa84cd28038839743251ef045a5cd61425270e585fb4f556d86ce23c76c284ef0bfa5c8bf01ed9c82d9ef83505ace0d78c57a6e12b2d1ad3a7ef4b9d1d83ed87c4463609715d7732ddeff09c1fd8a93799bfc1b96562616d7857ee6a53d3bde129ae47fc070a7501225437e67ed2a9b3006bb04beac5cb1298305ebff08d5f958ce512267f99ed6b3373f32596d4dbc27a707131d95377c0efc228e3f8f829a6977c3a');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 13, 1795715178541428, 'conversation.created', 5, 6, 0, 0, '\xbe06b19c7cfa052b1c3afa47f71603b2e099cbe76cc2f68303cf17e103964b5d', '\x01564985e28be5f72c3b8ad6ce4731c6e1c00e05ef16c96ab5f6ae6623318098c8047f4c1de3247d283905536ef48ce1ee0049f3a3733cda7902a178c78ddbf2d22d2dcfa0b9d3a474fa4eac38fb2ea2689d333ed2393807d95891824ddb34c20ab3afb6b0f6208d8093455c8ed2d1505c3573a4299364eec866db993a3bb9e9f4115220cf376305e8f59e6b2d3b9cf14607845dadcf3e8326756d5cf99ce06ee8ba63c4fbd17ae59f5cf30771a0ee6878642cde670af84d52b8f58a2a20d1cb0b10c18173b205e1052302fe0228834fb2f9b88a285d800d37c78c');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 18, 1795715178541428, 'file.added', 2, 3, 0, 0, '\xb1544882b0a0332e6a7bd7b8bcf557c791b370c540b170eba4d0022666c9fdd6', '\x01564985e2d68f732712bd77cc73df4b2e3bb16fe4f3b91cb4caf0152928365ac7659f332c1284b79d89a94ad8a1213cf2520afd2b7979a1c6f444116a5335ba02867d89f783ad6cf0573774b1c88c57b1337827db3df2e7367e691be373ecc271c3649c4b0d037dc7481d67a57bf641b8ea152e186b7000b52663bd894a60e7d0a5d4cc393e180effd40a53f812c7794e3b96e34f85947c3ab91deb36144d8e0cd8699c6a26e31dd75e2089505b1b21a4a642944e30d6924f090ab543aab4712b2ed53cda1b6b718c435d088caa1e2a960cae948210f1b3327400ef05687a2d11791c78');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 14, 1795715178541428, 'message.posted', 2, 3, 12, 0, '\xe5c779d86f43c6607bbc27c23471aefdd29b3fb9a33573ebb083923a1b335ae2', '\x01564985e207daebe9d39bd00beaa540cda7f27538064ed31f08151d8cf5cc23c627295af0a02fb6b5e3f922134b31ad42d9304b314c6cdd19502ec8bff6625b8bc8ef03569b651bffbe4cb46a29452ca2a55da05debe9c9e81e18387a46be431a08169e1bfc8e7f77fdcadaa0f3fd23b4d4a3a91671c40ab2c4b89d8a128d0376051786d3306cfb7e3503');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 15, 1795715178541428, 'message.posted', 5, 6, 12, 0, '\xc1844c728f836e5ffe57fe822b525fd264e3031cafdb390ea39cc8d3909ea28a', '\x01564985e2a43376af45b8a2b6020dd0ffb87bd392e52a4141b9092c57bf2e519e4c89e410f8dfc1bdb80bd8d53e8dd7d7bf1f4c378fc4dd04c63165c70118650538d34f6f5bff33d6080269861811fe8033e4bee888b1d4eb690d4788697740bf697b69b96510eb7e5ab26886dbdf3bbb8e4374d770d9750e77655066c4a100bd3251adfc73');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 16, 1795715178541428, 'message.posted', 5, 6, 12, 0, '\x174e18e62681a523e4b5fda8aa1db1b2b99486758425fa93691c342b4a9061dd', '\x01564985e23a00cb1f00aa153614403de8bf4b928904650146208d3fb22f83d7652b4b0ed6e47f7dd23e5a4ade6449921083bd096d2c9591c78bd9c671ca78b9272bdab464591ccd4124e2e96e7922879bda1466c14f0c45a1b94ec4eaa5456f83c8b6094568ca7d8563f0d35e097fe26812c5cf73d1adabd6e8d6');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 19, 1795715178541428, 'message.posted', 2, 3, 12, 0, '\x480c35bd33d93e70bc3e90962bdf7e53c47086a302b6de9c6f48e18cb1e71d4a', '\x01564985e2344566de9b78fbaeb37dc92349677ab7fb51e03cc2ffc89c1028dee35f6421f3dcc242b634a9a8f069af88b072f6b9de0847218efa93cb8f6d3a59a51a283352a0dcd06465c251afafd06304ccbf21f72dadf01e5549edef8e536dd9e98a8d698737c30bbe48698182ae9888f5d373ba7ece203ed71a867d795e06838782748078ff45ab98f943');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 20, 1795715178541428, 'message.edited', 2, 3, 12, 14, '\x6b3a941c38617cd663147b51b4e42ff6facc8103f23afb24f03efeeca1cd192e', '\x01564985e215396119d81a98ddd90441ccc0c23ee84954bf55147f80715bd3b468249344a68afad1b03538039e539dabd25c13e217e53d1b92139b4277ee041fb7ba454291bf72f7a0e98bfa81dcb417a5db4ab92e0910cd9e28ebc1842c4625b95da729f0c169a1ed343764b47eb5ca4f0d395fe7765260cac35209e88bbb127394e59847bd34');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 21, 1795715178541428, 'message.deleted', 5, 6, 12, 16, '\x19c651531a7cb0e14d5009e984813ef989e098e6533f50d1d96498a6287e4c15', '\x01564985e236f45c4574c164c55f261b91b6f258e73383effcecf1a79783358cd9112b89da13325e8b8d0f57275f3051ccb508132f17044809c4cda8ef959f2170c280242c7de24ed6fc4bc472cbc00197f4887e28c138194a5b4ea2aa15288816');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 22, 1795715178541428, 'member.added', 2, 3, 12, 0, '\x597ebf5e68d69618b87717148fcccc17c6e166c8425084f86b30e103ebcc4df6', '\x01564985e2b31ac04fba33f7aea12488c568f3a4e56be2554dab5743e5b2a85c298957c3a2880abc98fcb3ad3e4da9ee728ac7916dd993308e3619a52f4957d364db9f3d8ca93a23881d341add83fb795629a5f908e30ac99707242c1ce45046ab82378a0fc0425ddf5e45fcec6f4ccdef128f8ea974da341aab2ca4a05d45f9b2fbb0de3c2ff3313a06570ad7a60c234660e99ed4bc0e');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 23, 1795715178541428, 'conversation.renamed', 2, 3, 12, 0, '\x7d251efa4b56de93fddb5c3b8fb63a5478b86b368f51a51527490bd7c9a82cef', '\x01564985e222e10bc5f11a89f63f25df81d85998e4556782468d63886b3d4adf91849ce68dd368370c98bfe255609d5acac055a7851094b646fd27276c715899f1b2a936735990f7d498e7537fd4da59092516990435fd5a163b36aa1a6d5a41c501c36bbda51b26f4afcaf21354db8c4aa96fdcd1f70cefdddb657a0ace5194e7');
INSERT INTO verbale.entry (tenant, seq, "time", kind, actor, device, conversation, subject, commitment, sealed) VALUES (1, 17, 1795715178541428, 'message.posted', 7, 8, 13, 0, '\x22359149ba8551928df59126599da46311b08e6ef90b55143a9975b8a02f50d6', '\x01564985e2adb4851bf0f690602bd3fda0c6df7bb62ca881e4b85bd096e73a321fc8ccd61713e0a45e935a81f82b700fe309b39a13e8a06bcc561e6a2e68166df38bbfea6875ed8e6e1f55bdb1a088d5dc3df04ad6f0041b46427baf0f03fb168615d4ab639c5b1ffd433d4034870f96b460425b07b7d751');
INSERT INTO verbale.file (tenant, id, person, sha256, name, type, size) VALUES (1, 18, 2, '\x0000000000000000000000000000000000000000000000000000000000000000', 'bolla.pdf', 'application/pdf', 12);
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (1, 0, true, '2026-11-26 17:46:16.640921');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (2, 1, true, '2026-11-26 17:46:16.666516');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (3, 2, true, '2026-11-26 17:46:16.819641');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (4, 3, true, '2026-11-26 17:46:16.877777');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (5, 4, true, '2026-11-26 17:46:16.938838');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (6, 5, true, '2026-11-26 17:46:16.947607');
INSERT INTO verbale.goose_db_version (id, version_id, is_applied, tstamp) VALUES (7, 7, true, '2026-11-26 17:46:16.955667');
INSERT INTO verbale.head (tenant, id, size, "time", roots) VALUES (1, 1, 23, 1795715178541428, '\xfaf73b9a7d9befdc1df9aa54b7fb36e345ba1c39bdfe5085672fd566565ca3b81ad932d4be6390a80b22aa1288bcb1b4a7e16d5682d801f33e091f27b9685db48adadf0ba11ae18ba180e865686defd0d6ae3b3091f1b3a924e44d633ea0d8176bd71a076d7c5b3f39decb353fd2632894853dc487c49d25724728ad99a549ab');
INSERT INTO verbale.host (host, tenant) VALUES ('chat.acme.example', 'acme');
INSERT INTO verbale.keyset (tenant, id, wrapped) VALUES (1, 1, '\x7b2276657273696f6e223a312c22726f6f74223a226a4854436a376f5a795a593d222c22626f64696573223a22456f6742334d595439744d337132502f79315275636763756b536979503137382b3846755a3147684242714b6b4a362f486a466d744c4d7251583369465250657a3159634a35564965423435503238556c5a2f52644e6856372f4c56554b4977303970783579414f49427754796b43737a6c35585342434b6a74726c512b32714e72456d37577533612f5867727658695952385a766931386b37516f534b335a3642656337746f496e7a6f5950513467566f6a59307458677a773d3d222c22776f726473223a22456f30424b7a6e384c4c73516e36666359425272765a4b344f3643774778337749522b427141566730435235794c6c5457577563694b65426b4c646353686959347466353248475964584a6834494668483475522f784c4375536e377138567864525141517a55476734626c3037484f386254766f61324e51322f72755147724a69366b4933324a554b3131726a45546d5141467a7733796a546b484538326f3344426c626837734d6246693262645a75724e6f546466386e62536a48333362222c2266696c6573223a2245703842324e6f63536d3746416147556173574c6f70614f4e616c7851337665374250434436394e6b41494a4d704f6f76612b2b374d3739707363536a597846474c306c7356322b754d424b72677479426b623565396278396d4a71726e654d6c6c50414e374a48423073495654706669456c696547772f376f6a5a3339315643464f54724279674e49424f4f636c41674b7a44536b6b78516f3057714f736f704c54702b456d2b30734b4636545058386a7934726b4e783049516149745862532b4e2f6d747761776b5a5738495271475971504137492b222c227369676e6572223a22796c4433586477646a675738504f34332b75413349507875525136336b545053504e51742f634330767a574c30774765796245434b5a376151374d6344746b614e534e4a61765965764f73525365414551725058306b2b72326e475368664c507a7a454a75695336434a70353074723759424d3369414a467058464c5071376b303666574c6a73543344515038593169674d7230766f316f7376467478733339557765684f4262686847765668354759587650666e7975525541306741476c6e4a50667845614d4670512b65576c63467a47704d61586d5a31714b515361727a47624a54437055646867564a315a636c625649717856492f6374464673356a4355627935664f5844227d');
INSERT INTO verbale.link (tenant, id, kind, secret, person, role, maker, uses, used, made, expires, revoked) VALUES (1, 4, 'invite', '\xdc3330db473773f30143d1265ffbbca375a7aa3d9b9dfda4c21cc82dbe090558', 0, 'member', 2, 5, 2, 1795715177229424, 1795801577229424, 0);
INSERT INTO verbale.link (tenant, id, kind, secret, person, role, maker, uses, used, made, expires, revoked) VALUES (1, 9, 'link', '\x7102c6a6fbede8fb0298f24bf68505dbfb8efa97a43139bd4a3d8244161ae325', 5, '', 5, 1, 0, 1795715177229424, 1795718777229424, 0);
INSERT INTO verbale.mark (tenant, conversation, person, delivered_n, delivered_at, read_n, read_at, entered) VALUES (1, 12, 2, 4, 1795715178541428, 4, 1795715178541428, 0);
INSERT INTO verbale.mark (tenant, conversation, person, delivered_n, delivered_at, read_n, read_at, entered) VALUES (1, 12, 5, 4, 1795715178541428, 4, 1795715178541428, 0);
INSERT INTO verbale.mark (tenant, conversation, person, delivered_n, delivered_at, read_n, read_at, entered) VALUES (1, 12, 7, 4, 0, 4, 0, 1);
INSERT INTO verbale.mark (tenant, conversation, person, delivered_n, delivered_at, read_n, read_at, entered) VALUES (1, 13, 5, 0, 0, 0, 0, 1);
INSERT INTO verbale.mark (tenant, conversation, person, delivered_n, delivered_at, read_n, read_at, entered) VALUES (1, 13, 7, 1, 1795715178541428, 1, 1795715178541428, 0);
INSERT INTO verbale.member (tenant, conversation, person, role, joined, first_n) VALUES (1, 12, 2, 'admin', 1795715178541428, 1);
INSERT INTO verbale.member (tenant, conversation, person, role, joined, first_n) VALUES (1, 12, 5, 'member', 1795715178541428, 1);
INSERT INTO verbale.member (tenant, conversation, person, role, joined, first_n) VALUES (1, 13, 5, 'member', 1795715178541428, 1);
INSERT INTO verbale.member (tenant, conversation, person, role, joined, first_n) VALUES (1, 12, 7, 'member', 1795715178541428, 5);
INSERT INTO verbale.member (tenant, conversation, person, role, joined, first_n) VALUES (1, 13, 7, 'member', 1795715178541428, 1);
INSERT INTO verbale.message (tenant, id, conversation, n, author, "time", text_seq, reply_to, edited, deleted, deleted_by, imported, files) VALUES (1, 14, 12, 1, 2, 1795715178541428, 20, 0, 1795715178541428, 0, 0, 0, 0);
INSERT INTO verbale.message (tenant, id, conversation, n, author, "time", text_seq, reply_to, edited, deleted, deleted_by, imported, files) VALUES (1, 15, 12, 2, 5, 1795715178541428, 15, 14, 0, 0, 0, 0, 0);
INSERT INTO verbale.message (tenant, id, conversation, n, author, "time", text_seq, reply_to, edited, deleted, deleted_by, imported, files) VALUES (1, 16, 12, 3, 5, 1795715178541428, 16, 0, 0, 1795715178541428, 5, 0, 0);
INSERT INTO verbale.message (tenant, id, conversation, n, author, "time", text_seq, reply_to, edited, deleted, deleted_by, imported, files) VALUES (1, 19, 12, 4, 2, 1795715178541428, 19, 0, 0, 0, 0, 0, 1);
INSERT INTO verbale.message (tenant, id, conversation, n, author, "time", text_seq, reply_to, edited, deleted, deleted_by, imported, files) VALUES (1, 17, 13, 1, 7, 1795715178541428, 17, 0, 0, 0, 0, 0, 0);
INSERT INTO verbale.message_key (tenant, person, key, message) VALUES (1, 2, '\x06a253158aad46a6b527fae833e8f83f', 14);
INSERT INTO verbale.message_key (tenant, person, key, message) VALUES (1, 2, '\xbc10dce7be0640b3878772f27d5a9e0d', 19);
INSERT INTO verbale.message_key (tenant, person, key, message) VALUES (1, 5, '\x71e2b2f585b24a399592a41f66efc23d', 15);
INSERT INTO verbale.message_key (tenant, person, key, message) VALUES (1, 5, '\x77daada0ec4f4dc6b442284cd7fd6193', 16);
INSERT INTO verbale.message_key (tenant, person, key, message) VALUES (1, 7, '\x6c8132ad477343fb840e6e2b9824b396', 17);
INSERT INTO verbale.notice (tenant, seq, conversation) VALUES (1, 12, 12);
INSERT INTO verbale.notice (tenant, seq, conversation) VALUES (1, 22, 12);
INSERT INTO verbale.notice (tenant, seq, conversation) VALUES (1, 23, 12);
INSERT INTO verbale.notice (tenant, seq, conversation) VALUES (1, 13, 13);
INSERT INTO verbale.password (tenant, person, login, hash, made) VALUES (1, 2, 'anna', '$argon2id$v=19$m=65536,t=2,p=1$pZglLPn+IjMMYoQyEEMMwA$sHow1SgzxjESqXk1R0+DO3YUfhcARaHOdzzIuSaKrLs', 1795715177564027);
INSERT INTO verbale.person (tenant, id, name, role, language, active, joined) VALUES (1, 2, 'Anna Bianchi', 'owner', 'it', 1, 1795715177229424);
INSERT INTO verbale.person (tenant, id, name, role, language, active, joined) VALUES (1, 5, 'Bruno Rossi', 'member', 'it', 1, 1795715177229424);
INSERT INTO verbale.person (tenant, id, name, role, language, active, joined) VALUES (1, 7, 'Carla Verdi', 'member', 'en', 1, 1795715177229424);
INSERT INTO verbale.root_key (one, id) VALUES (1, '\x8c74c28fba19c996');
INSERT INTO verbale.tenant (id, name, created) OVERRIDING SYSTEM VALUE VALUES (1, 'acme', 1795715177204839);
INSERT INTO verbale.tile (tenant, level, n, data) VALUES (1, 0, 0, '\xa9347f64005eaa7dc07a9794715711815b882353cff1a619fbeb9de13d57eac299ce2273b0c98399d17066614077a101617f29a4d855622e3d8c460ffa0305cd0afc5287ae786016d742fac99b415c36e28aab11ee7cf3c1af96e77fe1adc1b7c684610037cda87aa3ffd5d3d8856a79f6d3bca325f3ecc3590623411d0ba620bce4de03769a6bb190c15eb0ae5983c0e95467e41e527c4b30298be917a2c8021874c37c248464aeb48f4fd0c038820f7a28edd7cc65feb9a62a08863d9ff6521f0a2f23e914d2a8e65ff8abe66b4ac0c6b267fddc360c350180da262bc197dc940bf63f4c8f105eb357fdc6ddc68811a29ec30abeb0ebf3e5e6ab2c8df9ade55c927b9dbe6ca9e6087cac53a4e7472e730f4d59272d1b9004bb3694caa4b37c8aea403673e19b6aa6b3f80576388fb7852dac3120e545628f935928d604f38d664f584d5b05ea932a21f5da9ef0141a81471546407cc0f49d3aa094bf75cc98be3930e2f955dd78c0a6a926b1b658ecf636924b7c43f8abf7d021c44ee04abe379cdcc047e5ed018e557192af634f67cd9c36de7d0556023d0dceba76dde5cc4c3ce42eee51fab982f111b084169bad404bf44a05558e3ebd768ab013bf926e3fc762cb1b8d7a0cf5d49feceafe6b1197fa8b83cc4a217c19ba704357da4a955392d530d50fd9cd47764fcc3f26ae897d5e1a768f4db49eabaf5f2ebe9fa84b6823ad670e9999619aa2faf489a8473df60d05a69c050668ea27652e123148908c4960b0d425a938daa19b4882d03afbe614b050ef5846ee8f9a7b71f8fc541b73082f94204102cae877ba492b0549d2a2f10216af306cdb00307c697b55f40ca459773f0a9cc32de4fbce99eb8a9a70fbc0bcfee0f8defd53fb3577bc33cd3cfab001bb55f6dde5e370ef415b2f9b65ac2dc8b826904c5a99d64cbb2920ca0a94ecae1a2165c803961c573912d27a4c3ccff93fd4fd91490486ad9f3002ec7f6bd71a076d7c5b3f39decb353fd2632894853dc487c49d25724728ad99a549ab');
SELECT pg_catalog.setval('verbale.goose_db_version_id_seq', 7, true);
SELECT pg_catalog.setval('verbale.tenant_id_seq', 1, true);
ALTER TABLE ONLY verbale.allowed
    ADD CONSTRAINT allowed_pkey PRIMARY KEY (name);
ALTER TABLE ONLY verbale.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (tenant, message, place);
ALTER TABLE ONLY verbale.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (tenant, who);
ALTER TABLE ONLY verbale.ceremony_done
    ADD CONSTRAINT ceremony_done_pkey PRIMARY KEY (tenant, ceremony);
ALTER TABLE ONLY verbale.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (tenant, size);
ALTER TABLE ONLY verbale.company
    ADD CONSTRAINT company_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.conversation
    ADD CONSTRAINT conversation_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.device
    ADD CONSTRAINT device_tenant_secret_key UNIQUE (tenant, secret);
ALTER TABLE ONLY verbale.device_use
    ADD CONSTRAINT device_use_pkey PRIMARY KEY (tenant, device);
ALTER TABLE ONLY verbale.direct
    ADD CONSTRAINT direct_pkey PRIMARY KEY (tenant, low, high);
ALTER TABLE ONLY verbale.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (tenant, seq);
ALTER TABLE ONLY verbale.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.follower
    ADD CONSTRAINT follower_pkey PRIMARY KEY (tenant, name);
ALTER TABLE ONLY verbale.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY verbale.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.host
    ADD CONSTRAINT host_pkey PRIMARY KEY (host);
ALTER TABLE ONLY verbale.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.keyset
    ADD CONSTRAINT keyset_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.link
    ADD CONSTRAINT link_tenant_secret_key UNIQUE (tenant, secret);
ALTER TABLE ONLY verbale.mark
    ADD CONSTRAINT mark_pkey PRIMARY KEY (tenant, conversation, person);
ALTER TABLE ONLY verbale.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (tenant, conversation, person);
ALTER TABLE ONLY verbale.message_index
    ADD CONSTRAINT message_index_pkey PRIMARY KEY (tenant, message);
ALTER TABLE ONLY verbale.message_key
    ADD CONSTRAINT message_key_pkey PRIMARY KEY (tenant, person, key);
ALTER TABLE ONLY verbale.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.message
    ADD CONSTRAINT message_tenant_conversation_n_key UNIQUE (tenant, conversation, n);
ALTER TABLE ONLY verbale.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (tenant, seq);
ALTER TABLE ONLY verbale.passkey
    ADD CONSTRAINT passkey_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.passkey
    ADD CONSTRAINT passkey_tenant_credential_key UNIQUE (tenant, credential);
ALTER TABLE ONLY verbale.password
    ADD CONSTRAINT password_pkey PRIMARY KEY (tenant, person);
ALTER TABLE ONLY verbale.password
    ADD CONSTRAINT password_tenant_login_key UNIQUE (tenant, login);
ALTER TABLE ONLY verbale.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (tenant, id);
ALTER TABLE ONLY verbale.root_key
    ADD CONSTRAINT root_key_pkey PRIMARY KEY (one);
ALTER TABLE ONLY verbale.tenant
    ADD CONSTRAINT tenant_name_key UNIQUE (name);
ALTER TABLE ONLY verbale.tenant
    ADD CONSTRAINT tenant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY verbale.tile
    ADD CONSTRAINT tile_pkey PRIMARY KEY (tenant, level, n);
CREATE INDEX attachment_file ON verbale.attachment USING btree (tenant, file);
CREATE INDEX attempt_last ON verbale.attempt USING btree (tenant, last);
CREATE INDEX device_person ON verbale.device USING btree (tenant, person);
CREATE INDEX entry_conversation ON verbale.entry USING btree (tenant, conversation, seq);
CREATE INDEX entry_subject ON verbale.entry USING btree (tenant, subject, seq) WHERE (subject <> 0);
CREATE INDEX import_person ON verbale.import USING btree (tenant, person, id);
CREATE INDEX import_sha256 ON verbale.import USING btree (tenant, sha256);
CREATE INDEX import_unfinished ON verbale.import USING btree (tenant, id) WHERE (state = ANY (ARRAY['running'::text, 'undoing'::text]));
CREATE INDEX link_maker ON verbale.link USING btree (tenant, maker, expires);
CREATE INDEX mark_fresh ON verbale.mark USING btree (tenant, conversation, person) WHERE (entered = 0);
CREATE INDEX member_person ON verbale.member USING btree (tenant, person, conversation);
CREATE INDEX message_imported ON verbale.message USING btree (tenant, imported, n) WHERE (imported <> 0);
CREATE INDEX message_index_terms ON verbale.message_index USING gin (terms);
CREATE INDEX notice_conversation ON verbale.notice USING btree (tenant, conversation, seq);
CREATE INDEX passkey_person ON verbale.passkey USING btree (tenant, person);
CREATE TRIGGER entry_all_stay BEFORE TRUNCATE ON verbale.entry FOR EACH STATEMENT EXECUTE FUNCTION verbale.entry_is_kept();
CREATE TRIGGER entry_keeps BEFORE UPDATE ON verbale.entry FOR EACH ROW WHEN (((new.sealed IS NOT NULL) OR (old.sealed IS NULL) OR (((((((((new.tenant IS DISTINCT FROM old.tenant) OR (new.seq IS DISTINCT FROM old.seq)) OR (new."time" IS DISTINCT FROM old."time")) OR (new.kind IS DISTINCT FROM old.kind)) OR (new.actor IS DISTINCT FROM old.actor)) OR (new.device IS DISTINCT FROM old.device)) OR (new.conversation IS DISTINCT FROM old.conversation)) OR (new.subject IS DISTINCT FROM old.subject)) OR (new.commitment IS DISTINCT FROM old.commitment)))) EXECUTE FUNCTION verbale.entry_is_kept();
CREATE TRIGGER entry_stays BEFORE DELETE ON verbale.entry FOR EACH ROW WHEN ((current_setting('verbale.forget'::text, true) IS DISTINCT FROM (old.tenant)::text)) EXECUTE FUNCTION verbale.entry_is_kept();
CREATE TRIGGER tenant_has_head AFTER INSERT ON verbale.tenant FOR EACH ROW EXECUTE FUNCTION verbale.tenant_has_head();
ALTER TABLE ONLY verbale.device
    ADD CONSTRAINT device_tenant_person_fkey FOREIGN KEY (tenant, person) REFERENCES verbale.person(tenant, id);
ALTER TABLE ONLY verbale.host
    ADD CONSTRAINT host_tenant_fkey FOREIGN KEY (tenant) REFERENCES verbale.tenant(name);
ALTER TABLE ONLY verbale.passkey
    ADD CONSTRAINT passkey_tenant_person_fkey FOREIGN KEY (tenant, person) REFERENCES verbale.person(tenant, id);
ALTER TABLE ONLY verbale.password
    ADD CONSTRAINT password_tenant_person_fkey FOREIGN KEY (tenant, person) REFERENCES verbale.person(tenant, id);
ALTER TABLE verbale.attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.ceremony_done ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.checkpoint ENABLE ROW LEVEL SECURITY;
CREATE POLICY company ON verbale.attachment USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.attempt USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.ceremony_done USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.checkpoint USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
ALTER TABLE verbale.company ENABLE ROW LEVEL SECURITY;
CREATE POLICY company ON verbale.company USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.conversation USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.device USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.device_use USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.direct USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.entry USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.file USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.follower USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.head USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.import USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.keyset USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.link USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.mark USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.member USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.message USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.message_index USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.message_key USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.notice USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.passkey USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.password USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.person USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
CREATE POLICY company ON verbale.tile USING ((tenant = (current_setting('verbale.tenant'::text))::bigint));
ALTER TABLE verbale.conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.device ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.device_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.direct ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.file ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.follower ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.head ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.import ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.keyset ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.link ENABLE ROW LEVEL SECURITY;
CREATE POLICY lookout ON verbale.head FOR SELECT TO {owner} USING (true);
ALTER TABLE verbale.mark ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.message_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.message_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.password ENABLE ROW LEVEL SECURITY;
ALTER TABLE verbale.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY search ON verbale.message_index FOR SELECT TO {owner} USING (true);
ALTER TABLE verbale.tile ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA verbale TO {application};
REVOKE ALL ON FUNCTION verbale.admit(role text) FROM PUBLIC;
REVOKE ALL ON FUNCTION verbale.guard(table_name text, rights text) FROM PUBLIC;
GRANT ALL ON FUNCTION verbale.heads() TO {application};
GRANT ALL ON FUNCTION verbale.messages_with(question text, below bigint, above bigint, most bigint) TO {application};
GRANT ALL ON FUNCTION verbale.schema_version() TO {application};
GRANT ALL ON FUNCTION verbale.tenant_has_head() TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.attachment TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.attempt TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.ceremony_done TO {application};
GRANT SELECT,INSERT ON TABLE verbale.checkpoint TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.company TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.conversation TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.device TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.device_use TO {application};
GRANT SELECT,INSERT ON TABLE verbale.direct TO {application};
GRANT SELECT,INSERT ON TABLE verbale.entry TO {application};
GRANT UPDATE(sealed) ON TABLE verbale.entry TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.file TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.follower TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.head TO {application};
GRANT SELECT,INSERT,DELETE ON TABLE verbale.host TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.import TO {application};
GRANT SELECT,INSERT ON TABLE verbale.keyset TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.link TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.mark TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.member TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.message TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.message_index TO {application};
GRANT SELECT,INSERT ON TABLE verbale.message_key TO {application};
GRANT SELECT,INSERT ON TABLE verbale.notice TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.passkey TO {application};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verbale.password TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.person TO {application};
GRANT SELECT,INSERT ON TABLE verbale.root_key TO {application};
GRANT SELECT,INSERT,DELETE ON TABLE verbale.tenant TO {application};
GRANT SELECT,INSERT,UPDATE ON TABLE verbale.tile TO {application};
