package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite" // also registers the driver "sqlite"

	"verbale/internal/problem"
)

// This file is all that knows SQLite. The PostgreSQL engine will stand beside
// it with the same few names.

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
// writer writes; synchronous=FULL makes a commit survive a power cut.
func openSQLite(path string, readOnly bool, conns int) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-8000)", "temp_store(MEMORY)", "trusted_schema(0)", "cell_size_check(1)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)",
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
	beginWrite = "BEGIN IMMEDIATE"
	beginRead  = "BEGIN"
	quickCheck = "PRAGMA quick_check(20)"
	// What does something without being asked, as it was defined.
	runsByItself = "SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY name"
)

// rebind turns "?" into the engine's parameters; SQLite takes them as they are.
func rebind(query string) string { return query }

// classify turns an engine's error into a problem where there is something
// that a person can do; any other error passes.
func classify(err error) error {
	var e *sqlite.Error
	if err == nil || problem.Of(err) != nil || !errors.As(err, &e) {
		return err
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
