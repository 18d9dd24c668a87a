package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"verbale/internal/problem"
	"verbale/internal/store"
)

func TestNodesThatWriteOneCompanyLeaveNoGapAndOneTree(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 3)
	newTenant(t, all[0], "acme")
	var wg sync.WaitGroup
	var said sync.Map
	for i, s := range all {
		awaitCompany(t, s, "acme")
		tenant, err := s.Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		for w := range 4 {
			wg.Go(func() {
				for n := range 25 {
					err := tenant.Write(context.Background(), func(tx *store.Tx) error {
						if err := say(fmt.Sprint(i, w, n))(tx); err != nil {
							return err
						}
						size, err := tx.Size()
						if err == nil && n%5 == 4 {
							err = fmt.Errorf("changed its mind") // what is undone takes no number
						} else if _, twice := said.LoadOrStore(size, true); twice {
							t.Errorf("two entries have the number %d", size)
						}
						return err
					})
					if (err != nil) != (n%5 == 4) {
						t.Errorf("node %d: %v", i, err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, s := range all {
		tenant, _ := s.Tenant(t.Context(), "acme")
		if _, err := tenant.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustAudit(t, tenant, 240)
	}
}

func awaitCompany(t testing.TB, s *store.Server, name string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(strings.Join(s.Tenants(), " "), name); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the company %s was not heard of", name)
		}
	}
}

// TestACompanyThatAnotherNodeMadeIsKnownAtOnce does not wait for the lookout,
// which would tell within a second.
func TestACompanyThatAnotherNodeMadeIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	for _, name := range []string{"acme", "bolt"} {
		if _, err := all[0].CreateTenant(t.Context(), name, name+".example"); err != nil {
			t.Fatal(err)
		}
		all[1].Meet(t.Context(), name+".example", "")
		if got := all[1].ByHost(name + ".example"); got != name {
			t.Errorf("%s.example was %q's", name, got)
		}
		if _, err := all[1].Tenant(t.Context(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStrangersDoNotHaveTheCatalogueAskedAgainAndAgain counts in the database
// itself how often its rows were walked through.
func TestStrangersDoNotHaveTheCatalogueAskedAgainAndAgain(t *testing.T) {
	t.Parallel()
	all, owner, _ := nodes(t, 1)
	db := connect(t, owner, "")
	walks := func() (n int) {
		t.Helper()
		if err := db.QueryRow(`SELECT seq_scan + idx_scan FROM pg_stat_user_tables WHERE relname = 'tenant'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := walks()
	for i := range 20_000 {
		all[0].Meet(t.Context(), fmt.Sprint("host", i), fmt.Sprint("company", i))
	}
	all[0].Close() // a connection that ends has told what it did
	if n := walks() - before; n > 50 {
		t.Errorf("20,000 strangers had the catalogue asked %d times", n)
	}
}

// TestANodeThatHangsWhileItWritesHoldsUpOthersForSecondsAlone stops one node in
// the middle of its transaction, as a machine that is paused or swapped out.
func TestANodeThatHangsWhileItWritesHoldsUpOthersForSecondsAlone(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	hangs := newTenant(t, all[0], "acme")
	other, err := all[1].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	inside, wake, end := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		end <- hangs.Write(context.Background(), func(tx *store.Tx) error {
			if err := say("asleep")(tx); err != nil {
				return err
			}
			close(inside)
			<-wake
			return nil
		})
	}()
	<-inside
	began := time.Now()
	write(t, other, say("awake"))
	took := time.Since(began)
	t.Logf("the other node wrote after %v", took)
	if took < time.Second {
		t.Error("the node that hangs had not the right to write")
	}
	if took > 10*time.Second {
		t.Errorf("the other node could write only after %v", took)
	}
	close(wake)
	if p := problem.Of(<-end); p == nil || p.Code != "store.unreachable" {
		t.Errorf("who woke up too late was answered %v", p)
	}
	mustAudit(t, other, 1)
	write(t, hangs, say("again"))
	mustAudit(t, other, 2)
}

func TestWhatAnotherNodeEntersIsHeardOfWithoutABus(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 2)
	here := newTenant(t, all[0], "acme")
	awaitCompany(t, all[1], "acme")
	there, err := all[1].Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	grown := there.Grown()
	write(t, here, say("hello"))
	began := time.Now()
	select {
	case <-grown:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was heard")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it was heard of after %v", took)
	}
	if there.Head().Size != 1 {
		t.Errorf("the head is at %d", there.Head().Size)
	}
	// A false number moves nothing.
	if err := there.Heard(t.Context(), 1<<60); err != nil || there.Head().Size != 1 {
		t.Errorf("after a false number: %v, head at %d", err, there.Head().Size)
	}
}
