package bustest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"verbale/internal/bus"
)

// patience is how long a delivery between nodes may take before the test fails.
const patience = 10 * time.Second

// Run drives a bus from outside. Connect gives two nodes of one house, which
// may be the same; both are closed by the test that took them.
func Run(t *testing.T, connect func(*testing.T) (one, two bus.Bus)) {
	for name, test := range map[string]func(*testing.T, bus.Bus, bus.Bus){
		"EveryNodeHears":                            everyNodeHears,
		"SlowReaderSeesTheNewestAndBlocksNobody":    slowReaderSeesTheNewest,
		"NumbersNeverGoBack":                        numbersNeverGoBack,
		"CompaniesDoNotHearEachOther":               companiesAreApart,
		"SignalsComeInOrder":                        signalsComeInOrder,
		"SignalsBeyondTheQueueAreDroppedAndCounted": signalsAreBounded,
		"ClosedSubscriptionHearsNothingMore":        closedHearsNothing,
		"CloseEndsEverySubscription":                closeEndsAll,
		"ManyAtOnce":                                manyAtOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, two := connect(t)
			t.Cleanup(func() { one.Close(); two.Close() })
			test(t, one, two)
		})
	}
}

// reach reads until the number is there.
func reach(t *testing.T, s *bus.Subscription, seq int64) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case got := <-s.Advanced():
			if got == seq {
				return
			}
			if got > seq {
				t.Fatalf("went past %d to %d", seq, got)
			}
		case <-late:
			t.Fatalf("never heard of %d", seq)
		}
	}
}

func next(t *testing.T, s *bus.Subscription) string {
	t.Helper()
	select {
	case payload := <-s.Signals():
		return string(payload)
	case <-time.After(patience):
		t.Fatal("no signal")
		return ""
	}
}

func everyNodeHears(t *testing.T, one, two bus.Bus) {
	a, b := one.Subscribe("acme"), two.Subscribe("acme")
	one.Publish("acme", 5)
	reach(t, a, 5)
	reach(t, b, 5)
	two.Publish("acme", 6)
	reach(t, a, 6)
	reach(t, b, 6)
	two.Signal("acme", []byte("typing"))
	if x, y := next(t, a), next(t, b); x != "typing" || y != "typing" {
		t.Errorf("got %q and %q", x, y)
	}
}

func slowReaderSeesTheNewest(t *testing.T, one, two bus.Bus) {
	slow, fast := two.Subscribe("acme"), two.Subscribe("acme")
	const last = 100_000
	for seq := int64(1); seq <= last; seq++ { // nobody reads: this must end all the same
		one.Publish("acme", seq)
	}
	reach(t, fast, last) // all of it has arrived at this node now
	reach(t, slow, last)
	select {
	case got := <-slow.Advanced():
		t.Errorf("after the newest there was %d", got)
	default:
	}
}

func numbersNeverGoBack(t *testing.T, one, two bus.Bus) {
	s := two.Subscribe("acme")
	for _, seq := range []int64{3, 9, 4, 9, 1} {
		one.Publish("acme", seq)
	}
	reach(t, s, 9)
	one.Publish("acme", 10) // arrives after the older ones: what comes next must be this
	if got := <-s.Advanced(); got != 10 {
		t.Errorf("after 9 came %d", got)
	}
}

func companiesAreApart(t *testing.T, one, two bus.Bus) {
	acme, globex := two.Subscribe("acme"), two.Subscribe("globex")
	all := []string{"globex.eu", "globex*", ">", "*", "", "Globex"} // what a broker could take for a pattern
	for _, name := range all {
		one.Publish(name, 99)
		one.Signal(name, []byte("secret"))
	}
	one.Publish("acme", 7)
	one.Signal("acme", []byte("hello"))
	reach(t, acme, 7)
	if got := next(t, acme); got != "hello" {
		t.Errorf("acme heard %q", got)
	}
	one.Publish("globex", 1)
	one.Signal("globex", []byte("own"))
	reach(t, globex, 1)
	if got := next(t, globex); got != "own" {
		t.Errorf("globex heard %q", got)
	}
}

func signalsComeInOrder(t *testing.T, one, two bus.Bus) {
	s := two.Subscribe("acme")
	for i := range 100 {
		one.Signal("acme", fmt.Appendf(nil, "%d", i))
	}
	for i := range 100 {
		if got := next(t, s); got != fmt.Sprint(i) {
			t.Fatalf("signal %d is %s", i, got)
		}
	}
	if s.Dropped() != 0 {
		t.Errorf("%d dropped", s.Dropped())
	}
}

func signalsAreBounded(t *testing.T, one, two bus.Bus) {
	slow, witness := two.Subscribe("acme"), two.Subscribe("acme")
	const sent = 10_000
	for i := range sent {
		one.Signal("acme", fmt.Appendf(nil, "%d", i))
	}
	one.Publish("acme", 1)
	reach(t, witness, 1)
	slow.Close() // what waits can still be read
	waited := int64(0)
	for range slow.Signals() {
		waited++
	}
	if waited == 0 || waited >= sent || slow.Dropped() == 0 || waited+slow.Dropped() > sent {
		t.Errorf("of %d, %d waited and %d were dropped", sent, waited, slow.Dropped())
	}
}

func closedHearsNothing(t *testing.T, one, two bus.Bus) {
	s, witness := two.Subscribe("acme"), two.Subscribe("acme")
	s.Close()
	s.Close()
	one.Publish("acme", 3)
	one.Signal("acme", []byte("typing"))
	reach(t, witness, 3)
	next(t, witness)
	if seq, open := <-s.Advanced(); open {
		t.Errorf("heard %d", seq)
	}
	if payload, open := <-s.Signals(); open {
		t.Errorf("heard %q", payload)
	}
}

func closeEndsAll(t *testing.T, one, two bus.Bus) {
	a, b := one.Subscribe("acme"), one.Subscribe("globex")
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*bus.Subscription{a, b, one.Subscribe("acme")} {
		if _, open := <-s.Advanced(); open {
			t.Error("still open")
		}
	}
	one.Publish("acme", 1) // must not panic
	one.Signal("acme", nil)
}

func manyAtOnce(t *testing.T, one, two bus.Bus) {
	const writers, each = 8, 500
	witness := two.Subscribe("acme")
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				one.Publish("acme", int64(w*each+i+1))
				two.Signal("acme", []byte("x"))
			}
		})
		all.Go(func() {
			for range each { // who comes and goes disturbs nobody
				two.Subscribe("acme").Close()
			}
		})
	}
	all.Wait()
	reach(t, witness, writers*each)
}
