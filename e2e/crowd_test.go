package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// crowd is people who write to each other through replicas, and the owner who
// is in every group and looks what the server really has.
type crowd struct {
	c        *company
	groups   []int64
	replicas []*replica
	verified map[int64][]message // what the server had when last looked, by conversation
}

func newCrowd(t testing.TB, dir string, where func() string, people, groups int, rnd *rand.Rand, wait time.Duration) *crowd {
	t.Helper()
	w := &crowd{c: found(t, dir, "acme", "Acme", "", where), verified: map[int64][]message{}}
	var members []*person
	for i := range people {
		members = append(members, w.c.join(t, fmt.Sprintf("Person %d", i)))
	}
	for g := range groups {
		w.groups = append(w.groups, w.c.group(t, fmt.Sprintf("Group %d", g), members...))
	}
	for _, m := range members {
		// The copy begins with what happened before the first connection.
		w.replicas = append(w.replicas, newReplica(m, rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())), wait, w.groups...))
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

// promise is what the clients have been told, acknowledged or shown: by
// conversation and n, the message's number.
type promise map[int64]map[int64]int64

func (w *crowd) promised() promise {
	p := promise{}
	for _, g := range w.groups {
		p[g] = map[int64]int64{}
	}
	for _, r := range w.replicas {
		r.mu.Lock()
		for _, l := range r.sent {
			p[l.conversation][l.answer.N] = l.answer.ID
		}
		for id, in := range r.rooms {
			for n, m := range in.messages {
				p[id][n] = m.ID
			}
		}
		r.mu.Unlock()
	}
	return p
}

// mustHold compares what was promised with what the server has.
func (w *crowd) mustHold(t *testing.T, before promise, when string) {
	t.Helper()
	for _, g := range w.groups {
		have := w.verified[g]
		fresh, err := w.c.owner.history(context.Background(), g, int64(len(have)))
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		for _, m := range fresh {
			if m.N != int64(len(have))+1 {
				t.Fatalf("%s: in conversation %d comes n %d after %d", when, g, m.N, len(have))
			}
			have = append(have, m)
		}
		w.verified[g] = have
		for n, id := range before[g] {
			if n > int64(len(have)) {
				t.Fatalf("%s: message %d (n %d of conversation %d) was acknowledged or shown, and is gone; the last n is %d", when, id, n, g, len(have))
			}
			if have[n-1].ID != id {
				t.Fatalf("%s: n %d of conversation %d was message %d and is now %d", when, n, g, id, have[n-1].ID)
			}
		}
	}
}

// mustSettle lets the outboxes empty themselves and the copies catch up, and
// wants every message exactly once, in order, and the same for everybody.
func (w *crowd) mustSettle(t *testing.T, log fmt.Stringer) {
	t.Helper()
	until(t, "the outboxes are empty", func() bool { return w.waiting() == 0 })
	clear(w.verified) // all of it again, from the first
	w.mustHold(t, w.promised(), "at the end")
	until(t, "the copies have caught up", func() bool {
		for _, r := range w.replicas {
			for _, g := range w.groups {
				if !r.has(g, int64(len(w.verified[g]))) {
					return false
				}
			}
		}
		return true
	})
	for _, r := range w.replicas {
		r.mu.Lock()
		faults := r.faults
		r.mu.Unlock()
		for _, f := range faults {
			t.Error(f)
		}
		for _, g := range w.groups {
			if mine, theirs := r.hash(g), hashOf(w.verified[g]); mine != theirs {
				t.Errorf("%s has another state of conversation %d than the server", r.who.name, g)
			}
		}
	}
	w.mustBeInOrder(t)
	w.mustShowNoGhost(t)
	if t.Failed() {
		t.Logf("%s", log)
	}
}

// mustBeInOrder looks at each sender: 1, 2, 3 ... with nothing twice.
func (w *crowd) mustBeInOrder(t *testing.T) {
	t.Helper()
	byID := map[int64]message{}
	for _, all := range w.verified {
		for _, m := range all {
			byID[m.ID] = m
		}
	}
	for i, r := range w.replicas {
		r.mu.Lock()
		sent := r.sent
		r.mu.Unlock()
		var last int64
		for count, l := range sent {
			m := byID[l.answer.ID]
			if m.Text != l.text || l.text != said(i, count+1) || m.Author != r.who.id || m.N != l.answer.N {
				t.Fatalf("%s: letter %d was acknowledged as message %d, which is %+v", r.who.name, count+1, l.answer.ID, m)
			}
			if m.ID <= last {
				t.Fatalf("%s: letter %d stands before the one that was sent before", r.who.name, count+1)
			}
			last = m.ID
			delete(byID, m.ID)
		}
	}
	for id, m := range byID {
		t.Fatalf("message %d (%q) is there, and was sent once only as another", id, m.Text)
	}
}

// mustShowNoGhost looks whether every entry that somebody was told of is what
// the register has at that number.
func (w *crowd) mustShowNoGhost(t *testing.T) {
	t.Helper()
	first := w.replicas[0] // all are in the same groups, so all are told the same
	fresh := newReplica(first.who, first.rnd, time.Second, w.groups...)
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

func (w *crowd) total() (n int) {
	for _, all := range w.verified {
		n += len(all)
	}
	return n
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
