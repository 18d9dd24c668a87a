package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

func TestAFollowerRunsOnOneNodeAndGoesOnOnAnother(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	newTenant(t, all[0], "acme")
	awaitCompany(t, all[1], "acme")
	var steps [2]atomic.Int64
	follow := func(i int) (stop context.CancelFunc) {
		tenant, err := all[i].Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go tenant.Follow(ctx, "counter", func(_ context.Context, batch []store.Entry) (func(*store.Tx) error, error) {
			steps[i].Add(int64(len(batch)))
			return nil, nil
		})
		return cancel
	}
	first, _ := all[0].Tenant(t.Context(), "acme")
	position := func() (at int64) {
		if err := first.Read(t.Context(), func(tx *store.Tx) (err error) { at, err = tx.Followed("counter"); return err }); err != nil {
			t.Error(err)
		}
		return at
	}
	await := func(seq int64) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); position() != seq; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the follower is at %d, not %d", position(), seq)
			}
		}
	}
	stop := follow(0)
	for range 10 {
		write(t, first, say("x"))
	}
	await(10)
	defer follow(1)()
	for range 10 {
		write(t, first, say("y"))
	}
	await(20)
	if n := steps[1].Load(); n != 0 {
		t.Errorf("the second node dealt with %d entries while the first held the lease", n)
	}
	stop() // as a node that dies: its lease runs out
	for range 10 {
		write(t, first, say("z"))
	}
	await(30)
	if steps[0].Load() != 20 || steps[1].Load() != 10 {
		t.Errorf("the nodes dealt with %d and %d entries", steps[0].Load(), steps[1].Load())
	}
}

func TestANodeThatSleptPastItsLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	owner, application := pgtest.New(t)
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	dir := t.TempDir()
	open := func(node, dir string) *store.Tenant {
		s, err := store.OpenServer(t.Context(), dir, store.Options{Database: application, Owner: owner, Node: node, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if node == "a" {
			newTenant(t, s, "acme")
		}
		tenant, err := s.Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		return tenant
	}
	a := open("a", dir)
	other := t.TempDir()
	key, _ := os.ReadFile(filepath.Join(dir, "root.key"))
	if err := os.WriteFile(filepath.Join(other, "root.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open("b", other)
	held, wait, err := a.Lease(t.Context(), "work")
	if err != nil || wait != 0 {
		t.Fatal(wait, err)
	}
	if _, wait, err := b.Lease(t.Context(), "work"); err != nil || wait <= 0 || wait > 10*time.Second {
		t.Fatalf("the second node was told to wait for %v, %v", wait, err)
	}
	ahead.Store(int64(time.Minute))
	taken, wait, err := b.Lease(t.Context(), "work")
	if err != nil || wait != 0 {
		t.Fatal(wait, err)
	}
	if err := a.Write(t.Context(), func(tx *store.Tx) error { return held.Hold(tx) }); err != store.ErrNotHolder {
		t.Errorf("who slept past the lease was answered %v", err)
	}
	if err := b.Write(t.Context(), func(tx *store.Tx) error { return taken.Hold(tx) }); err != nil {
		t.Error(err)
	}
}

// TestTheFollowersOfANodeThatEndsGoOnAtOnceOnAnother does not wait for a lease
// that runs out, which takes ten seconds.
func TestTheFollowersOfANodeThatEndsGoOnAtOnceOnAnother(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	ends := newTenant(t, all[0], "acme")
	stays, err := all[1].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	write(t, ends, say("hello"))
	if _, wait, err := ends.Lease(t.Context(), "work"); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if _, wait, err := stays.Lease(t.Context(), "work"); wait == 0 || err != nil {
		t.Fatalf("two nodes hold one lease: %v", err)
	}
	if err := all[0].Close(); err != nil {
		t.Fatal(err)
	}
	if _, wait, err := stays.Lease(t.Context(), "work"); wait != 0 || err != nil {
		t.Errorf("the node that has ended holds its lease for another %v, %v", wait, err)
	}
}
