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
	everyFourth = groupSize / (senders / groups) // member of a group writes
	drainWithin = 20 * time.Second
	warmUp      = 500 * time.Millisecond
)

// busy is the ten groups of W1, with everybody connected, or those who write.
type busy struct {
	sockets   []*socket // by place: everyFourth writes
	each      int64     // how many of a group are connected
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
	b, rate, cpu, err := r.flatOut(ctx, 1, r.saturation)
	if err != nil {
		return err
	}
	defer closeAll(b.sockets)
	w := &r.report.W1
	w.Rate, w.CPUPer1000, w.RSS = rate, cpu*1000, r.server.memory()

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

	r.say("W1: only those who write are connected")
	fewer, _, without, err := r.flatOut(ctx, everyFourth, r.saturation/2)
	if err != nil {
		return err
	}
	closeAll(fewer.sockets)
	w.DeliveryCPU = (cpu - without) / float64(b.each-fewer.each) * 100_000

	r.say("W1: bare group commit")
	if _, err := r.caughtUp(ctx, fewer.groups[0]); err != nil { // the machine is the bare limit's alone
		return err
	}
	insert, end, err := r.bareEngine(ctx)
	if err != nil {
		return err
	}
	defer end()
	w.BareRate, err = bareCommits(ctx, insert, senders, r.bare)
	return err
}

// flatOut starts the server anew, connects one member in so many, and gives
// the rate of messages at saturation and the processor seconds for each.
func (r *run) flatOut(ctx context.Context, oneIn int, d time.Duration) (b *busy, rate, cpu float64, err error) {
	if err := r.server.again(ctx); err != nil {
		return nil, 0, 0, err
	}
	if b, err = r.gather(ctx, oneIn); err != nil {
		return nil, 0, 0, err
	}
	if err := b.saturate(ctx, warmUp); err != nil { // caches and connections warm
		return b, 0, 0, err
	}
	accepted, used, began := b.accepted.Load(), r.server.cpu(), time.Now()
	if err := b.saturate(ctx, d); err != nil {
		return b, 0, 0, err
	}
	took, count := time.Since(began), float64(b.accepted.Load()-accepted)
	if err := b.drain(ctx); err != nil {
		return b, 0, 0, err
	}
	return b, count / took.Seconds(), (r.server.cpu() - used).Seconds() / count, nil
}

// gather makes the groups and connects one member in so many.
func (r *run) gather(ctx context.Context, oneIn int) (*busy, error) {
	people := r.company.people[:groups*groupSize]
	b := &busy{
		groups: make([]int64, groups), latency: make([]histogram, len(people)), ack: make([]histogram, senders),
		sent: make([]chan time.Time, senders), acked: make([]chan struct{}, senders),
		sockets: make([]*socket, len(people)), each: int64(groupSize / oneIn),
	}
	err := atOnce(groups, 4, func(i int) (err error) {
		b.groups[i], err = r.company.group(ctx, people[i*groupSize:(i+1)*groupSize])
		return err
	})
	if err != nil {
		return nil, err
	}
	connected, err := connectAll(len(people)/oneIn, func(i int) *person { return people[i*oneIn] }, func(i int, s *socket) {
		i *= oneIn
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
		if i%everyFourth != 0 {
			return
		}
		sender := i / everyFourth
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
	for i, s := range connected {
		b.sockets[i*oneIn] = s
	}
	return b, err
}

// send sends a sender's next message.
func (b *busy) send(sender, number int) error {
	if refused := b.refused.Load(); refused != nil {
		return fmt.Errorf("a message was refused: %s", *refused)
	}
	at := sender * everyFourth
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

// drain waits until everybody connected has got every accepted message.
func (b *busy) drain(ctx context.Context) error {
	for end := time.Now().Add(drainWithin); b.delivered.Load() < b.accepted.Load()*b.each; {
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("%d deliveries of %d came", b.delivered.Load(), b.accepted.Load()*b.each)
		}
		pause(ctx, time.Millisecond)
	}
	return nil
}
