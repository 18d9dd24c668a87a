package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

const (
	active   = 20 // companies that write
	share    = 10 // messages a second of each
	tenTimes = 10
	turns    = 8 // of each: all alike, and one ten times as much
)

// w8 makes many companies on a server of their own and looks what each holds
// at rest; then some write side by side, and then one of them ten times as
// much as the others.
func (r *run) w8(ctx context.Context) error {
	r.server.stop()
	node := *r.server
	node.data = filepath.Join(r.folder, "many")
	defer node.stop()
	if node.database != "" { // one root key for all nodes on it
		key, err := os.ReadFile(filepath.Join(r.server.data, "root.key"))
		if err == nil {
			err = errors.Join(os.Mkdir(node.data, 0o700), os.WriteFile(filepath.Join(node.data, "root.key"), key, 0o600))
		}
		if err != nil {
			return err
		}
	}
	if _, err := node.start(ctx); err != nil {
		return err
	}
	speakers := make([]*speaker, min(active, r.companies))
	var one float64
	for i := range r.companies {
		c, err := newCompany(ctx, &node, "", fmt.Sprintf("bench-%d", i))
		if err != nil {
			return err
		}
		if i < len(speakers) {
			speakers[i] = &speaker{who: c.owner}
		}
		if i == 0 {
			if one, err = atRest(ctx, &node, r.settle); err != nil {
				return err
			}
		}
	}
	all, err := atRest(ctx, &node, r.settle)
	if err != nil {
		return err
	}
	w := &r.report.Scale.W8
	w.Companies, w.Active, w.Idle = r.companies, len(speakers), (all-one)/float64(r.companies-1)
	for _, s := range speakers {
		if err := s.connect(ctx); err != nil {
			return err
		}
		defer s.socket.close()
	}
	if _, err := sideBySide(ctx, speakers, 1, r.shared/4, turns); err != nil { // caches warm
		return err
	}
	// In turns, of which every second pair is the other way round: what else the
	// machine does, and what it does less and less, is in both alike.
	var even, noisy histogram
	for turn := range turns {
		order := []int{1, tenTimes}
		if turn%2 == 1 {
			order = []int{tenTimes, 1}
		}
		for _, times := range order {
			h, err := sideBySide(ctx, speakers, times, r.shared/turns, uint64(turn))
			if err != nil {
				return err
			}
			if times == 1 {
				even.merge(&h)
			} else {
				noisy.merge(&h)
			}
		}
	}
	w.Even, w.Noisy = even.quantile(0.95), noisy.quantile(0.95)
	return nil
}

// atRest starts the node anew and says what it holds when every company is
// open and has settled.
func atRest(ctx context.Context, node *process, settle time.Duration) (float64, error) {
	if err := node.again(ctx); err != nil {
		return 0, err
	}
	if err := node.ready(ctx); err != nil {
		return 0, err
	}
	pause(ctx, settle)
	return node.memory(), nil
}

// speaker is a company's owner, who writes.
type speaker struct {
	who    *person
	socket *socket
	group  int64
	sent   sync.Map // of a message by its number: when
	ack    histogram
	acks   atomic.Int64
	failed atomic.Pointer[string]
}

func (s *speaker) connect(ctx context.Context) (err error) {
	if s.group, err = (&company{}).group(ctx, []*person{s.who}); err != nil {
		return err
	}
	sockets, err := connectAll(1, func(int) *person { return s.who }, func(_ int, socket *socket) {
		socket.onAck = func(ref int64, now time.Time) {
			sent, _ := s.sent.LoadAndDelete(ref)
			s.ack.add(now.Sub(sent.(time.Time)))
			s.acks.Add(1)
		}
		socket.onError = func(frame []byte) { s.failed.Store(new(string(frame))) }
	})
	if err == nil {
		s.socket = sockets[0]
	}
	return err
}

// sideBySide has all write, the first so many times as much as the others, and
// gives the time until the others were answered. They write when people would:
// each at moments of its own that the others' have nothing to do with, and the
// same moments whatever the first does.
func sideBySide(ctx context.Context, speakers []*speaker, times int, d time.Duration, turn uint64) (others histogram, err error) {
	err = atOnce(len(speakers), len(speakers), func(i int) error {
		every := time.Second / share
		if i == 0 {
			every /= time.Duration(times)
		}
		moments := rand.New(rand.NewPCG(turn, uint64(i)))
		return speakers[i].speak(ctx, d, func() time.Duration { return time.Duration(moments.ExpFloat64() * float64(every)) })
	})
	for i, s := range speakers {
		if i > 0 {
			others.merge(&s.ack)
		}
		s.ack = histogram{}
	}
	return others, err
}

// speak sends after each gap and waits for the last answer.
func (s *speaker) speak(ctx context.Context, d time.Duration, gap func() time.Duration) error {
	began, wanted := time.Now(), s.acks.Load()
	for next := began.Add(gap()); next.Before(began.Add(d)) && ctx.Err() == nil; next = next.Add(gap()) {
		pause(ctx, time.Until(next))
		wanted++
		now := time.Now() // the timer's own delay is not the server's
		s.sent.Store(wanted, now)
		if err := s.socket.post(wanted, s.group, text(now, int(wanted))); err != nil {
			return err
		}
	}
	for end := time.Now().Add(drainWithin); s.acks.Load() < wanted; pause(ctx, time.Millisecond) {
		if why := s.failed.Load(); why != nil || time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("%d of %d messages were answered", s.acks.Load(), wanted)
		}
	}
	return nil
}
