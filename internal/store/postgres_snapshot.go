package store

import (
	"context"
	"errors"
)

// snapshot reads the company's rows from one moment into a new file.
func (d *pgDatabase) snapshot(ctx context.Context, t *Tenant, path string) (err error) {
	file, err := openLoose(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := migrateSQLite(ctx, file, t.name); err != nil {
		return err
	}
	all, err := tables(ctx, file)
	if err != nil {
		return err
	}
	into, err := newSQLiteConn(ctx, file)
	if err != nil {
		return err
	}
	defer into.close()
	if _, err := into.exec(`BEGIN`); err != nil {
		return err
	}
	for _, t := range all { // what a new company begins with
		if _, err := into.exec(`DELETE FROM ` + quoted([]string{t.name})); err != nil {
			return err
		}
	}
	from, done, err := d.reader(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := carry(ctx, from, all, func(p page) error { return put(into, p) }); err != nil {
		return err
	}
	for _, end := range []string{atRest, searchFollowers, `COMMIT`} {
		if _, err := into.exec(end); err != nil {
			return err
		}
	}
	return nil
}
