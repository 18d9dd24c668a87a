package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"verbale/internal/store/storetest"
)

// TestADamagedPageIsToldOfAndNeverReadAsSomethingElse overwrites pages in the
// middle of the database file of a stopped server. Whatever is answered then
// is what was written, or an error that says what is wrong; the damage never
// passes the check; and the last backup brings everything back.
func TestADamagedPageIsToldOfAndNeverReadAsSomethingElse(t *testing.T) {
	storetest.OnlySQLite(t)
	t.Parallel()
	rnd, _ := seeded(t)
	w := settle(t)
	wrote := &written{}
	path := fmt.Sprintf("/conversations/%d/messages", w.group)
	for range 120 {
		wrote.post(t, w.anna, path)
	}
	backup := filepath.Join(t.TempDir(), "acme.backup")
	if done := command(t, "backup", "acme", "--to", backup, "--data", w.dir); done.status != 0 {
		t.Fatalf("backup: %s", done.err)
	}
	w.server.end(t)

	const page, tries = 4096, 12
	pages := sizeOf(t, filepath.Join(w.dir, "tenants", "acme", "verbale.db")) / page
	for i := range tries {
		n := 1 + rnd.Int64N(pages-1) // not the first, which makes it a database
		if i == 0 {
			n = 1 // what a company is opened by
		}
		seed := rnd.Uint64()
		t.Run(fmt.Sprintf("%d: page %d of %d", i, n+1, pages), func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, w.dir)
			damage(t, filepath.Join(dir, "tenants", "acme", "verbale.db"), n*page, page, rand.New(rand.NewPCG(seed, 1)))

			doctor := command(t, "doctor", "--data", dir)
			noticed := doctor.status != 0
			if audited := command(t, "audit", "--company", "acme", "--data", dir); audited.status != 0 {
				noticed = true
				if strings.Contains(audited.out+audited.err, "long long") {
					t.Error("the audit prints a message's text")
				}
			}
			if !noticed {
				t.Errorf("neither doctor nor audit noticed:\n%s", doctor.out)
			}

			s := launch(t, dir)
			select {
			case <-s.ended:
				if !strings.Contains(s.log.String(), "damaged") {
					t.Errorf("the server ended without saying why:\n%s", s.log)
				}
				return
			case at := <-s.ready:
				w.readsRightOrNotAtAll(t, at, wrote)
			}
		})
	}

	t.Run("the backup", func(t *testing.T) {
		dir := t.TempDir()
		if done := command(t, "restore", backup, "--data", dir, "--root-key", filepath.Join(w.dir, "root.key")); done.status != 0 {
			t.Fatalf("restore: %s", done.err)
		}
		_, at := start(t, dir)
		anna := *w.anna
		anna.where, anna.http = on(at), newHTTP(on(at))
		wrote.mustBeThere(t, &anna, w.group)
	})
}

// damage overwrites a part of a file with noise.
func damage(t testing.TB, path string, at int64, size int, rnd *rand.Rand) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	if _, err := f.WriteAt(noise, at); err != nil {
		t.Fatal(err)
	}
}

// readsRightOrNotAtAll reads message by message and page by page.
func (w settled) readsRightOrNotAtAll(t *testing.T, at string, wrote *written) {
	t.Helper()
	anna := *w.anna
	anna.where, anna.http = on(at), newHTTP(on(at))
	right, refusals := 0, 0
	read := func(path string, check func(body []byte) bool) {
		a, err := anna.try(context.Background(), "GET", path, nil)
		switch {
		case err != nil:
			t.Fatalf("%s: %v", path, err)
		case a.status == 200 && check(a.body):
			right++
		case a.status == 503 && strings.HasPrefix(a.code(), "store."):
			refusals++
		default:
			t.Errorf("%s: %v", path, a)
		}
	}
	for _, m := range wrote.there {
		read(fmt.Sprintf("/messages/%d", m.ID), func(body []byte) bool {
			var info struct{ Message message }
			return json.Unmarshal(body, &info) == nil && info.Message.ID == m.ID && info.Message.N == m.N && info.Message.Text == m.Text
		})
	}
	for after := 0; after < len(wrote.there); after += 10 {
		read(fmt.Sprintf("/conversations/%d/messages?limit=10&after=%d", w.group, after), func(body []byte) bool {
			var page struct{ Messages []message }
			if json.Unmarshal(body, &page) != nil || len(page.Messages) != 10 {
				return false
			}
			for i, m := range page.Messages {
				if m.Text != wrote.there[after+i].Text {
					return false
				}
			}
			return true
		})
	}
	t.Logf("%d answers right, %d refused", right, refusals)
}
