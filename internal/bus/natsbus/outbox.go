package natsbus

import (
	"sync"
	"time"
)

// What waits to be sent is bounded, by count and bytes; numbers are bounded by
// there being one a company.
const (
	outboxSignals = 4096
	outboxBytes   = 4 << 20
)

// letter is one message that waits to be sent.
type letter struct {
	subject string
	payload []byte
	seq     int64 // instead of a payload
	at      time.Time
}

// outbox is what waits to be sent, in order.
type outbox struct {
	wake chan struct{} // has something when there is something

	mu     sync.Mutex
	queue  []*letter
	count  int // of letters with a payload
	bytes  int // of their payloads
	newest map[string]*letter
}

func newOutbox() *outbox {
	return &outbox{wake: make(chan struct{}, 1), newest: map[string]*letter{}}
}

// number queues a number, or raises the one that waits.
func (o *outbox) number(company string, seq int64) {
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if l := o.newest[company]; l != nil {
		l.seq, l.at = max(l.seq, seq), now
		return
	}
	l := &letter{subject: numbers + company, seq: seq, at: now}
	o.newest[company] = l
	o.add(l)
}

// put queues a payload; false when there is no room.
func (o *outbox) put(subject string, payload []byte) bool {
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.count >= outboxSignals || o.bytes+len(payload) > outboxBytes {
		return false
	}
	o.count++
	o.bytes += len(payload)
	o.add(&letter{subject: subject, payload: payload, at: now})
	return true
}

// add is called with mu held.
func (o *outbox) add(l *letter) {
	o.queue = append(o.queue, l)
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take gives all that waits.
func (o *outbox) take() []*letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.queue
	o.queue, o.count, o.bytes = nil, 0, 0
	clear(o.newest)
	return taken
}
