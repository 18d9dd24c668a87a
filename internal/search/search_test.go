package search_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"verbale/internal/chat"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/search"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

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
