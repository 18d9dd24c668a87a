package natsbus

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"verbale/internal/bus"
)

const (
	stale    = 2 * time.Second        // what could not be sent for so long is dropped
	inbox    = 1 << 14                // messages heard that may wait to be handed on
	farewell = 500 * time.Millisecond // for the last words when the bus is closed
)

// Bus is one node's end. It is made by Connect or Join.
type Bus struct {
	local  *bus.Local     // the listeners on this node
	conn   *nats.Conn     // to NATS, wherever that is
	server *server.Server // the one inside this node; nil with Connect
	hears  *nats.Subscription
	out    *outbox

	inbox   chan *nats.Msg
	closing sync.Once
	ending  chan struct{}
	sending sync.WaitGroup
	hearing sync.WaitGroup

	published, dropped, heard, bad atomic.Int64

	mu      sync.Mutex
	waiting map[string]chan time.Time // for answers, by nonce; guarded by mu
}

var _ bus.Bus = (*Bus)(nil)

// Stats is what a node counts since its start.
type Stats struct {
	Connected bool  // to NATS
	Nodes     int   // that this one is joined with; 0 with a NATS of one's own, which does not tell
	Published int64 // messages sent
	Heard     int64 // messages of other nodes
	Dropped   int64 // messages that were not sent, or not handed on, in time
	Bad       int64 // messages that could not be understood, or were refused for their form
}

// start makes a bus of a connection. If it fails, the connection is closed.
func start(conn *nats.Conn, inside *server.Server) (*Bus, error) {
	b := &Bus{
		local: bus.NewLocal(), conn: conn, server: inside, out: newOutbox(),
		inbox: make(chan *nats.Msg, inbox), ending: make(chan struct{}), waiting: map[string]chan time.Time{},
	}
	var err error
	if b.hears, err = conn.ChanSubscribe(all, b.inbox); err != nil {
		conn.Close()
		return nil, err
	}
	b.sending.Go(b.send)
	b.hearing.Go(b.hear)
	return b, nil
}

// Publish implements bus.Bus.
func (b *Bus) Publish(company string, seq int64) {
	b.local.Publish(company, seq)
	if !token(company) || seq < 1 || seq > maxSeq {
		b.bad.Add(1)
		return
	}
	b.out.number(company, seq)
}

// Signal implements bus.Bus.
func (b *Bus) Signal(company string, payload []byte) {
	b.local.Signal(company, payload)
	if !token(company) || len(payload) == 0 || len(payload) > maxSignal {
		b.bad.Add(1)
		return
	}
	if !b.out.put(signals+company, payload) {
		b.dropped.Add(1)
	}
}

// Subscribe implements bus.Bus.
func (b *Bus) Subscribe(company string) *bus.Subscription { return b.local.Subscribe(company) }

// Stats gives what the node counts.
func (b *Bus) Stats() Stats {
	s := Stats{
		Connected: b.conn.IsConnected(), Published: b.published.Load(), Heard: b.heard.Load(),
		Dropped: b.dropped.Load(), Bad: b.bad.Load(),
	}
	if late, err := b.hears.Dropped(); err == nil {
		s.Dropped += int64(late)
	}
	if b.server != nil {
		s.Nodes = b.server.NumRoutes()
	}
	return s
}

// Close implements bus.Bus. What waits to be sent is given a moment.
func (b *Bus) Close() error {
	b.closing.Do(func() {
		b.local.Close()
		close(b.ending)
		b.sending.Wait()
		if b.conn.IsConnected() {
			b.conn.FlushTimeout(farewell)
		}
		b.conn.Close()
		b.hearing.Wait()
		if b.server != nil {
			b.server.Shutdown()
			b.server.WaitForShutdown()
		}
	})
	return nil
}

// send empties the outbox until the bus is closed. It alone may have to wait
// for NATS: for as long as the connection's flusher does.
func (b *Bus) send() {
	for ending := false; !ending; {
		select {
		case <-b.out.wake:
		case <-b.ending:
			ending = true
		}
		for _, l := range b.out.take() {
			payload := l.payload
			if payload == nil && l.seq > 0 {
				payload = writeSeq(l.seq)
			}
			if time.Since(l.at) > stale || b.conn.Publish(l.subject, payload) != nil {
				b.dropped.Add(1)
				continue
			}
			b.published.Add(1)
		}
	}
}

// hear hands on what other nodes say until the bus is closed.
func (b *Bus) hear() {
	for {
		select {
		case m := <-b.inbox:
			b.handle(m.Subject, m.Data)
		case <-b.ending:
			return
		}
	}
}

func (b *Bus) handle(subject string, payload []byte) {
	s, ok := read(subject, payload)
	if !ok {
		b.bad.Add(1)
		return
	}
	b.heard.Add(1)
	switch s.kind {
	case numbers:
		b.local.Publish(s.whom, s.seq)
	case signals:
		b.local.Signal(s.whom, payload)
	case asks:
		if !b.out.put(answers+s.whom, nil) {
			b.dropped.Add(1)
		}
	case answers:
		b.mu.Lock()
		defer b.mu.Unlock()
		select {
		case b.waiting[s.whom] <- time.Now(): // nobody waits: a nil channel, which takes nothing
		default:
		}
	}
}

// Everybody is more nodes than there are.
const Everybody = 1000

// RoundTrip asks who is there and counts the answers, until there are as many
// as wanted or ctx ends. It says how long the last of them took.
func (b *Bus) RoundTrip(ctx context.Context, want int) (count int, took time.Duration, err error) {
	nonce := strings.ToLower(rand.Text())
	came := make(chan time.Time, max(want, 1))
	b.mu.Lock()
	b.waiting[nonce] = came
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, nonce)
	}()
	asked := time.Now()
	if !b.out.put(asks+nonce, nil) {
		return 0, 0, errors.New("natsbus: too much waits to be sent")
	}
	for count < want {
		select {
		case at := <-came:
			count++
			took = at.Sub(asked)
		case <-ctx.Done():
			return count, took, ctx.Err()
		}
	}
	return count, took, nil
}
