package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

	"verbale/internal/problem"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings a company's schema up to this program's, one numbered file
// after the other, each in a transaction: a crash in between resumes there.
func migrate(ctx context.Context, db *sql.DB, tenant string) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return classify(err)
	}
	if have > want {
		return problem.Newf(problem.Unavailable, "store.schema_newer",
			"Company %q was written by a newer version of Verbale (schema %d, this program knows %d). Use that version or a later one.", tenant, have, want)
	}
	if have == want {
		return nil
	}
	results, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrating company %q: %w", tenant, classify(err))
	}
	if have > 0 {
		for _, r := range results {
			slog.Info("migrated", "company", tenant, "step", r.Source.Path, "took", r.Duration)
		}
	}
	return nil
}
