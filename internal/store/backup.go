package store

import (
	"context"
	"errors"
	"path/filepath"

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
// damaged, in the engine's words, or nothing.
func (t *Tenant) Check(ctx context.Context) (faults []string, err error) {
	err = t.Read(ctx, func(tx *Tx) error {
		rows, err := tx.Query(quickCheck)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			if line != "ok" {
				faults = append(faults, line)
			}
		}
		return classify(rows.Err())
	})
	return faults, err
}
