package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

// Schema says which schema a company's database has and which this program
// wants, and changes nothing: opening the company would bring it forward.
func (s *Server) Schema(ctx context.Context, name string) (have, want int64, err error) {
	return s.engine.schema(ctx, name)
}

func (e *sqliteEngine) schema(ctx context.Context, name string) (have, want int64, err error) {
	db, err := openSQLite(filepath.Join(e.dir, "tenants", name, databaseFile), true, 1)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return schemaOf(ctx, db)
}

// schemaOf says which schema a company's file has.
func schemaOf(ctx context.Context, file *sql.DB) (have, want int64, err error) {
	steps, err := migrations(goose.DialectSQLite3, file)
	if err != nil {
		return 0, 0, err
	}
	have, want, err = steps.GetVersions(ctx)
	return have, want, classify(err)
}

// schema is one for all companies of a shared database.
func (e *pgEngine) schema(ctx context.Context, _ string) (have, want int64, err error) {
	if want, err = newestMigration(); err != nil {
		return 0, 0, err
	}
	err = e.pool.QueryRow(ctx, `SELECT schema_version()`).Scan(&have)
	return have, want, classify(err)
}
