package live_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/live"
	"verbale/internal/login"
	"verbale/internal/store"
)

func TestSlowReaderIsCutAndTheSyncGivesHimAll(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(testing.TB, live.Options) *world{"plain": newWorld, "TLS": newSecureWorld} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cutSlowReader(t, world(t, live.Options{QueueFrames: 50, QueueBytes: 1 << 20}).company("acme", 2))
		})
	}
}

func cutSlowReader(t *testing.T, c *company) {
	group := c.group(c.people...)
	s := c.dial(c.people[1]) // reads nothing
	text := strings.Repeat("0123456789", 1900)
	count := 0
	for ; c.gateway.Stats().Slow == 0; count++ {
		if count == 2000 { // 38 MB: more than any queue or kernel takes
			t.Fatal("he was not cut")
		}
		c.post(c.people[0], group, text)
	}
	go s.conn.ReadLoop()
	code, before := s.ends()
	if code != 4001 {
		t.Fatalf("closed with %d", code)
	}
	if got := len(before); got == 0 || got >= count {
		t.Fatalf("%d frames of %d came before", got, count)
	}
	if all := c.syncTexts(c.people[1].Person, 1<<60); len(all) != count {
		t.Fatalf("the sync has %d of %d", len(all), count)
	}
}

func TestOverTLSNothingIsLostEither(t *testing.T) {
	t.Parallel()
	c := newSecureWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people...)
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	d, _ := c.connect(c.people[2])
	const count = 50
	for i := range count {
		a.post(i, group, fmt.Sprint(i))
		b.post(i, group, "b")
	}
	mine := 0
	for range 2 * count {
		if g := d.until("message.posted"); g.Data.Message.Text == fmt.Sprint(mine) {
			mine++
		}
	}
	if mine != count {
		t.Fatalf("%d of %d came in order", mine, count)
	}
	c.write(func(tx *store.Tx) error { return login.EndDevice(tx, c.people[1], c.people[1].Device) })
	if code, _ := b.ends(); code != 4100 {
		t.Fatalf("closed with %d", code)
	}
}

func TestSilentSocketIsFoundDeadAndTheOthersStay(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	c := newWorld(t, live.Options{Clock: clock}).company("acme", 2)
	dead := c.dial(c.people[0]) // reads nothing, so it answers no ping
	lives, _ := c.connect(c.people[1])
	later.Store(int64(60 * time.Second))
	lives.say(`{"type":"ping"}`)
	lives.until("pong")
	later.Store(int64(90 * time.Second))
	look, late := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer look.Stop()
	for c.gateway.Stats().Sockets > 1 {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the silent socket was kept")
		}
	}
	go dead.conn.ReadLoop()
	if code, _ := dead.ends(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	lives.say(`{"type":"ping"}`)
	lives.until("pong")
}

func TestShutdownAsksEveryClientToComeBack(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	var all []*socket
	for _, p := range c.people {
		s, _ := c.connect(p)
		all = append(all, s)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.gateway.Shutdown(ctx, 0); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if code, _ := s.ends(); code != 4000 {
			t.Fatalf("closed with %d", code)
		}
	}
	if n := c.gateway.Stats().Sockets; n != 0 {
		t.Fatalf("%d sockets are left", n)
	}
}

func TestShutdownOverATimeSendsNotEverybodyAwayAtOnce(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 1)
	const many, over = 20, time.Second
	closings := make(chan time.Time, many)
	for range many {
		s, _ := c.connect(c.people[0])
		go func() {
			s.ends()
			closings <- time.Now()
		}()
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.gateway.Shutdown(ctx, over); err != nil {
		t.Fatal(err)
	}
	var all []time.Time
	for range many {
		all = append(all, <-closings)
	}
	slices.SortFunc(all, time.Time.Compare)
	if spent := all[many-1].Sub(all[0]); spent < over/2 {
		t.Errorf("all were sent away within %v", spent)
	}
}

func TestCommandsOfSocketsAreToldOfWithTheirRefusals(t *testing.T) {
	t.Parallel()
	told := make(chan live.Command, 16)
	c := newWorld(t, live.Options{Observe: func(done live.Command) { told <- done }}).company("acme", 1)
	s, _ := c.connect(c.people[0])
	s.post(1, c.group(c.people[0]), "x")
	s.post(2, 1<<40, "x")
	s.say(`{"type":"ping"}`)
	for _, want := range []live.Command{{Type: "post"}, {Type: "post", Refused: "conversation.not_found"}, {Type: "ping"}} {
		got := <-told
		if got.Took <= 0 {
			t.Errorf("%+v took no time", got)
		}
		if got.Took = 0; got != want {
			t.Errorf("told of %+v, not %+v", got, want)
		}
	}
}
