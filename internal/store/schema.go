package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

// Schema says which schema a company's database has and which this program
// wants, and changes nothing: opening the company would bring it forward.
func (s *Server) Schema(ctx context.Context, name string) (have, want int64, err error) {
	db, err := openSQLite(filepath.Join(s.tenantDir(name), databaseFile), true, 1)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return 0, 0, err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, err
	}
	have, want, err = p.GetVersions(ctx)
	return have, want, classify(err)
}
