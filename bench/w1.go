package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	groups      = 10
	groupSize   = 20
	senders     = 50
	drainWithin = 20 * time.Second
	warmUp      = 500 * time.Millisecond
)

// busy is the ten groups of W1, everybody connected.
type busy struct {
	sockets   []*socket
	groups    []int64
	delivered atomic.Int64
	accepted  atomic.Int64
	refused   atomic.Pointer[string]
	latency   []histogram // of deliveries, a socket's own each
	ack       []histogram
	sent      []chan time.Time // of a sender's posts that wait for their answer
	acked     []chan struct{}
	measuring atomic.Bool
}

func (r *run) w1(ctx context.Context) error {
	if err := r.server.again(ctx); err != nil {
		return err
	}
	b, err := r.gather(ctx)
	if err != nil {
		return err
	}
	defer closeAll(b.sockets)

	if err := b.saturate(ctx, warmUp); err != nil { // caches and connections warm
		return err
	}
	accepted, cpu, began := b.accepted.Load(), r.server.cpu(), time.Now()
	if err := b.saturate(ctx, r.saturation); err != nil {
		return err
	}
	took, count := time.Since(began), float64(b.accepted.Load()-accepted)
	if err := b.drain(ctx); err != nil {
		return err
	}
	w := &r.report.W1
	w.Rate = count / took.Seconds()
	w.CPUPer1000 = (r.server.cpu() - cpu).Seconds() / count * 1000
	w.RSS = r.server.memory()

	b.measuring.Store(true)
	if err := b.paced(ctx, w.Rate/2, r.half); err != nil {
		return err
	}
	if err := b.drain(ctx); err != nil {
		return err
	}
	var ack, delivery histogram
	for i := range b.latency {
		delivery.merge(&b.latency[i])
	}
	for i := range b.ack {
		ack.merge(&b.ack[i])
	}
	w.Ack, w.Delivery = ack.quantiles(), delivery.quantiles()
	closeAll(b.sockets)
	r.say("W1: bare group commit")
	w.BareRate, err = bareCommits(ctx, r.folder, senders, r.bare)
	return err
}

// gather makes the groups and connects everybody.
func (r *run) gather(ctx context.Context) (*busy, error) {
	people := r.company.people[:groups*groupSize]
	b := &busy{
		groups: make([]int64, groups), latency: make([]histogram, len(people)), ack: make([]histogram, senders),
		sent: make([]chan time.Time, senders), acked: make([]chan struct{}, senders),
	}
	err := atOnce(groups, 4, func(i int) (err error) {
		b.groups[i], err = r.company.group(ctx, people[i*groupSize:(i+1)*groupSize])
		return err
	})
	if err != nil {
		return nil, err
	}
	b.sockets, err = connectAll(len(people), func(i int) *person { return people[i] }, func(i int, s *socket) {
		s.onEvent = func(frame []byte, now time.Time) {
			sent, _, ok := readText(frame)
			if !ok {
				return
			}
			b.delivered.Add(1)
			if b.measuring.Load() {
				b.latency[i].add(now.Sub(sent))
			}
		}
		if i%(groupSize/(senders/groups)) != 0 {
			return
		}
		sender := i / (groupSize / (senders / groups))
		b.sent[sender], b.acked[sender] = make(chan time.Time, 1<<16), make(chan struct{}, 1<<16)
		s.onAck = func(_ int64, now time.Time) {
			b.accepted.Add(1)
			if sent := <-b.sent[sender]; b.measuring.Load() {
				b.ack[sender].add(now.Sub(sent))
			}
			b.acked[sender] <- struct{}{}
		}
		s.onError = func(frame []byte) { b.refused.Store(new(string(frame))) }
	})
	return b, err
}

// send sends a sender's next message.
func (b *busy) send(sender, number int) error {
	if refused := b.refused.Load(); refused != nil {
		return fmt.Errorf("a message was refused: %s", *refused)
	}
	at := sender * (groupSize / (senders / groups))
	now := time.Now()
	b.sent[sender] <- now
	return b.sockets[at].post(int64(number), b.groups[at/groupSize], text(now, number))
}

// await waits for the answers to a sender's posts.
func (b *busy) await(ctx context.Context, sender, count int) error {
	for range count {
		select {
		case <-b.acked[sender]:
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainWithin):
			return fmt.Errorf("a message was not answered within %v", drainWithin)
		}
	}
	return nil
}

// saturate lets each sender send his next message as soon as the one before
// is answered.
func (b *busy) saturate(ctx context.Context, d time.Duration) error {
	until := time.Now().Add(d)
	return atOnce(senders, senders, func(sender int) error {
		for number := 0; time.Now().Before(until); number++ {
			if err := b.send(sender, number); err != nil {
				return err
			}
			if err := b.await(ctx, sender, 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// paced sends at a steady rate in all, whether or not answers have come: a
// server that stalls is not spared the messages that it would have got.
func (b *busy) paced(ctx context.Context, rate float64, d time.Duration) error {
	every := time.Duration(float64(senders) / rate * float64(time.Second))
	until := time.Now().Add(d)
	return atOnce(senders, senders, func(sender int) error {
		next, count := time.Now().Add(time.Duration(rand.Int64N(int64(every)))), 0
		for next.Before(until) && ctx.Err() == nil {
			pause(ctx, time.Until(next))
			if err := b.send(sender, count); err != nil {
				return err
			}
			next = next.Add(every)
			count++
		}
		return b.await(ctx, sender, count)
	})
}

// drain waits until every member has got every accepted message.
func (b *busy) drain(ctx context.Context) error {
	for end := time.Now().Add(drainWithin); b.delivered.Load() < b.accepted.Load()*groupSize; {
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("%d deliveries of %d came", b.delivered.Load(), b.accepted.Load()*groupSize)
		}
		pause(ctx, time.Millisecond)
	}
	return nil
}
