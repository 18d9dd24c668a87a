package search_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/journal"
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

func TestOnlyWhatTheAskerMaySeeNowIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno", "Carla", "Dario")
	g := h.group("Vendite", 0, 1, 2)
	before := h.post(0, g, "il preventivo segreto")
	h.index()
	h.expect(1, "preventivo", before)
	h.expect(3, "preventivo")

	h.write(func(tx *store.Tx) error {
		return chat.AddMembers(tx, h.people[0], g, []int64{h.people[3].Person}, false)
	})
	after := h.post(0, g, "un altro preventivo")
	h.index()
	h.expect(3, "preventivo", after) // without the history
	h.expect(3, "segreto")
	h.expect(3, "\"il preventivo\"")
	h.expect(3, "*prevent*", after)
	h.expect(3, "da:anna in:vendite", after)

	h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.people[0], g, h.people[1].Person) })
	h.expect(1, "preventivo") // at once, before the index knows
	h.expect(1, fmt.Sprintf("in:%d", g))
	h.expect(1, "*ventivo")
	h.expect(2, "preventivo", before, after)

	h.write(func(tx *store.Tx) error { return chat.Delete(tx, h.people[0], before) })
	h.expect(2, "preventivo", after)
	h.index()
	h.expect(2, "preventivo", after)

	off := false
	h.write(func(tx *store.Tx) error {
		_, err := org.ChangePerson(tx, h.people[0], h.people[2].Person, org.Change{Active: &off})
		return err
	})
	h.expect(2, "preventivo")
}

func TestAnotherCompanyFindsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	s, err := storetest.Open(t, t.TempDir(), store.Options{})
	h.must(err)
	t.Cleanup(func() { s.Close() })
	g := h.group("Vendite", 0, 1)
	h.post(0, g, "canarino")
	h.index()
	other := &house{t: t}
	other.tenant = other.company(s, "globex", "Anna", "Bruno")
	og := other.group("Vendite", 0, 1)
	mine := other.post(0, og, "pappagallo")
	other.index()
	other.expect(0, "canarino")
	other.expect(0, "pappagallo", mine)

	// A cursor of one company opens nothing in the other.
	for range 30 {
		h.post(0, g, "canarino")
	}
	h.index()
	q, err := search.Parse("canarino", search.Filters{}, time.UTC)
	h.must(err)
	p := h.page(0, "canarino", search.Filters{}, 5, "")
	if _, err := search.Search(t.Context(), other.tenant, other.people[0].Person, q, 5, p.Cursor); !errors.Is(err, search.ErrBadCursor) {
		t.Errorf("another company's cursor: %v", err)
	}
	if _, err := search.Search(t.Context(), h.tenant, h.people[1].Person, q, 5, p.Cursor); !errors.Is(err, search.ErrBadCursor) {
		t.Errorf("another person's cursor: %v", err)
	}
	q2, _ := search.Parse("altro", search.Filters{}, time.UTC)
	if _, err := search.Search(t.Context(), h.tenant, h.people[0].Person, q2, 5, p.Cursor); !errors.Is(err, search.ErrBadCursor) {
		t.Errorf("another question's cursor: %v", err)
	}
}

