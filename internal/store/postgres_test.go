package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// nodes opens several servers on one database, as many machines would.
func nodes(t testing.TB, count int) (all []*store.Server, owner, application string) {
	t.Helper()
	owner, application = pgtest.New(t)
	for i := range count {
		dir := t.TempDir()
		if i > 0 { // all nodes have the root key of the first
			key, err := os.ReadFile(filepath.Join(all[0].Dir(), "root.key"))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "root.key"), key, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s, err := store.OpenServer(t.Context(), dir, store.Options{Database: application, Owner: owner, Node: fmt.Sprint("node", i)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		all = append(all, s)
	}
	return all, owner, application
}

func connect(t testing.TB, address, company string) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["search_path"] = "verbale"
	if company != "" {
		config.RuntimeParams["verbale.tenant"] = company
	}
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { db.Close() })
	return db
}

func texts(t testing.TB, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNoTableOfCompaniesIsWithoutItsForcedPolicy(t *testing.T) {
	t.Parallel()
	_, owner, _ := nodes(t, 1)
	db := connect(t, owner, "")
	open := texts(t, db, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'verbale' AND c.relkind = 'r'
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND a.atttypid = 'bigint'::regtype)
		AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'company'
			AND pg_get_expr(p.polqual, p.polrelid) LIKE '(tenant = %current_setting(''verbale.tenant''%'))`)
	if len(open) > 0 {
		t.Errorf("no policy is forced on %q", open)
	}
	bare := texts(t, db, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'verbale' AND c.relkind = 'r' AND NOT c.relrowsecurity ORDER BY 1`)
	if got := strings.Join(bare, " "); got != "allowed goose_db_version host root_key tenant" {
		t.Errorf("tables that all companies share: %s", got)
	}
	loose := texts(t, db, `SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'verbale' AND c.relrowsecurity AND i.relname <> 'message_index_terms'
		AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0] AND a.attname = 'tenant')`)
	if len(loose) > 0 {
		t.Errorf("keys that do not begin with the company: %q", loose)
	}
}

