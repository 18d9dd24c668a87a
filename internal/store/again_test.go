package store_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"verbale/internal/journal"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// withOneEntry makes a company for a follower to follow.
func withOneEntry(t *testing.T) *store.Tenant {
	t.Helper()
	s, err := storetest.Open(t, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenant := newTenant(t, s, "acme")
	if err := tenant.Write(t.Context(), happens); err != nil {
		t.Fatal(err)
	}
	return tenant
}

func happens(tx *store.Tx) error {
	_, err := tx.Enter(journal.Draft{Kind: "test.happened"})
	return err
}

// waits asks the engine whether this transaction's commit waits for the disk.
func waits(t *testing.T, tx *store.Tx) bool {
	if tx.Dialect() == store.Postgres {
		var setting string
		if err := tx.Row(`SELECT current_setting('synchronous_commit')`).Scan(&setting); err != nil {
			t.Error(err)
		}
		return setting == "on"
	}
	var level int // 1 is NORMAL, 2 is FULL
	if err := tx.Row(`PRAGMA synchronous`).Scan(&level); err != nil {
		t.Error(err)
	}
	return level == 2
}

// TestNothingButAFollowersWriteIsCommittedBeforeTheDiskHasIt asks the engine
// itself what its commit will wait for, in turns: each has its own.
func TestNothingButAFollowersWriteIsCommittedBeforeTheDiskHasIt(t *testing.T) {
	t.Parallel()
	tenant := withOneEntry(t)
	for range 3 {
		var waited bool
		err := tenant.Write(t.Context(), func(tx *store.Tx) error {
			waited = waits(t, tx)
			return happens(tx)
		})
		if err != nil || !waited {
			t.Fatalf("what was entered is committed before the disk has it (%v)", err)
		}
		steps := 0
		err = tenant.CatchUp(t.Context(), "counter", func(context.Context, []store.Entry) (func(*store.Tx) error, error) {
			return func(tx *store.Tx) error {
				steps++
				waited = waits(t, tx)
				return nil
			}, nil
		})
		if err != nil || steps != 1 || waited {
			t.Fatalf("a follower's write waits for the disk (%d steps, %v)", steps, err)
		}
	}
}

// TestWhatIsEnteredBesideAFollowersWriteWaitsForTheDisk: both in one batch.
func TestWhatIsEnteredBesideAFollowersWriteWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	tenant := withOneEntry(t)
	var all sync.WaitGroup
	var follower, other bool
	stepping, step, running, end := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	all.Go(func() {
		err := tenant.CatchUp(t.Context(), "counter", func(context.Context, []store.Entry) (func(*store.Tx) error, error) {
			close(stepping)
			<-step
			return func(tx *store.Tx) error { follower = waits(t, tx); return nil }, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-stepping
	all.Go(func() { // while this runs, the others come to wait
		if err := tenant.Write(t.Context(), func(*store.Tx) error { close(running); <-end; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-running
	close(step)
	for tenant.Waiting() < 1 {
		runtime.Gosched()
	}
	all.Go(func() {
		if err := tenant.Write(t.Context(), func(tx *store.Tx) error { other = waits(t, tx); return happens(tx) }); err != nil {
			t.Error(err)
		}
	})
	for tenant.Waiting() < 2 {
		runtime.Gosched()
	}
	close(end)
	all.Wait()
	if !follower || !other {
		t.Errorf("the disk is waited for: %v where something was entered, %v in the follower's write beside", other, follower)
	}
}

func TestAFollowersWriteCannotEnterAnything(t *testing.T) {
	t.Parallel()
	tenant := withOneEntry(t)
	size := tenant.Head().Size
	err := tenant.CatchUp(t.Context(), "counter", func(context.Context, []store.Entry) (func(*store.Tx) error, error) { return happens, nil })
	if err == nil || tenant.Head().Size != size {
		t.Errorf("a follower entered something (%v): %d entries, there were %d", err, tenant.Head().Size, size)
	}
}