func TestTheIndexFollowsEditsImportsAndErasures(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	g := h.group("Ordini", 0, 1)
	id := h.post(0, g, "la prima versione")
	h.index()
	h.write(func(tx *store.Tx) error { _, err := chat.Edit(tx, h.people[0], id, "la seconda stesura"); return err })
	h.expect(1, "versione") // even before the index knows
	h.index()
	h.expect(1, "versione")
	h.expect(1, "stesura", id)

	var imported []int64
	h.write(func(tx *store.Tx) error {
		return chat.PostImported(tx, h.people[0], id, g, []chat.ImportedDraft{
			{Name: "Zia Peppina", Text: "buon compleanno", Time: time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), Line: 1},
			{Author: h.people[1].Person, Name: "Bruno", Text: "auguri di compleanno", Time: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), Line: 2},
		})
	})
	h.must(h.tenant.Read(t.Context(), func(tx *store.Tx) (err error) {
		imported, err = tx.Ints(`SELECT id FROM message WHERE imported <> 0 ORDER BY id`)
		return err
	}))
	h.index()
	h.expect(0, "compleanni", imported...)
	h.expect(0, "da:peppina", imported[0])
	h.expect(0, "from:\"zia pep\" compleanno", imported[0])
	h.expect(0, "from:bru compleanno", imported[1])
	h.expect(0, "compleanno -from:bruno", imported[0])
	h.expect(0, "compleanno before:2024", imported[0])
	h.expect(0, "compleanno after:2024-01 before:2024-06", imported[1])
	h.write(func(tx *store.Tx) error { _, err := chat.UndoImported(tx, h.people[0], id, 10); return err })
	h.index()
	h.expect(0, "compleanno")

	h.write(func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE entry SET sealed = NULL WHERE subject = ? AND kind = 'message.edited'`, id); err != nil {
			return err
		}
		edits, err := tx.Ints(`SELECT seq FROM entry WHERE subject = ? AND kind = 'message.edited'`, id)
		if err == nil {
			_, err = tx.Enter(journal.Draft{Kind: "entry.erased", Subject: edits[0]})
		}
		return err
	})
	h.expect(1, "stesura")
	erased := h.rows()
	h.index()
	h.expect(1, "stesura")
	if after := h.rows(); after != erased-1 {
		t.Errorf("the index has %d rows after an erasure, it had %d", after, erased)
	}
}

func TestADamagedMessageHidesNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna")
	g := h.group("Ordini", 0)
	damage := func(id int64) {
		if _, err := storetest.ByHand(t, h.dir, "acme").Exec(fmt.Sprintf(`UPDATE entry SET sealed = commitment WHERE seq = %d`, id)); err != nil {
			t.Fatal(err)
		}
	}
	indexed, next := h.post(0, g, "una bolla persa"), h.post(0, g, "una bolla tenuta")
	h.index()
	damage(indexed)
	h.expect(0, "bolla", next)
	h.expect(0, "\"una bolla\"", next)
	lost := h.post(0, g, "una bolla mai vista")
	damage(lost)
	last := h.post(0, g, "la bolla di dopo")
	h.index()
	h.expect(0, "bolla", last, next)
}

func (h *house) rows() (n int) {
	h.t.Helper()
	h.must(h.tenant.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM message_index`).Scan(&n)
	}))
	return n
}

func TestARebuiltIndexAnswersTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	g := h.group("Ordini", 0, 1)
	questions := []string{"uno ", "due ", "mess", "testo -due", "in:ordini", "da:bruno", "\"testo numero\"", "*est*", "3"}
	for i := range 60 {
		id := h.post(i%2, g, fmt.Sprintf("messaggio uno, testo numero %d", i))
		switch i % 5 {
		case 1:
			h.write(func(tx *store.Tx) error {
				_, err := chat.Edit(tx, h.people[i%2], id, fmt.Sprintf("testo due %d", i))
				return err
			})
		case 2:
			h.write(func(tx *store.Tx) error { return chat.Delete(tx, h.people[i%2], id) })
		}
		if i%7 == 0 {
			h.index()
		}
	}
	h.index()
	answers := func() (all [][]int64) {
		for _, q := range questions {
			all = append(all, h.ask(0, q))
		}
		return all
	}
	before, rows := answers(), h.rows()
	if len(before[0]) == 0 || len(before[7]) == 0 {
		t.Fatal("nothing is found at all")
	}
	h.must(search.Rebuild(t.Context(), h.tenant))
	h.index()
	if got := answers(); !slices.EqualFunc(got, before, slices.Equal) {
		t.Errorf("the rebuilt index answers %v, not %v", got, before)
	}
	if got := h.rows(); got != rows {
		t.Errorf("the rebuilt index has %d rows, not %d", got, rows)
	}
	h.index() // nothing left to do: nothing changes
	if got := h.rows(); got != rows {
		t.Errorf("indexing again left %d rows, not %d", got, rows)
	}
}

func TestTheFollowerIndexesWithoutBeingAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); search.Index(ctx, h.tenant) }()
	g := h.group("Note", 0)
	id := h.post(0, g, "ricordati il latte")
	deadline := time.After(10 * time.Second)
	for len(h.ask(0, "latte")) == 0 {
		select {
		case <-deadline:
			t.Fatal("not indexed after ten seconds")
		default:
		}
	}
	h.expect(0, "latte", id)
	cancel()
	<-done
}

func TestPagesHaveEveryHitOnceNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	g, hidden := h.group("Nostro", 0, 1), h.group("Suo", 1)
	var want []int64
	for i := range 120 {
		if i%3 == 0 {
			h.post(1, hidden, "parola comune")
		}
		want = append(want, h.post(0, g, fmt.Sprintf("parola comune %d", i)))
	}
	h.index()
	slices.Reverse(want)
	for _, limit := range []int{1, 7, 40, 60, 100} {
		var got []int64
		pages := 0
		for cursor := ""; ; pages++ {
			p := h.page(0, "parola ", search.Filters{}, limit, cursor)
			if len(p.Hits) > limit {
				t.Fatalf("%d hits on a page of %d", len(p.Hits), limit)
			}
			for _, hit := range p.Hits {
				got = append(got, hit.Message)
			}
			if cursor = p.Cursor; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d gave %v, not %v", limit, got, want)
		}
		if most := (len(want)+limit-1)/limit - 1; pages > most {
			t.Errorf("pages of %d: %d further pages, only %d have anything", limit, pages, most)
		}
	}
}

