package storetest

import (
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"

	_ "modernc.org/sqlite"
)

// OnPostgres says that the run is about PostgreSQL.
func OnPostgres() bool { return os.Getenv("VERBALE_TEST_ENGINE") == string(store.Postgres) }

// OnlySQLite skips a test of what only SQLite has: files that can be damaged
// and edited by hand.
func OnlySQLite(t testing.TB) {
	t.Helper()
	if OnPostgres() {
		t.Skip("about SQLite's files")
	}
}

// Options add the run's engine to a server's options. The same directory has
// the same database for as long as the test runs.
func Options(t testing.TB, dir string, opts store.Options) store.Options {
	t.Helper()
	if OnPostgres() {
		opts.Owner, opts.Database = Database(t, dir)
	}
	return opts
}

type addresses struct{ owner, application string }

var databases sync.Map // of a directory: its addresses

// Database gives the database that belongs to a directory.
func Database(t testing.TB, dir string) (owner, application string) {
	t.Helper()
	if known, ok := databases.Load(dir); ok {
		a := known.(addresses)
		return a.owner, a.application
	}
	owner, application = pgtest.New(t)
	databases.Store(dir, addresses{owner, application})
	return owner, application
}

// Open opens a directory; the test ends without having to close it.
func Open(t testing.TB, dir string, opts store.Options) (*store.Server, error) {
	t.Helper()
	return store.OpenServer(context.Background(), dir, Options(t, dir, opts))
}

// ByHand opens a company's database as whoever runs the machine could, past
// the triggers that guard the register.
func ByHand(t testing.TB, dir, company string) *sql.DB {
	t.Helper()
	var db *sql.DB
	var err error
	if OnPostgres() {
		db, err = ownPostgres(t, dir, company)
	} else {
		db, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "tenants", company, "verbale.db")+"?_pragma=busy_timeout(10000)")
		if err == nil {
			_, err = db.Exec(`DROP TRIGGER IF EXISTS entry_keeps; DROP TRIGGER IF EXISTS entry_stays`)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func ownPostgres(t testing.TB, dir, company string) (*sql.DB, error) {
	owner, _ := Database(t, dir)
	config, err := pgx.ParseConfig(owner)
	if err != nil {
		return nil, err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // several statements at once, as SQLite takes them
	config.RuntimeParams["search_path"] = "verbale"
	db := stdlib.OpenDB(*config)
	var id string
	if err := db.QueryRow(`SELECT id::text FROM tenant WHERE name = '` + company + `'`).Scan(&id); err != nil {
		return nil, err
	}
	db.Close()
	config.RuntimeParams["verbale.tenant"] = id
	db = stdlib.OpenDB(*config)
	_, err = db.Exec(`ALTER TABLE entry DISABLE TRIGGER USER`)
	return db, err
}

// SnapshotInto writes a company's database file into a directory.
func SnapshotInto(t testing.TB, tenant *store.Tenant, dir string) (path string) {
	t.Helper()
	PackInto(t, tenant, dir)
	if err := store.Unpack(t.Context(), dir, tenant.Name()); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "verbale.db")
}

// PackInto writes what a snapshot is made of into a directory.
func PackInto(t testing.TB, tenant *store.Tenant, dir string) {
	t.Helper()
	err := tenant.Snapshot(t.Context(), func(name string, _ int64) (io.Writer, error) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		file, err := os.Create(to)
		if err == nil {
			t.Cleanup(func() { file.Close() })
		}
		return file, err
	})
	if err != nil {
		t.Fatal(err)
	}
}
