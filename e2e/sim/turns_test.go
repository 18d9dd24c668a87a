package sim

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// turns lets the goroutines of a server go on one at a time. Each has gates to
// pass (every transaction asks for the time, every commit tells of itself),
// and waits there until the schedule gives it the turn.
//
// Where a goroutine waits for several channels and more than one is ready, Go
// lets chance decide, and not the seed. So a gate can be free: whoever passed
// it since the register last grew passes again, since there is nothing new.
// Then the order in which the hub, say, deals with a tick and with news makes
// no difference to how often it waits.
type turns struct {
	mu      sync.Mutex
	waiting map[string]chan struct{} // by the goroutine's name; guarded by mu
	passed  map[string]int64         // how often it had grown when they last passed; guarded by mu
	grown   int64                    // guarded by mu
	over    bool                     // nobody waits any more; guarded by mu
}

func newTurns() *turns {
	return &turns{waiting: map[string]chan struct{}{}, passed: map[string]int64{}}
}

// news says that the register is about to be told that it has grown.
func (t *turns) news() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grown++
}

// look is the gate of those who only look, and can be free.
func (t *turns) look(name string) {
	t.mu.Lock()
	seen, before := t.passed[name]
	free := before && seen == t.grown
	t.mu.Unlock()
	if free {
		return
	}
	t.wait(name)
	t.mu.Lock()
	t.passed[name] = t.grown
	t.mu.Unlock()
}

// wait is a gate.
func (t *turns) wait(name string) {
	t.mu.Lock()
	if t.over {
		t.mu.Unlock()
		return
	}
	if t.waiting[name] != nil {
		panic("two goroutines called " + name + ": which is which, the seed would not say")
	}
	gate := make(chan struct{})
	t.waiting[name] = gate
	t.mu.Unlock()
	<-gate
}

// names are those who wait, in an order that is always the same.
func (t *turns) names() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.waiting))
}

// give gives the turn to one who waits.
func (t *turns) give(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.waiting[name])
	delete(t.waiting, name)
}

// end opens all gates for good.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	for name, gate := range t.waiting {
		delete(t.waiting, name)
		close(gate)
	}
}

// who names the goroutine that asks for the time by the first of the product's
// functions on its stack: the writer, the hub, a follower. What the schedule
// itself calls needs no turn, since it is called in a turn of its own: "".
// Whoever does not come from Read is about to write.
func who() (name string, writes bool) {
	var pcs [48]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var calls []string
	writes = true
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if name, ours := strings.CutPrefix(f.Function, "verbale/"); ours {
			calls = append(calls, name)
			writes = writes && !strings.HasSuffix(name, "store.(*Tenant).Read")
		}
	}
	slices.Reverse(calls)
	switch {
	case !strings.HasPrefix(calls[0], "e2e/sim."):
		return calls[0], writes
	case strings.Contains(calls[0], "(*house).followers"):
		return calls[1], writes
	}
	return "", false
}
