package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"verbale/internal/seal"
)

// NoteBackup remembers when a backup was made that is whole and kept.
func (t *Tenant) NoteBackup(ctx context.Context, made time.Time) error {
	return t.Write(ctx, func(tx *Tx) error {
		return tx.DoNote(`INSERT INTO backed_up (id, time) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET time = excluded.time`, made.UnixMicro())
	})
}

// LastBackup is when the last backup was made that was kept; the zero time if
// there is none. All nodes know it.
func (t *Tenant) LastBackup(ctx context.Context) (made time.Time, err error) {
	err = t.Read(ctx, func(tx *Tx) error {
		var at int64
		err := tx.Row(`SELECT time FROM backed_up WHERE id = 1`).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		made = time.UnixMicro(at)
		return err
	})
	return made, err
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
