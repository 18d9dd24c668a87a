package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"verbale/internal/seal"
)

// Snapshot writes the company's database, consistent and as of one moment,
// into a new file, while the company goes on writing. The copy has no journal
// beside it and holds no more free pages than it needs.
func (t *Tenant) Snapshot(ctx context.Context, path string) (err error) {
	db, err := openSQLite(filepath.Join(t.dir, databaseFile), false, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return classify(err)
}

// Rewrap makes a company's database, which no server has open, belong to
// another root key: its keyset is unwrapped with the one and wrapped with the
// other. Nothing else is changed, since all else is sealed by the keyset.
func Rewrap(ctx context.Context, dir, name string, from, to *seal.Root) (err error) {
	db, err := openSQLite(filepath.Join(dir, databaseFile), false, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var wrapped []byte
	if err := db.QueryRowContext(ctx, `SELECT wrapped FROM keyset WHERE id = 1`).Scan(&wrapped); err != nil {
		return classify(err)
	}
	if wrapped, err = from.Rewrap(name, wrapped, to); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `UPDATE keyset SET wrapped = ? WHERE id = 1`, wrapped)
	return classify(err)
}

// Check has the engine look at the whole database file: it gives what is
// damaged, in the engine's words, and what would run in it by itself and is
// not the program's; or nothing.
func (t *Tenant) Check(ctx context.Context) (faults []string, err error) {
	err = t.Read(ctx, func(tx *Tx) error {
		if tx.dialect != SQLite {
			return nil // the server looks after its files, and its owner after its triggers
		}
		if faults, err = tx.texts(quickCheck); err != nil {
			return err
		}
		faults = slices.DeleteFunc(faults, func(line string) bool { return line == "ok" })
		strange, err := tx.strangers()
		faults = append(faults, strange...)
		return err
	})
	return faults, err
}

// strangers names the triggers and views that no migration has made.
func (tx *Tx) strangers() (faults []string, err error) {
	var made strings.Builder
	err = fs.WalkDir(migrationFiles, "migrations/sqlite", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrationFiles, name)
		made.Write(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	found, err := tx.texts(runsByItself)
	for _, definition := range found {
		if !strings.Contains(made.String(), definition) {
			name, _, _ := strings.Cut(definition, "\n")
			faults = append(faults, fmt.Sprintf("not the program's: %q", name))
		}
	}
	return faults, err
}

// texts reads the one text column of a query.
func (tx *Tx) texts(query string) (out []string, err error) {
	rows, err := tx.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, classify(rows.Err())
}
