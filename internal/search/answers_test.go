package search_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"verbale/internal/chat"
	"verbale/internal/search"
	"verbale/internal/store"
)

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
