package bustest

import (
	"math/rand/v2"
	"sync"
	"time"

	"verbale/internal/bus"
)

// longest is how long Chaos keeps something back.
const longest = 300 * time.Millisecond

// Chaotic is a bus on which a node's words are lost, doubled, kept back and
// overtaken. What becomes of the nth of them is decided by the seed alone.
type Chaotic struct {
	bus.Bus

	mu     sync.Mutex
	dice   *rand.Rand // guarded by mu
	calm   bool       // guarded by mu
	onWay  sync.WaitGroup
	counts Counts // guarded by mu
}

// Counts is what became of the words.
type Counts struct{ Passed, Lost, Doubled, Late int }

// Chaos puts chaos before a bus.
func Chaos(before bus.Bus, seed uint64) *Chaotic {
	return &Chaotic{Bus: before, dice: rand.New(rand.NewPCG(seed, seed))}
}

// Publish implements bus.Bus, badly.
func (c *Chaotic) Publish(company string, seq int64) {
	c.meddle(func() { c.Bus.Publish(company, seq) })
}

// Signal implements bus.Bus, badly.
func (c *Chaotic) Signal(company string, payload []byte) {
	c.meddle(func() { c.Bus.Signal(company, payload) })
}

// Calm ends the chaos: from now on all passes. What was kept back still comes.
func (c *Chaotic) Calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calm = true
}

// Counts gives what became of the words so far.
func (c *Chaotic) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts
}

// Close implements bus.Bus, after what is on its way.
func (c *Chaotic) Close() error {
	c.Calm()
	c.onWay.Wait()
	return c.Bus.Close()
}

func (c *Chaotic) meddle(say func()) {
	c.mu.Lock()
	fate, wait := c.dice.IntN(10), time.Duration(c.dice.Int64N(int64(longest))) // both always, so that the nth fate hangs on n alone
	now, later := true, false
	switch {
	case c.calm || fate < 3:
		c.counts.Passed++
	case fate < 6:
		c.counts.Lost++
		now = false
	case fate < 8:
		c.counts.Doubled++
		later = true
	default:
		c.counts.Late++
		now, later = false, true
	}
	if later {
		c.onWay.Add(1)
	}
	c.mu.Unlock()
	if now {
		say()
	}
	if later {
		time.AfterFunc(wait, func() {
			defer c.onWay.Done()
			say()
		})
	}
}
