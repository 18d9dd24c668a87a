package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// migrateSQLite brings a company's schema up to this program's, one numbered
// file after the other, each in a transaction: a crash in between resumes
// there. db is one connection. What a step sorts may be all of a company's
// messages, so it is sorted in a file meanwhile, not in memory.
func migrateSQLite(ctx context.Context, db *sql.DB, tenant string) error {
	return migrateSQLiteTo(ctx, db, tenant, newest)
}

// migrateSQLiteTo does the same up to a schema that an earlier program had.
func migrateSQLiteTo(ctx context.Context, db *sql.DB, tenant string, schema int64) error {
	if err := versionsReadable(ctx, db); err != nil {
		return err
	}
	steps, err := migrations(goose.DialectSQLite3, db)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `PRAGMA temp_store = FILE`); err != nil {
		return classify(err)
	}
	if err := migrateUp(ctx, steps, fmt.Sprintf("company %q", tenant), schema); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA temp_store = MEMORY`)
	return classify(err)
}

// versionsReadable finds damage in the list of steps that were taken: goose
// takes a list that it cannot read for none, and would make another.
func versionsReadable(ctx context.Context, db *sql.DB) error {
	var lists int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'`).Scan(&lists)
	if err == nil && lists > 0 {
		var last sql.NullInt64
		err = db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&last)
	}
	return classify(err)
}
