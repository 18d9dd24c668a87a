package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
)

// snapshot makes a file of the company's rows, and sends it.
func (d *pgDatabase) snapshot(ctx context.Context, t *Tenant, scratch string, begin func(size int64) (io.Writer, error)) (err error) {
	made, err := os.CreateTemp(scratch, "snapshot-*.db")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, made.Close(), os.Remove(made.Name())) }()
	if err := d.writeFile(ctx, t, made.Name()); err != nil {
		return err
	}
	info, err := made.Stat()
	if err != nil {
		return err
	}
	to, err := begin(info.Size())
	if err == nil {
		_, err = io.Copy(to, made)
	}
	return err
}

// writeFile reads the company's rows from one moment into a new file.
func (d *pgDatabase) writeFile(ctx context.Context, t *Tenant, path string) (err error) {
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
	indexes, err := withoutIndexes(ctx, file)
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
	for _, end := range append([]string{atRest, searchFollowers, `COMMIT`}, indexes...) {
		if _, err := into.exec(end); err != nil {
			return err
		}
	}
	return nil
}

// withoutIndexes takes the indexes out of a file, and gives what makes them
// again: sorted once, they cost less than row by row.
func withoutIndexes(ctx context.Context, file *sql.DB) (again []string, err error) {
	rows, err := file.QueryContext(ctx, `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	drop := ""
	err = each(rows, func() error {
		var name, definition string
		err := rows.Scan(&name, &definition)
		drop += `DROP INDEX ` + quoted([]string{name}) + `;`
		again = append(again, definition)
		return err
	})
	if err == nil {
		_, err = file.ExecContext(ctx, drop)
	}
	return again, err
}
