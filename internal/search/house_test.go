package search_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/search"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// house is a company with people and its index at hand.
type house struct {
	t      testing.TB
	dir    string
	tenant *store.Tenant
	people []org.Actor
	now    time.Time
}

func newHouse(t testing.TB, names ...string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	s, err := storetest.Open(t, h.dir, store.Options{Clock: func() time.Time { return h.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	h.tenant = h.company(s, "acme", names...)
	return h
}

func (h *house) company(s *store.Server, name string, people ...string) *store.Tenant {
	h.t.Helper()
	tenant, err := s.CreateTenant(h.t.Context(), name, "")
	if err != nil {
		h.t.Fatal(err)
	}
	h.must(tenant.Write(h.t.Context(), func(tx *store.Tx) error {
		owner, err := org.Create(tx, name, people[0], "it")
		h.people = append(h.people, org.Actor{Person: owner})
		for _, name := range people[1:] {
			if err != nil {
				break
			}
			var p int64
			p, err = org.AddPerson(tx, org.Actor{}, 0, name, org.Member, "")
			h.people = append(h.people, org.Actor{Person: p})
		}
		return err
	}))
	return tenant
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) write(f func(*store.Tx) error) {
	h.t.Helper()
	h.must(h.tenant.Write(h.t.Context(), f))
}

func (h *house) group(title string, members ...int) (id int64) {
	h.t.Helper()
	var others []int64
	for _, m := range members[1:] {
		others = append(others, h.people[m].Person)
	}
	h.write(func(tx *store.Tx) (err error) {
		id, err = chat.Create(tx, h.people[members[0]], "group", title, others)
		return err
	})
	return id
}

func (h *house) post(who int, conversation int64, text string) int64 {
	h.t.Helper()
	var p chat.Posted
	h.write(func(tx *store.Tx) (err error) {
		p, err = chat.Post(tx, h.people[who], chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: text})
		return err
	})
	return p.ID
}

func (h *house) index() {
	h.t.Helper()
	h.must(search.CatchUp(h.t.Context(), h.tenant))
}

// page asks one question as a person.
func (h *house) page(who int, question string, f search.Filters, limit int, cursor string) search.Hits {
	h.t.Helper()
	q, err := search.Parse(question, f, time.UTC)
	h.must(err)
	hits, err := search.Search(h.t.Context(), h.tenant, h.people[who].Person, q, limit, cursor)
	h.must(err)
	return hits
}

// ask gives the numbers of all messages that a question finds, newest first.
func (h *house) ask(who int, question string) []int64 {
	h.t.Helper()
	out := []int64{}
	for cursor := ""; ; {
		p := h.page(who, question, search.Filters{}, 20, cursor)
		for _, hit := range p.Hits {
			out = append(out, hit.Message)
		}
		if cursor = p.Cursor; cursor == "" {
			return out
		}
	}
}

func (h *house) expect(who int, question string, want ...int64) {
	h.t.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	slices.Reverse(want)
	if got := h.ask(who, question); !slices.Equal(got, want) {
		h.t.Errorf("person %d finds %v by %q, not %v", who, got, question, want)
	}
}

// rows counts the messages that are indexed.
func (h *house) rows() int {
	h.t.Helper()
	if h.tenant.Dialect() == store.Postgres {
		return h.count(`SELECT (SELECT COUNT(*) FROM message_index) + (SELECT COUNT(*) FROM message_index_recent)`)
	}
	return h.count(`SELECT COUNT(*) FROM message_index`)
}

func (h *house) count(query string) (n int) {
	h.t.Helper()
	h.must(h.tenant.Read(context.Background(), func(tx *store.Tx) error { return tx.Row(query).Scan(&n) }))
	return n
}

// bulk posts many messages in few commits.
func (h *house) bulk(who int, conversation int64, count int, text func(int) string) {
	h.t.Helper()
	for i := 0; i < count; {
		h.write(func(tx *store.Tx) error {
			for range min(1000, count-i) {
				if _, err := chat.Post(tx, h.people[who], chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: text(i)}); err != nil {
					return err
				}
				i++
			}
			return nil
		})
	}
}
