package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"verbale/e2e/history"
)

// crowd is people who write to each other through replicas, and what they live
// through.
type crowd struct {
	c        *company
	groups   []int64
	replicas []*replica
	log      history.Recorder
}

func newCrowd(t testing.TB, dir string, where func() string, people, groups int, rnd *rand.Rand, wait time.Duration) *crowd {
	t.Helper()
	w := &crowd{c: found(t, dir, "acme", "Acme", "", where)}
	var members []*person
	for i := range people {
		members = append(members, w.c.join(t, fmt.Sprintf("Person %d", i)))
	}
	for g := range groups {
		w.groups = append(w.groups, w.c.group(t, fmt.Sprintf("Group %d", g), members...))
	}
	for _, m := range members {
		// The copy begins with what happened before the first connection.
		w.replicas = append(w.replicas, newReplica(m, &w.log, rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())), wait, w.groups...))
	}
	return w
}

// live runs everybody's replica until stop is called, or the test ends.
func (w *crowd) live(t testing.TB) (stop func()) {
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, r := range w.replicas {
		running.Go(func() { r.run(ctx) })
	}
	stop = func() { end(); running.Wait() }
	t.Cleanup(stop)
	return stop
}

// talk has everybody write as fast as they are answered, until stop is called.
func (w *crowd) talk(t testing.TB) (stop func()) {
	w.live(t)
	writing, enough := context.WithCancel(context.Background())
	var talking sync.WaitGroup
	for i, r := range w.replicas {
		talking.Go(func() {
			for count := 1; writing.Err() == nil; {
				if r.waiting() > 20 {
					r.pause(writing)
					continue
				}
				to := w.groups[count%len(w.groups)]
				r.write(to, said(i, count))
				if count%20 == 0 {
					r.mark(to)
				}
				count++
			}
		})
	}
	stop = func() { enough(); talking.Wait() }
	t.Cleanup(stop)
	return stop
}

// waiting is how many letters are in all outboxes.
func (w *crowd) waiting() (n int) {
	for _, r := range w.replicas {
		n += r.waiting()
	}
	return n
}

// reconnect cuts everybody's socket.
func (w *crowd) reconnect() {
	for _, r := range w.replicas {
		r.mu.Lock()
		if r.socket != nil {
			r.socket.conn.NetConn().Close()
		}
		r.mu.Unlock()
	}
}

// said is what a person says for the nth time: it tells who and when.
func said(person, count int) string { return fmt.Sprintf("%d says %d", person, count) }

// mustSettle lets the outboxes empty themselves and the copies catch up, has
// everybody read everything, and judges what they lived through.
func (w *crowd) mustSettle(t *testing.T, log fmt.Stringer) history.Verdict {
	t.Helper()
	until(t, "the outboxes are empty", func() bool { return w.waiting() == 0 })
	for _, r := range w.replicas {
		for _, g := range w.groups {
			all, err := r.who.history(context.Background(), g, 0)
			if err != nil {
				t.Fatal(err)
			}
			w.final(r.who.name, g, all)
			until(t, "the copies have caught up", func() bool { return r.has(g, int64(len(all))) })
			w.final("the copy of "+r.who.name, g, r.copied(g))
		}
		r.mu.Lock()
		for _, f := range r.faults {
			t.Error(f)
		}
		r.mu.Unlock()
	}
	w.mustShowNoGhost(t)
	verdict := history.Check(w.log.Records())
	if !verdict.OK() {
		kept, err := history.Keep(w.log.Records())
		t.Errorf("%sThe history is in %s (%v).", verdict, kept, err)
	}
	if t.Failed() {
		t.Logf("%s", log)
	}
	return verdict
}

func (w *crowd) final(client string, conversation int64, all []message) {
	final := history.Record{Op: history.Final, Client: client, Conversation: conversation}
	for _, m := range all {
		final.Messages = append(final.Messages, asRead(m))
	}
	w.log.Add(final)
}

// mustShowNoGhost looks whether every entry that somebody was told of is what
// the register has at that number.
func (w *crowd) mustShowNoGhost(t *testing.T) {
	t.Helper()
	first := w.replicas[0] // all are in the same groups, so all are told the same
	fresh := newReplica(first.who, &history.Recorder{}, first.rnd, time.Second, w.groups...)
	until(t, "a fresh copy is made", func() bool { return fresh.catchUp(context.Background()) })
	for _, r := range w.replicas {
		r.mu.Lock()
		for seq, what := range r.seen {
			if fresh.seen[seq] != what {
				t.Errorf("%s was told of entry %d: %s; the register has %q", r.who.name, seq, what, fresh.seen[seq])
				break
			}
		}
		r.mu.Unlock()
	}
}

func (w *crowd) trouble() (again, gaps, connects int64) {
	for _, r := range w.replicas {
		r.mu.Lock()
		again, gaps, connects = again+r.stats.again, gaps+r.stats.gaps, connects+r.stats.connects
		r.mu.Unlock()
	}
	return again, gaps, connects
}

// until waits for something that has to come.
func until(t testing.TB, what string, come func() bool) {
	t.Helper()
	untilWithin(t, time.Minute, what, come)
}

func untilWithin(t testing.TB, patience time.Duration, what string, come func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(patience); !come(); {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("it did not come about that %s", what)
		}
	}
}
