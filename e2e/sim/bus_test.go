package sim

import (
	"slices"
	"sync"

	"verbale/internal/bus"
)

// badBus loses, doubles and re-orders what is published, as the schedule says.
type badBus struct {
	*bus.Local
	mu      sync.Mutex
	pending []int64 // published, and not heard yet; guarded by mu
}

func newBadBus() *badBus { return &badBus{Local: bus.NewLocal()} }

func (b *badBus) Publish(_ string, seq int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = append(b.pending, seq)
}

// Signal loses all signals. They carry no truth, and a frame more in a queue,
// sooner or later by chance, can be the one that is too many.
func (b *badBus) Signal(string, []byte) {}

func (b *badBus) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.pending)
}

// hear lets one of those pending be heard; again leaves it pending too.
func (b *badBus) hear(i int, again bool) {
	b.mu.Lock()
	seq := b.pending[i]
	b.mu.Unlock()
	b.Local.Publish(company, seq)
	if !again {
		b.lose(i)
	}
}

func (b *badBus) lose(i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = slices.Delete(b.pending, i, i+1)
}
