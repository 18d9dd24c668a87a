package bus

import "sync"

// Local is the bus of one process.
type Local struct {
	mu        sync.RWMutex
	closed    bool
	listeners map[string]map[*Subscription]struct{} // by company
}

// NewLocal makes a bus for one process.
func NewLocal() *Local {
	return &Local{listeners: map[string]map[*Subscription]struct{}{}}
}

// Publish implements Bus.
func (l *Local) Publish(company string, seq int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for s := range l.listeners[company] {
		s.Advance(seq)
	}
}

// Signal implements Bus.
func (l *Local) Signal(company string, payload []byte) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for s := range l.listeners[company] {
		s.Deliver(payload)
	}
}

// Subscribe implements Bus. On a closed bus the subscription is closed too.
func (l *Local) Subscribe(company string) *Subscription {
	s := NewSubscription(func(s *Subscription) { l.forget(company, s) })
	l.mu.Lock()
	closed := l.closed
	if !closed {
		if l.listeners[company] == nil {
			l.listeners[company] = map[*Subscription]struct{}{}
		}
		l.listeners[company][s] = struct{}{}
	}
	l.mu.Unlock()
	if closed {
		s.Close()
	}
	return s
}

func (l *Local) forget(company string, s *Subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.listeners[company], s)
	if len(l.listeners[company]) == 0 {
		delete(l.listeners, company) // companies come and go; an empty set would stay for ever
	}
}

// Close implements Bus.
func (l *Local) Close() error {
	l.mu.Lock()
	l.closed = true
	var all []*Subscription
	for _, of := range l.listeners {
		for s := range of {
			all = append(all, s)
		}
	}
	l.mu.Unlock()
	for _, s := range all {
		s.Close()
	}
	return nil
}
