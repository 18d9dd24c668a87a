package search_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"verbale/internal/search"
	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// onPostgres makes a house on a database of its own, and gives its owner's
// connection and what opens the server anew.
func onPostgres(t *testing.T) (h *house, owner *pgx.Conn, s *store.Server, open func() *store.Server) {
	t.Helper()
	ownerURL, application := pgtest.New(t)
	owner, err := pgx.Connect(t.Context(), ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(context.Background()) })
	dir := t.TempDir()
	open = func() *store.Server {
		s, err := store.OpenServer(t.Context(), dir, store.Options{Database: application, Owner: ownerURL})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	h, s = &house{t: t, dir: dir, now: time.Now()}, open()
	h.tenant = h.company(s, "acme", "Anna")
	return h, owner, s, open
}

// TestNothingIsLostWhenAMigrationBeginsTheIndexAnew does what the step does to
// a company that was indexed before it.
func TestNothingIsLostWhenAMigrationBeginsTheIndexAnew(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := onPostgres(t)
	id := h.post(0, h.group("Everybody", 0), "the crane comes on Monday")
	h.index()
	h.expect(0, "crane", id)
	step, err := os.ReadFile("../store/migrations/postgres/0013_search_blocks.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, anew, _ := strings.Cut(string(step), "TRUNCATE")
	if _, err := owner.Exec(t.Context(), "SET search_path = verbale; TRUNCATE"+anew); err != nil {
		t.Fatal(err)
	}
	h.expect(0, "crane")
	h.index()
	h.expect(0, "crane", id)
}

// TestNoHitIsLostBetweenTheBlocksThatAreAsked: a word of all messages, one of a
// few in each block, and one of fewer.
func TestNoHitIsLostBetweenTheBlocksThatAreAsked(t *testing.T) {
	t.Parallel()
	h, _, _, _ := onPostgres(t)
	const messages = 3_000
	has := map[string]func(i int) bool{
		"usual":  func(int) bool { return true },
		"sparse": func(i int) bool { return i%90 == 0 },
		"rare":   func(i int) bool { return i%1_000 == 7 },
	}
	h.bulk(0, h.group("Everybody", 0), messages, func(i int) string {
		text := "the"
		for word, of := range has {
			if of(i) {
				text += " " + word
			}
		}
		return text
	})
	h.index()
	for word, of := range has {
		want := 0
		for i := range messages {
			if of(i) {
				want++
			}
		}
		got := h.ask(0, word)
		if len(got) != want {
			t.Errorf("%s was found %d times, not %d", word, len(got), want)
		}
		for i := 1; i < len(got); i++ {
			if got[i] >= got[i-1] {
				t.Fatalf("%s was found in %d after %d", word, got[i], got[i-1])
			}
		}
	}
}

// TestASearchInACompanyThatHasJustComeReadsFewRows counts in the database
// itself how many rows are fetched, before it has looked at how many there are.
func TestASearchInACompanyThatHasJustComeReadsFewRows(t *testing.T) {
	t.Parallel()
	h, db, s, open := onPostgres(t)
	const messages = 6_000
	h.bulk(0, h.group("Everybody", 0), messages, func(i int) string {
		if i == messages/2 {
			return "the rarity"
		}
		return "the usual"
	})
	h.index()
	fetched := func() (n int64) { // a connection that ends has told what it did
		t.Helper()
		s.Close()
		for left := 1; left > 0; { // it has told before it is gone
			if err := db.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&left); err != nil {
				t.Fatal(err)
			}
		}
		const query = `SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('message', 'message_index', 'entry')`
		if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		s = open()
		var err error
		if h.tenant, err = s.Tenant(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		return n
	}
	fetched() // and the tree of what was posted is made
	for word, most := range map[string]int64{
		"rarity": 100,
		"usual":  1_500, // the latest thousand have more of it than are shown
	} {
		before := fetched()
		const questions = 20
		for range questions {
			if p := h.page(0, word, search.Filters{}, 20, ""); len(p.Hits) == 0 {
				t.Fatal("nothing was found")
			}
		}
		if n := (fetched() - before) / questions; n > most {
			t.Errorf("a question for %s had %d rows fetched, of %d messages", word, n, messages)
		}
	}
}
