package bench

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	inFlight = 32 // messages that some member has not got, when flat out
	pace     = 10 // messages a second, when paced
)

// crowd counts who has got which message, whatever brought it.
type crowd struct {
	members int
	got     []atomic.Int32 // of each message, how many have it
	last    histogram      // until the last has it; of the one who sends
	arrived chan time.Duration
	sample  atomic.Pointer[[]byte] // a frame as it came
}

func newCrowd(members int) *crowd {
	return &crowd{members: members, got: make([]atomic.Int32, 1<<20), arrived: make(chan time.Duration, 1<<10)}
}

// receive is each member's onEvent.
func (c *crowd) receive(frame []byte, now time.Time) {
	sent, number, ok := readText(frame)
	if !ok || number >= len(c.got) {
		return
	}
	if c.got[number].Add(1) != int32(c.members) {
		return
	}
	if c.sample.Load() == nil {
		c.sample.Store(new(bytes.Clone(frame)))
	}
	c.arrived <- now.Sub(sent)
}

// flood sends as fast as everybody gets it, and gives deliveries a second.
func (c *crowd) flood(ctx context.Context, first int, d time.Duration, send func(number int) error) (rate float64, deliveries int, err error) {
	began, sent, done := time.Now(), 0, 0
	for time.Since(began) < d || done < sent {
		for time.Since(began) < d && sent-done < inFlight {
			if err := send(first + sent); err != nil {
				return 0, 0, err
			}
			sent++
		}
		if _, err := c.await(ctx); err != nil {
			return 0, 0, err
		}
		done++
	}
	return float64(done*c.members) / time.Since(began).Seconds(), done * c.members, nil
}

func (c *crowd) await(ctx context.Context) (time.Duration, error) {
	select {
	case took := <-c.arrived:
		return took, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(drainWithin):
		return 0, fmt.Errorf("a message did not reach everybody within %v", drainWithin)
	}
}

// speakers are how many of the group write.
const speakers = 8

func (r *run) w2(ctx context.Context) error {
	if err := r.server.again(ctx); err != nil {
		return err
	}
	people := r.company.people
	group, err := r.company.group(ctx, people)
	if err != nil {
		return err
	}
	c := newCrowd(len(people))
	var refused atomic.Pointer[string]
	sockets, err := connectAll(len(people), func(i int) *person { return people[i] }, func(_ int, s *socket) {
		s.onEvent = c.receive
		s.onError = func(frame []byte) { refused.Store(new(string(frame))) }
	})
	if err != nil {
		return err
	}
	defer closeAll(sockets)
	send := func(number int) error {
		if why := refused.Load(); why != nil {
			return fmt.Errorf("a message was refused: %s", *why)
		}
		// In turn, so that none of them sends more than one client may.
		return sockets[number%speakers].post(int64(number), group, text(time.Now(), number))
	}
	w := &r.report.W2
	steady := time.NewTicker(time.Second / pace)
	defer steady.Stop()
	number := 0
	for until := time.Now().Add(r.paced); time.Now().Before(until); number++ {
		<-steady.C
		if err := send(number); err != nil {
			return err
		}
		took, err := c.await(ctx)
		if err != nil {
			return err
		}
		c.last.add(took)
	}
	w.Last = c.last.quantiles()

	cpu := r.server.cpu()
	rate, deliveries, err := c.flood(ctx, number, r.flat, send)
	if err != nil {
		return err
	}
	w.Rate, w.CPUPer100k = rate, (r.server.cpu()-cpu).Seconds()/float64(deliveries)*100_000
	closeAll(sockets)
	r.say("W2: bare fan-out")
	w.BareRate, err = bareFanOut(ctx, *c.sample.Load(), len(people), r.bare)
	return err
}
