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

// The numbered steps of both engines are twins: the same number makes the same
// tables and columns, which a test compares.
//
//go:embed migrations
var migrationFiles embed.FS

func migrations(dialect goose.Dialect, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	folder := map[goose.Dialect]string{goose.DialectSQLite3: "migrations/sqlite", goose.DialectPostgres: "migrations/postgres"}[dialect]
	files, err := fs.Sub(migrationFiles, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
}

// newest stands for the schema that this program wants.
const newest = 0

// migrateUp takes the steps up to a schema, or up to the newest.
func migrateUp(ctx context.Context, steps *goose.Provider, whose string, schema int64) error {
	have, want, err := steps.GetVersions(ctx)
	if err != nil {
		return classify(err)
	}
	if schema > want {
		return schemaNewer(whose, schema, want)
	}
	if schema != newest {
		want = schema
	}
	if have > want {
		return schemaNewer(whose, have, want)
	}
	if have == want {
		return nil
	}
	results, err := steps.UpTo(ctx, want)
	if err != nil {
		return fmt.Errorf("migrating %s: %w", whose, classify(err))
	}
	if have > 0 {
		for _, r := range results {
			slog.Info("migrated", "of", whose, "step", r.Source.Path, "took", r.Duration)
		}
	}
	return nil
}

func schemaNewer(whose string, have, want int64) error {
	return problem.Newf(problem.Unavailable, "store.schema_newer",
		"The data of %s was written by a newer version of Verbale (schema %d, this program knows %d). Use that version or a later one.", whose, have, want)
}
