package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite" // also registers the driver "sqlite"

	"verbale/internal/problem"
)

// This file and those whose names begin with sqlite are all that knows SQLite.

// The primary result codes of https://sqlite.org/rescode.html that a person
// can do something about.
const (
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// openSQLite opens a database file. WAL lets readers go on while the one
// writer writes; synchronous=FULL makes a commit survive a power cut. What is
// deleted is overwritten in the pages that are written anyway; pages that
// fall free keep it, but for whoever has this file only (see unusedPages).
func openSQLite(path string, readOnly bool, conns int) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-8000)", "temp_store(MEMORY)", "trusted_schema(0)", "cell_size_check(1)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "secure_delete(FAST)",
	} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Set("_txlock", "immediate")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

const (
	quickCheck = "PRAGMA quick_check(20)"
	// What does something without being asked, as it was defined.
	runsByItself = "SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY name"
)

// sqliteEngine keeps each company in a file of its own in a directory that no
// other process uses.
type sqliteEngine struct {
	dir       string
	companies *catalog
}

func openSQLiteEngine(ctx context.Context, dir string) (*sqliteEngine, error) {
	db, err := openSQLite(filepath.Join(dir, "server.db"), false, 1)
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{dir: dir, companies: &catalog{db: db}}
	if _, err := db.ExecContext(ctx, sqliteCatalog); err != nil {
		db.Close()
		return nil, classify(err)
	}
	return e, nil
}

const sqliteCatalog = `
CREATE TABLE IF NOT EXISTS tenant (name TEXT PRIMARY KEY, created BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS host (host TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenant (name)) WITHOUT ROWID;`

func (e *sqliteEngine) catalog() *catalog                           { return e.companies }
func (e *sqliteEngine) shared() bool                                { return false }
func (e *sqliteEngine) lookout(context.Context, func([]TenantHead)) {}
func (e *sqliteEngine) close()                                      { e.companies.db.Close() }

// sqliteDatabase is one company's file.
type sqliteDatabase struct {
	write   *sql.DB
	writing *sqliteWriter
	readers *sqliteReaders
}

func (e *sqliteEngine) open(ctx context.Context, name string) (database, error) {
	path := filepath.Join(e.dir, "tenants", name, databaseFile)
	write, err := openSQLite(path, false, 1)
	if err != nil {
		return nil, err
	}
	d := &sqliteDatabase{write: write}
	if err := d.start(ctx, path, name); err != nil {
		write.Close()
		return nil, err
	}
	return d, nil
}

func (d *sqliteDatabase) start(ctx context.Context, path, name string) error {
	if err := d.write.PingContext(ctx); err != nil {
		return classify(err)
	}
	if err := migrateSQLite(ctx, d.write, name); err != nil {
		return err
	}
	c, err := newSQLiteConn(ctx, d.write)
	if err != nil {
		return err
	}
	d.writing = &sqliteWriter{sqliteConn: c}
	read, err := openSQLite(path, true, readConns)
	if err != nil {
		return err
	}
	read.SetMaxIdleConns(0) // the readers say which are kept
	d.readers = newSQLiteReaders(read)
	return nil
}

func (d *sqliteDatabase) reader(ctx context.Context) (conn, func(), error) {
	c, err := d.readers.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.exec("BEGIN"); err != nil {
		d.readers.give(c)
		return nil, nil, err
	}
	return c, func() {
		c.exec("ROLLBACK")
		d.readers.give(c)
	}, nil
}

func (d *sqliteDatabase) writer(context.Context) (writeConn, func(), error) {
	return d.writing, func() {}, nil
}

func (d *sqliteDatabase) beside(context.Context, string, ...any) error {
	return errors.New("store: SQLite has one writer")
}

func (d *sqliteDatabase) dialect() Dialect { return SQLite }

// close waits for the reads in hand.
func (d *sqliteDatabase) close() {
	d.readers.close()
	d.writing.close()
	d.write.Close()
}

// classify turns an engine's error into a problem where there is something
// that a person can do; any other error passes.
func classify(err error) error {
	if err == nil || problem.Of(err) != nil {
		return err
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return classifyPostgres(err)
	}
	switch e.Code() & 0xff {
	case sqliteFull:
		return refuse("store.full", "The disk is full. Nothing was written; free some space and try again.", err)
	case sqliteReadOnly, sqliteCantOpen:
		return refuse("store.read_only", "The data directory cannot be written. Give the server's user the right to write there.", err)
	case sqliteCorrupt, sqliteNotADB:
		return refuse("store.corrupt", "The database file is damaged. Stop the server, keep the file, and restore the last backup.", err)
	case sqliteIOErr:
		return refuse("store.disk", "The disk reported an error. Nothing was written; look at the disk before going on.", err)
	case sqliteBusy:
		return refuse("store.busy", "Another program holds the database. Only one server may use a data directory.", err)
	}
	return err
}

func refuse(code, detail string, cause error) error {
	return fmt.Errorf("%w (%w)", problem.New(problem.Unavailable, code, detail), cause)
}
