package bus

import (
	"sync"
	"sync/atomic"
)

// signalQueue is how many signals wait for a slow reader. They are worthless
// after seconds, so more would only delay the fresh ones.
const signalQueue = 256

// Subscription is one listener to one company.
type Subscription struct {
	mu       sync.Mutex
	closed   bool
	newest   int64
	advanced chan int64
	signals  chan []byte
	dropped  atomic.Int64
	onClose  func(*Subscription)
}

// NewSubscription is for implementations of Bus; onClose is called once.
func NewSubscription(onClose func(*Subscription)) *Subscription {
	return &Subscription{
		advanced: make(chan int64, 1), // one place: the newest number replaces the one not yet read
		signals:  make(chan []byte, signalQueue),
		onClose:  onClose,
	}
}

// Advanced gives the newest number published, each larger than the one before;
// numbers in between are passed over. It is closed with the subscription.
func (s *Subscription) Advanced() <-chan int64 { return s.advanced }

// Signals gives the fleeting signals, in order for each sender, with gaps
// where the reader was too slow. It is closed with the subscription.
func (s *Subscription) Signals() <-chan []byte { return s.signals }

// Dropped counts the signals that the reader was too slow for.
func (s *Subscription) Dropped() int64 { return s.dropped.Load() }

// Close ends the subscription; it may be called more than once.
func (s *Subscription) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.advanced)
	close(s.signals)
	s.mu.Unlock()
	s.onClose(s) // without the lock: the bus takes its own
}

// Advance is called by the bus. It never waits.
func (s *Subscription) Advance(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || seq <= s.newest {
		return
	}
	s.newest = seq
	select {
	case <-s.advanced: // not read yet: it is replaced
	default:
	}
	s.advanced <- seq // there is room: only Advance fills it, one at a time
}

// Settle is called by the reader who has looked and found the register to end
// at seq. A number beyond it was false, a slip of another node's; believed for
// ever, it would hide the true ones that come after.
func (s *Subscription) Settle(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest = min(s.newest, seq)
}

// Deliver is called by the bus. It never waits.
func (s *Subscription) Deliver(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.signals <- payload:
	default:
		s.dropped.Add(1)
	}
}
