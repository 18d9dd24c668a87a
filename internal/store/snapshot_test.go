package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

func TestASnapshotHasNothingThatWasDeleted(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	const canary = "a word that is no more"
	// So much that whole pages fall free, and now and then something beside it stays.
	for _, change := range []func(tx *store.Tx) error{
		func(tx *store.Tx) error {
			for i := range 500 {
				name := strings.Repeat(canary, 20)
				if i > 400 && i%3 == 0 {
					name = "what stays"
				}
				if err := tx.DoNote(`INSERT INTO follower (name, seq) VALUES (?, 0)`, fmt.Sprint(i, name)); err != nil {
					return err
				}
			}
			return nil
		},
		func(tx *store.Tx) error { return tx.DoNote(`DELETE FROM follower WHERE name LIKE ?`, "%"+canary+"%") },
	} {
		write(t, tenant, change)
	}
	made, err := os.ReadFile(storetest.SnapshotInto(t, tenant, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(made, []byte("what stays")) {
		t.Error("what was not deleted is missing")
	}
	if at := bytes.Index(made, []byte(canary)); at >= 0 {
		t.Errorf("what was deleted is in byte %d of %d", at, len(made))
	}
}

func TestASnapshotIsOfOneMomentWhileTheCompanyGoesOn(t *testing.T) {
	t.Parallel()
	s := openServer(t, t.TempDir())
	tenant := newTenant(t, s, "acme")
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := tenant.Write(context.WithoutCancel(ctx), say(strings.Repeat(fmt.Sprint(w, i), 50))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var before int64
	for range 4 {
		at := tenant.Head().Size
		_, made := staged(t, s, tenant)
		size := made.Head().Size
		if size < at || size < before {
			t.Errorf("a snapshot has %d entries, %d were acknowledged before it", size, max(at, before))
		}
		mustAudit(t, made, size)
		before = size
	}
}

func TestNoSnapshotIsMadeOfADamagedFile(t *testing.T) {
	storetest.OnlySQLite(t)
	t.Parallel()
	const page = 4096
	for name, damage := range map[string]func(file []byte, leaf int){
		"a page that is not what it was": func(file []byte, leaf int) {
			for i := range page {
				file[leaf+i] = byte(i*7 + 1)
			}
		},
		// https://sqlite.org/fileformat2.html#the_freelist
		"a page in use that is said to be free": func(file []byte, leaf int) {
			trunk := file[(binary.BigEndian.Uint32(file[32:])-1)*page:]
			binary.BigEndian.PutUint32(trunk[8:], uint32(leaf/page+1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openServer(t, dir)
			tenant := newTenant(t, s, "acme")
			for i := range 200 {
				write(t, tenant, say(strings.Repeat(fmt.Sprint(i), 200)))
			}
			s.Close()

			path := filepath.Join(dir, "tenants", "acme", "verbale.db")
			file := read(t, path)
			leaf := 0 // the last page that holds rows of a table
			for at := page; at < len(file); at += page {
				if file[at] == 13 { // https://sqlite.org/fileformat2.html#b_tree_pages
					leaf = at
				}
			}
			leaveFreePages(t, path)
			file = read(t, path)
			damage(file, leaf)
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}

			tenant, err := openServer(t, dir).Tenant(t.Context(), "acme")
			if err == nil {
				err = tenant.Snapshot(t.Context(), func(string, int64) (io.Writer, error) { return io.Discard, nil })
			}
			if p := problem.Of(err); p == nil || p.Code != "store.corrupt" {
				t.Errorf("the damage was not told: %v", err)
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// leaveFreePages has a file end with pages that are in no use.
func leaveFreePages(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE gone (x); INSERT INTO gone SELECT zeroblob(20000); DROP TABLE gone`); err != nil {
		t.Fatal(err)
	}
}
