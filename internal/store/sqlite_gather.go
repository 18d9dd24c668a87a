package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"

	"verbale/internal/problem"
)

// gatherRows makes a company's file of a folder of rows. It is of the schema
// that the rows have; opening it brings it forward.
func gatherRows(ctx context.Context, folder, path, name string) (err error) {
	text, err := os.ReadFile(filepath.Join(folder, tablesFile))
	if err != nil {
		return errors.Join(ErrStrange, err)
	}
	var said rowsOf
	if err := json.Unmarshal(text, &said); err != nil || said.Schema <= newest {
		return errors.Join(ErrStrange, err)
	}
	file, err := openLoose(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := migrateSQLiteTo(ctx, file, name, said.Schema); err != nil {
		return err
	}
	all, err := tables(ctx, file)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(said, describe(said.Schema, all)) {
		return ErrStrange
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
	read := func(ctx context.Context, t table, f func(page) error) error { return readParts(ctx, folder, t, f) }
	if err := carry(ctx, all, read, func(p page) error { return put(into, p) }); err != nil {
		if ctx.Err() == nil && problem.Of(classify(err)) == nil { // rows that no company has
			err = errors.Join(ErrStrange, err)
		}
		return err
	}
	// All of a company is sorted for its indexes, so that is done in files.
	for _, end := range append([]string{atRest, searchFollowers, `COMMIT`, `PRAGMA temp_store = FILE`}, indexes...) {
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
