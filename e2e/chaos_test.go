package e2e

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// TestABadLineLosesDoublesOrReordersNothing sends ten thousand messages
// through a line that loses, doubles, delays and cuts requests, answers and
// frames. Each is there exactly once, each sender's in order, and every
// client's copy is the server's.
func TestABadLineLosesDoublesOrReordersNothing(t *testing.T) {
	t.Parallel()
	rnd, seed := seeded(t)
	sends := int(fromEnv(t, "VERBALE_SENDS", 10_000))
	const people = 10
	dir := t.TempDir()
	s, direct := start(t, dir)
	var at atomic.Value
	at.Store(direct)
	w := newCrowd(t, dir, func() string { return at.Load().(string) }, people, 2, rnd, 60*time.Millisecond)
	// Who looks at the end looks past the line.
	owner := *w.c.owner
	owner.where, owner.http = on(direct), newHTTP(on(direct))
	w.c.owner = &owner

	line, through := newBadLine(t, direct, rand.New(rand.NewPCG(uint64(seed), 3)))
	at.Store(through)
	began := time.Now()
	for i, r := range w.replicas {
		r.who.http.CloseIdleConnections()
		for count := range sends / people {
			r.write(w.groups[(count+1)%len(w.groups)], said(i, count+1))
		}
	}
	stop := w.live(t)
	defer stop()
	untilWithin(t, 5*time.Minute, "the outboxes are empty", func() bool { return w.waiting() == 0 })
	took := time.Since(began)
	line.good.Store(true)
	// What was lost at the very end leaves no gap behind it: it is found when
	// the clients connect again.
	w.reconnect()
	verdict := w.mustSettle(t, s.log)
	if n := verdict.Messages; n != sends/people*people {
		t.Errorf("%d messages were sent, and %d are there", sends/people*people, n)
	}
	s.end(t)
	mustBeClean(t, dir, "acme")
	again, gaps, connects := w.trouble()
	t.Logf("%d messages by %d clients in %v; lost %d, doubled %d, delayed %d, cut %d; %d letters sent again, %d gaps mended, %d connections",
		verdict.Messages, people, took.Round(time.Second/10), line.lost.Load(), line.doubled.Load(), line.late.Load(), line.cut.Load(), again, gaps, connects)
	if line.lost.Load() == 0 || line.doubled.Load() == 0 || line.cut.Load() == 0 || again == 0 || gaps == 0 {
		t.Error("the line was not bad at all")
	}
}
