package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// migrateSQLite brings a company's schema up to this program's, one numbered
// file after the other, each in a transaction: a crash in between resumes
// there.
func migrateSQLite(ctx context.Context, db *sql.DB, tenant string) error {
	if err := versionsReadable(ctx, db); err != nil {
		return err
	}
	steps, err := migrations(goose.DialectSQLite3, db)
	if err != nil {
		return err
	}
	return migrateUp(ctx, steps, fmt.Sprintf("company %q", tenant))
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