func TestFiltersNarrow(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna Rossi", "Bruno Bianchi", "Carla Verdi")
	north, south := h.group("Vendite Nord", 0, 1, 2), h.group("Vendite Sud", 0, 1)
	var direct int64
	h.write(func(tx *store.Tx) (err error) {
		direct, err = chat.Create(tx, h.people[0], "direct", "", []int64{h.people[1].Person})
		return err
	})
	a := h.post(0, north, "listino nuovo")
	h.now = h.now.AddDate(0, 0, 1)
	b := h.post(1, south, "listino vecchio")
	h.now = h.now.AddDate(0, 1, 0)
	c := h.post(1, direct, "listino tuo")
	h.index()
	h.expect(0, "listino", a, b, c)
	h.expect(0, "listino from:bruno", b, c)
	h.expect(0, "from:me", a)
	h.expect(1, "da:io", b, c)
	h.expect(0, fmt.Sprintf("from:%d", h.people[1].Person), b, c)
	h.expect(0, "from:nessuno listino")
	h.expect(0, "in:vendite", a, b)
	h.expect(0, `in:"vendite s" listino`, b)
	h.expect(0, "in:bianchi", c)
	h.expect(1, "in:rossi", c)
	h.expect(0, "-in:nord", b, c)
	h.expect(0, "-da:bruno listino", a)
	h.expect(0, fmt.Sprintf("in:%d", south), b)
	h.expect(2, fmt.Sprintf("in:%d", south)) // not hers
	h.expect(0, "after:2026-03-02 listino", b, c)
	h.expect(0, "before:2026-03-02 listino", a)
	h.expect(0, "dopo:02/03/2026 prima:2026-03-03", b)
	h.expect(0, "after:2026-04-02T09:00:00Z", c)
	h.expect(0, "after:2030-01-01")
	h.expect(0, "nuovo OR vecchio") // no such operator: all words must be there
	h.expect(0, "listino -vecchio -tuo", a)
	p := h.page(0, "listino", search.Filters{From: "Bruno", In: fmt.Sprint(south), After: "2026-01-01", Before: "2026-12-31"}, 10, "")
	if len(p.Hits) != 1 || p.Hits[0].Message != b || p.Hits[0].Title != "Vendite Sud" || p.Hits[0].N != 1 || p.Hits[0].Author != h.people[1].Person {
		t.Errorf("the filters of the call gave %+v", p.Hits)
	}
	if p := h.page(0, "tuo", search.Filters{}, 10, ""); len(p.Hits) != 1 || p.Hits[0].Title != "Bruno Bianchi" {
		t.Errorf("a direct conversation is called %+v", p.Hits)
	}
	for _, nothing := range []string{"", "  ", "...", "-", "\"\"", "*", "-foo"} {
		h.expect(0, nothing)
	}
}

func TestSnippetsMarkWhatWasFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna")
	g := h.group("Note", 0)
	long := strings.Repeat("parole che vengono prima 🎉 ", 20) + "l'ordine\n\n AB-12/2026 di  ieri " + strings.Repeat("e altre dopo ", 40)
	h.post(0, g, long)
	h.post(0, g, "👍🏽👍🏽 Ordini e ordine")
	h.index()
	hits := h.page(0, "ordine", search.Filters{}, 10, "").Hits
	if len(hits) != 2 {
		t.Fatalf("%d hits", len(hits))
	}
	if got := marked(t, hits[0].Snippet); !slices.Equal(got, []string{"Ordini", "ordine"}) {
		t.Errorf("marked %q in %q", got, hits[0].Snippet.Text)
	}
	s := hits[1].Snippet
	if got := marked(t, s); !slices.Equal(got, []string{"ordine"}) {
		t.Errorf("marked %q in %q", got, s.Text)
	}
	if n := len([]rune(s.Text)); n > 205 || n < 100 || !strings.HasPrefix(s.Text, "…") || !strings.HasSuffix(s.Text, "…") || strings.Contains(s.Text, "\n") || strings.Contains(s.Text, "  ") {
		t.Errorf("a snippet of %d characters: %q", n, s.Text)
	}
	if s := h.page(0, "ab122026", search.Filters{}, 10, "").Hits[0].Snippet; !slices.Equal(marked(t, s), []string{"AB-12/2026"}) {
		t.Errorf("marked %q in %q", marked(t, s), s.Text)
	}
	if s := h.page(0, "in:note", search.Filters{}, 10, "").Hits[1].Snippet; len(s.Marks) != 0 || !strings.HasPrefix(s.Text, "parole che") {
		t.Errorf("without words the snippet is %q %v", s.Text, s.Marks)
	}
}

