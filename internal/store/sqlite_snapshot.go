package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
)

// Snapshot writes the company as of one moment into a new database file, while
// it goes on: a SQLite file of this schema, whichever engine the company is
// on. It has no journal beside it, and is durable when Snapshot returns.
func (t *Tenant) Snapshot(ctx context.Context, path string) error {
	if err := t.db.snapshot(ctx, t, path); err != nil {
		os.Remove(path)
		return classify(err)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// openLoose opens a file that is of no worth until it is whole: nothing is
// journalled and nothing made durable on the way.
func openLoose(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "cache_size(-32000)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// snapshot has the engine copy the file.
func (d *sqliteDatabase) snapshot(ctx context.Context, t *Tenant, path string) error {
	db, err := openSQLite(filepath.Join(t.dir, databaseFile), false, 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	copied, err := openLoose(path)
	if err != nil {
		return err
	}
	_, err = copied.ExecContext(ctx, atRest+`; `+noLeases)
	return errors.Join(err, copied.Close())
}
