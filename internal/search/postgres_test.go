package search_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"verbale/internal/chat"
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
	// What stands beside the index came with a later step.
	if _, err := owner.Exec(t.Context(), "SET search_path = verbale; TRUNCATE message_index_recent; TRUNCATE"+anew); err != nil {
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

// beside counts the messages that stand beside the index.
func (h *house) beside() int { return h.count(`SELECT COUNT(*) FROM message_index_recent`) }

// TestAMessageIsFoundOnceAndAsItIsNowWhereverItStands: beside the index, in it,
// and on the way.
func TestAMessageIsFoundOnceAndAsItIsNowWhereverItStands(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := onPostgres(t)
	g := h.group("Everybody", 0)
	edit := func(id int64, text string) {
		h.write(func(tx *store.Tx) error { _, err := chat.Edit(tx, h.people[0], id, text); return err })
	}
	first, second := h.post(0, g, "the crane comes"), h.post(0, g, "the ferry comes")
	h.index()
	if n := h.beside(); n != 2 {
		t.Fatalf("%d messages stand beside the index, not 2", n)
	}
	h.expect(0, "crane", first)
	h.expect(0, "comes", first, second)

	edit(second, "the train comes")
	h.index() // at its beginning both go into the index
	h.expect(0, "ferry")
	h.expect(0, "train", second)
	h.expect(0, "comes", first, second)
	edited := h.post(0, g, "the sledge slides")
	h.bulk(0, g, store.FollowBatch, func(int) string { return "the skis" })
	edit(edited, "the sleigh slides")
	h.index() // and this is written while it stands beside
	h.expect(0, "sledge")
	h.expect(0, "sleigh slides", edited)
	if rows, beside := h.rows(), h.beside(); rows != 3+store.FollowBatch || beside != 1+store.FollowBatch {
		t.Errorf("%d messages are indexed, and %d of them stand beside", rows, beside)
	}

	// A program before this step put it in while it stood beside.
	if _, err := owner.Exec(t.Context(), `SET search_path = verbale; SET verbale.tenant = 1; INSERT INTO message_index SELECT * FROM message_index_recent ON CONFLICT DO NOTHING`); err != nil {
		t.Fatal(err)
	}
	h.expect(0, "comes", first, second)
	third := h.post(0, g, "the bus comes")
	h.index()
	h.expect(0, "comes", first, second, third)
}

// TestAnIndexThatIsMadeAnewTakesNothingOfTheOldOne: a node that was asleep
// puts in what stands beside, after another has set the index back.
func TestAnIndexThatIsMadeAnewTakesNothingOfTheOldOne(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := onPostgres(t)
	id := h.post(0, h.group("Everybody", 0), "the crane comes on Monday")
	h.index()
	h.must(search.Rebuild(t.Context(), h.tenant))
	if _, err := owner.Exec(t.Context(), `SET search_path = verbale; SET verbale.tenant = 1; SELECT settle('`+search.Follower+`')`); err != nil {
		t.Fatal(err)
	}
	if n := h.beside(); n != 1 {
		t.Errorf("%d messages stand beside the index that was set back, not 1", n)
	}
	h.index()
	h.expect(0, "crane", id)
	if n := h.rows(); n != 1 {
		t.Errorf("%d messages are indexed, not 1", n)
	}
}

// TestOfManyMessagesFewStandBesideTheIndex: a question looks through those one
// by one.
func TestOfManyMessagesFewStandBesideTheIndex(t *testing.T) {
	t.Parallel()
	h, _, _, _ := onPostgres(t)
	h.bulk(0, h.group("Everybody", 0), 3_000, func(int) string { return "the usual" })
	h.index()
	if beside, all := h.beside(), h.rows(); all != 3_000 || beside >= 1_024+store.FollowBatch {
		t.Errorf("of %d messages that are indexed %d stand beside", all, beside)
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
		const query = `SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('message', 'message_index', 'message_index_recent', 'entry')`
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
		"rarity": 1_200, // those that stand beside the index
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
