package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// TestKillingTheServerLosesDoublesOrInventsNothing kills the server at random
// moments, also while it starts, on one data directory and under load. After
// each time: what was acknowledged is there at its place, what anybody was
// shown is there, numbers have no gaps. At the end the outboxes have delivered
// the rest, and each message is there exactly once, in its sender's order.
func TestKillingTheServerLosesDoublesOrInventsNothing(t *testing.T) {
	t.Parallel()
	rnd, seed := seeded(t)
	rounds := int(fromEnv(t, "VERBALE_ROUNDS", 50))
	dir := t.TempDir()
	var at atomic.Value
	at.Store("")
	where := func() string { return at.Load().(string) }
	s, address := start(t, dir)
	at.Store(address)
	w := newCrowd(t, dir, where, 6, 3, rand.New(rand.NewPCG(uint64(seed), 2)), 100*time.Millisecond)

	began := time.Now()
	stop := w.talk(t)
	early := 0
	for round := range rounds {
		if round%5 == 4 { // while it starts, or a moment after
			s.kill()
			s = launch(t, dir)
			<-time.After(time.Duration(rnd.IntN(120)) * time.Millisecond)
			early++
		} else {
			<-time.After(time.Duration(50+rnd.IntN(400)) * time.Millisecond)
		}
		s.kill()
		if round%10 == 9 {
			mustBeClean(t, dir, "acme")
		}
		before := w.promised()
		s = launch(t, dir)
		at.Store(s.address(t))
		w.mustHold(t, before, fmt.Sprintf("after kill %d of %d", round+1, rounds))
		if t.Failed() {
			return
		}
	}
	stop()
	w.mustSettle(t, s.log)
	s.end(t)
	checked := mustBeClean(t, dir, "acme")
	again, gaps, connects := w.trouble()
	t.Logf("%d kills (%d while starting) in %v: %d messages, %d entries, %d letters sent again, %d gaps mended, %d connections",
		rounds, early, time.Since(began).Round(time.Second), w.total(), checked.Entries, again, gaps, connects)
}
