package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/journal"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// staged gives a server on a directory that holds nothing but a snapshot.
func staged(t testing.TB, from *store.Server, tenant *store.Tenant) (dir string, opened *store.Tenant) {
	t.Helper()
	work := t.TempDir()
	dir = filepath.Join(work, "tenants", tenant.Name())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(from.Dir(), "root.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "root.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	storetest.SnapshotInto(t, tenant, dir)
	s, err := store.OpenServer(t.Context(), work, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if opened, err = s.Adopt(t.Context(), tenant.Name()); err != nil {
		t.Fatal(err)
	}
	return dir, opened
}

// rowsOf gives every row of every table that is carried, in words.
func rowsOf(t testing.TB, tenant *store.Tenant) (all []string) {
	t.Helper()
	err := tenant.Read(t.Context(), func(tx *store.Tx) error {
		for table, query := range map[string]string{
			"entry":      `SELECT seq, time, kind, actor, device, conversation, subject, commitment, sealed FROM entry`,
			"head":       `SELECT size, time, roots, frozen FROM head`,
			"tile":       `SELECT level, n, data FROM tile`,
			"checkpoint": `SELECT size, time, note FROM checkpoint`,
			"keyset":     `SELECT id, wrapped FROM keyset`,
			"notice":     `SELECT seq, conversation FROM notice`,
			"follower":   `SELECT name, seq FROM follower`,
			"device":     `SELECT id, person, secret FROM device`,
			"person":     `SELECT id, name FROM person`,
			"key":        `SELECT person, key, message FROM message_key`,
		} {
			rows, err := tx.Query(query)
			if err != nil {
				return err
			}
			for rows.Next() {
				values, places := make([]any, 9), []any{}
				for i := range columns(query) {
					places = append(places, &values[i])
				}
				if err := rows.Scan(places...); err != nil {
					return err
				}
				all = append(all, fmt.Sprintf("%s %q", table, values))
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func columns(query string) (n int) {
	n = 1
	for _, r := range query {
		if r == ',' {
			n++
		}
	}
	return n
}

// furnished makes a company with something in every sort of column: bytes of
// no length, an erased body, other alphabets, a key of several columns.
func furnished(t testing.TB, s *store.Server, name string) *store.Tenant {
	t.Helper()
	tenant := newTenant(t, s, name)
	for i := range 30 {
		write(t, tenant, func(tx *store.Tx) error {
			for j := range 100 {
				if err := say(fmt.Sprintf("%d/%d ✓ 日本語", i, j))(tx); err != nil {
					return err
				}
			}
			n := int64(i)
			if _, err := tx.Exec(`INSERT INTO person (id, name, role, language, active, joined) VALUES (?, ?, 'member', 'it', 1, 5)`, n+1, "Zoë 'quoted' \\ "+fmt.Sprint(i)); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO device (id, person, kind, name, secret, made) VALUES (?, ?, 'token', '', ?, 7)`, n+1, n+1, []byte{byte(i), 0, 255}); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO message_key (person, key, message) VALUES (?, ?, ?)`, n%3, []byte{0, byte(i)}, n)
			return err
		})
	}
	write(t, tenant, func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE entry SET sealed = NULL WHERE seq = 5`); err != nil {
			return err
		}
		_, err := tx.Enter(journal.Draft{Kind: store.KindErased, Actor: 1, Subject: 5, Body: []byte(`{}`)})
		return err
	})
	if _, err := tenant.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := tenant.CatchUp(t.Context(), "search.1", func(context.Context, []store.Entry) (func(*store.Tx) error, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	return tenant
}

func TestACompanyGoesFromOneEngineToTheOtherAndBackWithEveryRow(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 1)
	at := t.TempDir()
	key, err := os.ReadFile(filepath.Join(all[0].Dir(), "root.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(at, "root.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	home, err := store.OpenServer(t.Context(), at, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { home.Close() })
	first := furnished(t, home, "acme")
	dir, copied := staged(t, home, first)
	want := rowsOf(t, copied)
	if len(want) < 3000 {
		t.Fatalf("only %d rows", len(want))
	}
	var root string
	err = all[0].Import(t.Context(), "acme", dir, []string{"chat.acme.example"}, func(tx *store.Tx) error {
		a, err := tx.Audit(t.Context())
		root = a.Root
		if len(a.Faults) > 0 || a.Entries != 3001 || a.Erased != 1 {
			t.Errorf("arrived: %+v", a)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	head := first.Head()
	arrived, err := all[0].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	if all[0].ByHost("chat.acme.example") != "acme" || root != head.Root().String() {
		t.Error("the host or the root is another")
	}
	without := slices.DeleteFunc(slices.Clone(want), func(row string) bool { return row[:6] == "follow" })
	if got := rowsOf(t, arrived); !slices.Equal(got, without) {
		t.Errorf("PostgreSQL has %d rows of %d, or others", len(got), len(without))
	}
	write(t, arrived, say("it goes on"))
	mustAudit(t, arrived, 3002)

	_, back := staged(t, all[0], arrived)
	if got, want := rowsOf(t, back), rowsOf(t, arrived); !slices.Equal(got, want) {
		t.Errorf("the snapshot of PostgreSQL has %d rows of %d, or others", len(got), len(want))
	}
	mustAudit(t, back, 3002)
	if faults, err := back.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("%q %v", faults, err)
	}
}

func TestAnImportThatIsRefusedOrOfATakenNameLeavesNothing(t *testing.T) {
	t.Parallel()
	all, owner, _ := nodes(t, 1)
	beta := furnished(t, all[0], "beta")
	dir, _ := staged(t, all[0], beta)
	if err := all[0].Import(t.Context(), "beta", dir, []string{"b.example"}, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("an import over a company: %v", err)
	}
	mustAudit(t, beta, 3001)
	if _, err := all[0].PutAside(t.Context(), "beta", true); err != nil {
		t.Fatal(err)
	}
	if err := store.Forget(t.Context(), owner, "beta"); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if err := all[0].Import(t.Context(), "beta", dir, []string{"b.example"}, func(*store.Tx) error { return no }); !errors.Is(err, no) {
		t.Errorf("an import that was refused: %v", err)
	}
	if left := texts(t, connect(t, owner, ""), `SELECT name FROM tenant UNION ALL SELECT host FROM host`); len(left) != 0 {
		t.Errorf("there is %q", left)
	}
}

func TestAFrozenCompanyIsReadAndNotWrittenOnAnyNode(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	here := newTenant(t, all[0], "acme")
	awaitCompany(t, all[1], "acme")
	there, err := all[1].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	s, err := storetest.Open(t, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	alone := newTenant(t, s, "acme")
	for name, writers := range map[string][]*store.Tenant{"shared": {here, there}, "alone": {alone}} {
		write(t, writers[0], say("before"))
		frozen, sealed, err := writers[0].Freeze(t.Context())
		if err != nil || sealed {
			t.Fatalf("%s: %v, sealed %v", name, err, sealed)
		}
		for _, w := range writers {
			if err := w.Write(t.Context(), say("during")); !errors.Is(err, store.ErrMoving) {
				t.Errorf("%s: a frozen company was written: %v", name, err)
			}
			if err := w.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.Size(); return err }); err != nil {
				t.Errorf("%s: a frozen company cannot be read: %v", name, err)
			}
			if _, _, err := w.Freeze(t.Context()); !errors.Is(err, store.ErrMoving) {
				t.Errorf("%s: a second mover was let in: %v", name, err)
			}
		}
		if err := frozen.Thaw(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, w := range writers {
			write(t, w, say("after"))
		}
		// Sealed, it stays so when its mover is gone, and the next mover finds it.
		if frozen, _, err = writers[0].Freeze(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := frozen.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		frozen.Release()
		if err := writers[len(writers)-1].Write(t.Context(), say("late")); !errors.Is(err, store.ErrMoving) {
			t.Errorf("%s: a sealed company was written: %v", name, err)
		}
		if err := writers[0].NoteBackup(t.Context(), time.Now()); !errors.Is(err, store.ErrMoving) {
			t.Errorf("%s: a note was written: %v", name, err)
		}
	}
}

func TestAFreezeWhoseMoverFallsSilentEndsAndCannotBeSealed(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	s, err := storetest.Open(t, t.TempDir(), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenant := newTenant(t, s, "acme")
	frozen, _, err := tenant.Freeze(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	frozen.Release() // as if it were no more
	if err := tenant.Write(t.Context(), say("too early")); !errors.Is(err, store.ErrMoving) {
		t.Fatalf("written: %v", err)
	}
	later.Add(int64(time.Minute))
	write(t, tenant, say("it is over"))
	if err := frozen.Seal(t.Context()); err == nil {
		t.Error("a freeze that had a break was sealed")
	}
	next, sealed, err := tenant.Freeze(t.Context())
	if err != nil || sealed {
		t.Fatalf("the next mover: %v", err)
	}
	if err := next.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	next.Release()
	later.Add(int64(time.Minute))
	again, sealed, err := tenant.Freeze(t.Context())
	if err != nil || !sealed {
		t.Fatalf("the mover after one that sealed: %v, sealed %v", err, sealed)
	}
	if err := again.Thaw(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, tenant, say("taken back"))
	// Neither a snapshot nor what is made of it is frozen.
	if _, _, err := tenant.Freeze(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, copied := staged(t, s, tenant)
	write(t, copied, say("in the copy"))
}

func TestACompanyThatMovedIsServedByNoNode(t *testing.T) {
	t.Parallel()
	all, owner, _ := nodes(t, 2)
	here := newTenant(t, all[0], "acme")
	write(t, here, say("hello"))
	awaitCompany(t, all[1], "acme")
	there, err := all[1].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all[0].PutAside(t.Context(), "acme", true); err != nil {
		t.Fatal(err)
	}
	<-there.Closed()
	for i, s := range all {
		if _, err := s.Tenant(t.Context(), "acme"); !errors.Is(err, store.ErrNoCompany) {
			t.Errorf("node %d: %v", i, err)
		}
	}
	if _, err := all[0].CreateTenant(t.Context(), "acme", ""); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("its name was given away while its rows are there: %v", err)
	}
	for range 2 {
		if err := store.Forget(t.Context(), owner, "acme"); err != nil {
			t.Fatal(err)
		}
	}
	newTenant(t, all[0], "acme")
}