// marked cuts the marks out as a browser would.
func marked(t *testing.T, s search.Snippet) (out []string) {
	t.Helper()
	units := utf16.Encode([]rune(s.Text))
	end := 0
	for _, m := range s.Marks {
		if m.Start < end || m.End <= m.Start || m.End > len(units) {
			t.Fatalf("impossible marks %v in %q", s.Marks, s.Text)
		}
		end = m.End
		out = append(out, string(utf16.Decode(units[m.Start:m.End])))
	}
	return out
}

func TestNoWordOfAMessageIsOnTheDisk(t *testing.T) {
	t.Parallel()
	storetest.OnlySQLite(t) // that no table of PostgreSQL holds a word is tested in store
	h := newHouse(t, "Anna")
	g := h.group("Note", 0)
	for i := range 50 {
		h.post(0, g, fmt.Sprintf("Il pappacanarinone vola %d", i))
	}
	h.index()
	if len(h.ask(0, "pappacanarinone")) != 50 {
		t.Fatal("the canary is not found")
	}
	found := 0
	h.must(filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found += len(content)
		for _, word := range []string{"pappa", "canarinon", "pappacanarinon"} {
			if bytes.Contains(bytes.ToLower(content), []byte(word)) {
				t.Errorf("%s holds %q in the clear", filepath.Base(path), word)
			}
		}
		return err
	}))
	if found < 10_000 {
		t.Fatalf("only %d bytes were looked at", found)
	}
}

func TestAnAnswerOverManyUnseenMessagesEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	mine, theirs := h.group("Mio", 0), h.group("Loro", 1)
	old := h.post(0, mine, "la parola comune")
	h.bulk(1, theirs, 3_000, func(i int) string { return "la parola comune" })
	h.index()
	h.expect(0, "comune", old)
	h.expect(0, "\"parola comune\"", old)
	h.expect(0, "*omun*", old)
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

func TestImpossibleQuestionsAreRefused(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]error{
		strings.Repeat("a", 501):         search.ErrTooLong,
		strings.Repeat("a ", 100):        search.ErrTooMany,
		strings.Repeat("東", 100):         search.ErrTooMany,
		"before:pranzo":                  search.ErrBadDate,
		"dopo:2026-13-01":                search.ErrBadDate,
		"\"" + strings.Repeat("b ", 100): search.ErrTooMany,
	} {
		if _, err := search.Parse(question, search.Filters{}, time.UTC); !errors.Is(err, want) {
			t.Errorf("%.20q gives %v, not %v", question, err, want)
		}
	}
	h := newHouse(t, "Anna")
	q, _ := search.Parse("a", search.Filters{}, time.UTC)
	for _, limit := range []int{-1, 0, 101} {
		if _, err := search.Search(t.Context(), h.tenant, h.people[0].Person, q, limit, ""); !errors.Is(err, search.ErrBadLimit) {
			t.Errorf("a limit of %d: %v", limit, err)
		}
	}
	for _, cursor := range []string{"x", "AAAAAAAAAAAAAAAAAAAAAA", "%", strings.Repeat("A", 10_000)} {
		if _, err := search.Search(t.Context(), h.tenant, h.people[0].Person, q, 10, cursor); !errors.Is(err, search.ErrBadCursor) {
			t.Errorf("the cursor %.20q: %v", cursor, err)
		}
	}
}

func TestAPersonInVeryManyConversationsFindsAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	var want []int64
	for i := range 210 {
		g := h.group(fmt.Sprint("Gruppo ", i), 0, 1)
		if i%10 == 0 {
			want = append(want, h.post(1, g, "parola rara"))
		}
	}
	hidden := h.group("Suo", 1)
	h.bulk(1, hidden, 800, func(int) string { return "parola rara" })
	h.index()
	h.expect(0, "rara", want...)
	h.expect(0, "*ar*", want...)
	h.expect(0, "in:gruppo -da:anna", want...)
	h.expect(0, "after:2026-01-01", want...)
	h.expect(0, "before:2026-12-01", want...)
}

func TestAnAnswerSaysThatTheIndexIsBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna")
	g := h.group("Note", 0)
	h.bulk(0, g, 5_100, func(int) string { return "ok" })
	if !h.page(0, "ok", search.Filters{}, 10, "").Behind {
		t.Error("nothing is indexed, and the answer looks complete")
	}
	h.index()
	if h.page(0, "ok", search.Filters{}, 10, "").Behind {
		t.Error("all is indexed, and the answer says it is not")
	}
}