func TestBothEnginesHaveTheSameTablesAndColumns(t *testing.T) {
	t.Parallel()
	_, owner, _ := nodes(t, 1)
	postgres := texts(t, connect(t, owner, ""), `SELECT it FROM (SELECT c.relname || '.' || a.attname AS it FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'verbale' AND c.relkind = 'r' AND c.relrowsecurity AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'tenant' AND c.relname NOT LIKE 'message_index%') x ORDER BY it COLLATE "C"`)
	dir := t.TempDir()
	s, err := store.OpenServer(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	newTenant(t, s, "acme")
	db, err := sql.Open("sqlite", filepath.Join(dir, "tenants", "acme", "verbale.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sqlite := texts(t, db, `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'message_index%' ORDER BY 1`)
	if a, b := strings.Join(sqlite, "\n"), strings.Join(postgres, "\n"); a != b {
		t.Errorf("SQLite has\n%s\n\nPostgreSQL has\n%s", a, b)
	}
}

func TestWhoNamesNoCompanySeesNothingAndWhoNamesOneSeesItAlone(t *testing.T) {
	t.Parallel()
	all, owner, application := nodes(t, 1)
	for _, name := range []string{"acme", "beta"} {
		write(t, newTenant(t, all[0], name), say("in "+name))
	}
	ids := texts(t, connect(t, owner, ""), `SELECT id::text FROM tenant ORDER BY name`)
	nobody := connect(t, application, "")
	for _, query := range []string{`SELECT * FROM entry`, `INSERT INTO notice (seq, conversation) VALUES (1, 1)`, `UPDATE head SET size = 9`, `SELECT * FROM messages_with('a', 9, 0, 9)`, `SELECT settle('search.1')`} {
		if _, err := nobody.Exec(query); err == nil {
			t.Errorf("without a company %s was answered", query)
		}
	}
	acme := connect(t, application, ids[0])
	if seen := texts(t, acme, `SELECT DISTINCT tenant::text FROM entry UNION SELECT tenant::text FROM head UNION SELECT tenant::text FROM keyset`); len(seen) != 1 || seen[0] != ids[0] {
		t.Errorf("acme sees the rows of %q", seen)
	}
	for _, query := range []string{
		`INSERT INTO notice (tenant, seq, conversation) VALUES (` + ids[1] + `, 1, 1)`,
		`DELETE FROM entry`, `TRUNCATE entry`, `UPDATE entry SET kind = 'x.y'`, `DELETE FROM checkpoint`,
		`ALTER TABLE entry DISABLE TRIGGER ALL`, `SELECT forget_company('beta')`, `SELECT guard('entry', 'DELETE')`, `SELECT admit('public')`,
		`CREATE TABLE verbale.mine (x int)`, `CREATE FUNCTION verbale.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
	} {
		if _, err := acme.Exec(query); err == nil {
			t.Errorf("the application's role could %s", query)
		}
	}
	for _, name := range []string{"acme", "beta"} {
		tenant, err := all[0].Tenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		mustAudit(t, tenant, 1)
	}
}

func TestADatabaseThatMustNotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	owner, application := pgtest.New(t)
	refused := func(code string, opts store.Options) {
		t.Helper()
		s, err := store.OpenServer(t.Context(), t.TempDir(), opts)
		if err == nil {
			s.Close()
		}
		if p := problem.Of(err); p == nil || p.Code != code {
			t.Errorf("wanted %s, got %v", code, err)
		}
		if err != nil && (strings.Contains(err.Error(), "wrong") || strings.Contains(err.Error(), "postgres://")) && code != "store.database_url" {
			t.Errorf("the address is in the error: %v", err)
		}
	}
	refused("store.database_url", store.Options{Database: "postgres://a b@"})
	refused("store.unreachable", store.Options{Database: "postgres://x:wrong@127.0.0.1:1/x?connect_timeout=1"})
	refused("store.unprepared", store.Options{Database: application})
	refused("store.roles_same", store.Options{Database: owner, Owner: owner})
	if _, err := store.PreparePostgres(t.Context(), owner, application); err != nil {
		t.Fatal(err)
	}
	refused("store.role_too_strong", store.Options{Database: owner})
	db := connect(t, owner, "")
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
		t.Fatal(err)
	}
	refused("store.schema_newer", store.Options{Database: application})
	refused("store.schema_newer", store.Options{Database: application, Owner: owner})
	if _, err := db.Exec(`DELETE FROM goose_db_version WHERE version_id >= 8`); err != nil {
		t.Fatal(err)
	}
	refused("store.schema_older", store.Options{Database: application})
	if n := texts(t, db, `SELECT count(*)::text FROM tenant`); n[0] != "0" {
		t.Errorf("%s companies were made", n[0])
	}
}

func TestANodeWithAnotherRootKeyIsRefused(t *testing.T) {
	t.Parallel()
	all, _, application := nodes(t, 1)
	write(t, newTenant(t, all[0], "acme"), say("hello"))
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{Database: application})
	if err == nil {
		s.Close()
	}
	if p := problem.Of(err); p == nil || p.Code != "store.root_differs" {
		t.Errorf("got %v", err)
	}
}

func TestNoWordIsReadableInAnyTable(t *testing.T) {
	t.Parallel()
	all, owner, _ := nodes(t, 1)
	write(t, newTenant(t, all[0], "acme"), say("canarybird"))
	all[0].Close()
	id := texts(t, connect(t, owner, ""), `SELECT id::text FROM tenant`)[0]
	db := connect(t, owner, id)
	looked := 0
	for _, table := range texts(t, db, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'verbale' AND c.relkind = 'r'`) {
		for _, row := range texts(t, db, fmt.Sprintf(`SELECT t::text FROM %q t`, table)) {
			looked += len(row)
			if strings.Contains(row, "canary") || strings.Contains(row, fmt.Sprintf("%x", "canary")) {
				t.Errorf("%s has it", table)
			}
		}
	}
	if looked < 500 {
		t.Errorf("only %d bytes were looked at", looked)
	}
}
