//go:build !race

package main

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"verbale/internal/chat"
	"verbale/internal/search"
	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// What the first schema held is in internal/store/testdata, rows and all, and
// is not written anew when the schema goes forward.

func TestTheFirstSchemaIsBroughtForwardOnSQLite(t *testing.T) {
	t.Parallel()
	dir, text := firstSchema(t, "first_sqlite.sql")
	path := filepath.Join(dir, "tenants", "acme")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(path, "verbale.db"))
	if err == nil {
		_, err = db.Exec(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	s, err := store.OpenServer(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Adopt(t.Context(), "acme", ""); err != nil {
		t.Fatal(err)
	}
	isAsItWas(t, s)
}

func TestTheFirstSchemaIsBroughtForwardOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dir, text := firstSchema(t, "first_postgres.sql")
	owner, application := pgtest.New(t)
	config, err := pgx.ParseConfig(owner)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // many statements at once
	db := stdlib.OpenDB(*config)
	if _, err := db.Exec(strings.NewReplacer("{owner}", user(t, owner), "{application}", user(t, application)).Replace(text)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	s, err := store.OpenServer(t.Context(), dir, store.Options{Owner: owner, Database: application})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	isAsItWas(t, s)
}

// firstSchema makes a data directory with the root key that a frozen company
// was sealed with, and gives its statements.
func firstSchema(t *testing.T, file string) (dir, text string) {
	t.Helper()
	frozen, err := os.ReadFile(filepath.Join("..", "..", "internal", "store", "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	first, text, _ := strings.Cut(string(frozen), "\n")
	key, named := strings.CutPrefix(first, "-- root key: ")
	if !named {
		t.Fatalf("%s names no root key", file)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "root.key"), []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, text
}

func user(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.User.Username()
}

// isAsItWas looks at the company after the migration: its schema is this
// program's, nothing of it was changed, it can be read, and it goes on.
func isAsItWas(t *testing.T, s *store.Server) {
	t.Helper()
	tenant, err := s.Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	if have, want, err := s.Schema(t.Context(), "acme"); err != nil || have != want || have < 9 {
		t.Errorf("the schema is %d, wanted is %d, %v", have, want, err)
	}
	const anna, group = 2, 12
	found, err := auditAll(t.Context(), tenant)
	if err != nil || len(found.Faults) > 0 || found.Entries != 23 {
		t.Errorf("the audit says %+v, %v", found, err)
	}
	err = tenant.Read(t.Context(), func(tx *store.Tx) error {
		page, err := chat.ReadPage(tx, anna, group, 0, 0, 50)
		if err == nil && (len(page.Messages) != 4 || page.Messages[0].Text != "La consegna arriva giovedì") {
			t.Errorf("the group has %+v", page.Messages)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := search.CatchUp(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	q, err := search.Parse("consegna giovedì", search.Filters{}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if hits, err := search.Search(t.Context(), tenant, anna, q, 20, ""); err != nil || len(hits.Hits) != 1 {
		t.Errorf("the search finds %+v, %v", hits, err)
	}
}
