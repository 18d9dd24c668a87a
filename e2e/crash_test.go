package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// upload stores files one after the other, until it is asked which came
// through: each that was acknowledged has to be there, whole.
func (w *crowd) upload(t testing.TB) (check func(t testing.TB) int) {
	ctx, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	stored := make(chan map[int64][]byte, 1)
	go func() {
		all := map[int64][]byte{}
		for count := 0; ctx.Err() == nil; count++ {
			content := bytes.Repeat(fmt.Appendf(nil, "file %d ", count), 10_000)
			a, err := w.c.owner.send(ctx, "POST", prefix+"/files?name=some", "application/octet-stream", bytes.NewReader(content))
			var f made
			if err == nil && a.status == 200 && json.Unmarshal(a.body, &f) == nil {
				all[f.ID] = content
			}
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
		stored <- all
	}()
	return func(t testing.TB) int {
		t.Helper()
		end()
		all := <-stored
		for id, content := range all {
			if a := w.c.owner.call(t, "GET", fmt.Sprintf("/files/%d", id), nil); a.status != 200 || !bytes.Equal(a.body, content) {
				t.Errorf("file %d was acknowledged and is now %d, %d bytes", id, a.status, len(a.body))
			}
		}
		return len(all)
	}
}

// TestKillingTheServerLosesDoublesOrInventsNothing kills the server at random
// moments, also while it starts, on one data directory and under load. At the
// end the outboxes have delivered the rest, and what the clients were told and
// shown through it all is judged.
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
	stop, files := w.talk(t), w.upload(t)
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
		s = launch(t, dir)
		at.Store(s.address(t))
	}
	stop()
	verdict := w.mustSettle(t, s.log)
	uploaded := files(t)
	s.end(t)
	checked := mustBeClean(t, dir, "acme")
	again, gaps, connects := w.trouble()
	t.Logf("%d kills (%d while starting) in %v: %d messages, %d files, %d entries, %d letters sent again, %d gaps mended, %d connections",
		rounds, early, time.Since(began).Round(time.Second), verdict.Messages, uploaded, checked.Entries, again, gaps, connects)
}
