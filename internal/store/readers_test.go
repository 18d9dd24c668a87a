package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

func TestACompanyThatFallsSilentKeepsOneReadConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.OpenServer(context.Background(), t.TempDir(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tenant := newTenant(t, s, "acme")
		read := func(during func()) {
			if err := tenant.Read(context.Background(), func(*store.Tx) error { during(); return nil }); err != nil {
				t.Error(err)
			}
		}
		var all sync.WaitGroup
		end := make(chan struct{})
		for range 4 {
			all.Go(func() { read(func() { <-end }) })
		}
		synctest.Wait() // all four are running
		close(end)
		all.Wait()
		if n := store.IdleReads(tenant); n != 4 {
			t.Fatalf("%d connections are kept after four reads at once", n)
		}
		time.Sleep(time.Hour)
		read(func() {})
		if n := store.IdleReads(tenant); n != 1 {
			t.Errorf("%d connections are kept after an hour", n)
		}
	})
}

// withFourConnections opens a server that has no more to PostgreSQL, of which
// one company's reads take two.
func withFourConnections(t *testing.T) *store.Server {
	t.Helper()
	owner, application := pgtest.New(t)
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{Database: application + "&pool_max_conns=4", Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOneCompanysReadsNeverTakeAllConnections(t *testing.T) {
	t.Parallel()
	s := withFourConnections(t)
	noisy, other := newTenant(t, s, "noisy"), newTenant(t, s, "other")
	end, began := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	defer all.Wait()
	defer close(end)
	for range 2 {
		all.Go(func() {
			noisy.Read(context.Background(), func(*store.Tx) error {
				began <- struct{}{}
				<-end
				return nil
			})
		})
		<-began
	}
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	nothing := func(*store.Tx) error { return nil }
	if err := noisy.Read(soon, nothing); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third read of four connections: %v", err)
	}
	if err := other.Read(t.Context(), nothing); err != nil {
		t.Errorf("another company's read: %v", err)
	}
}
