package search_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// TestASearchInACompanyThatHasJustComeReadsNoTableWhole counts in the database
// itself how many rows are fetched, before it has looked at how many there are.
func TestASearchInACompanyThatHasJustComeReadsNoTableWhole(t *testing.T) {
	t.Parallel()
	owner, application := pgtest.New(t)
	db, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	dir := t.TempDir()
	open := func() *store.Server {
		s, err := store.OpenServer(t.Context(), dir, store.Options{Database: application, Owner: owner})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	h := &house{t: t, dir: dir, now: time.Now()}
	s := open()
	h.tenant = h.company(s, "acme", "Anna")
	h.bulk(0, h.group("Everybody", 0), 2_000, func(i int) string {
		if i == 1_000 {
			return "the rarity"
		}
		return "the usual"
	})
	h.index()
	fetched := func() (n int64) { // a connection that ends has told what it did
		t.Helper()
		s.Close()
		const query = `SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('message', 'message_index', 'entry')`
		if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		s = open()
		if h.tenant, err = s.Tenant(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		return n
	}
	fetched() // and the tree of what was posted is made
	before := fetched()
	const questions = 20
	for range questions {
		if hits := h.ask(0, "rarity"); len(hits) != 1 {
			t.Fatalf("found %v", hits)
		}
	}
	if n := (fetched() - before) / questions; n > 100 {
		t.Errorf("a question had %d rows fetched, of 2,000 messages", n)
	}
}
