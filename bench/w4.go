package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	rareEvery = 500 // one message in so many has a word of its own
	writers   = 20
)

// w4 reads and searches a long conversation, one request at a time. The time
// is what a client on the same machine sees, HTTP and all.
func (r *run) w4(ctx context.Context) error {
	if err := r.server.again(ctx); err != nil {
		return err
	}
	people := r.company.people[:writers]
	group, err := r.company.group(ctx, people)
	if err != nil {
		return err
	}
	if err := r.write(ctx, people, group); err != nil {
		return err
	}
	reader, random := people[0], rand.New(rand.NewPCG(1, 2))
	rare := func() string { return rareWord(random.IntN(r.messages/rareEvery) * rareEvery) }
	if err := r.found(ctx, reader, rareWord((r.messages-1)/rareEvery*rareEvery)); err != nil {
		return err
	}
	page, err := r.time(ctx, reader, func() string {
		return fmt.Sprintf("/conversations/%d/messages?limit=50&before=%d", group, 51+random.IntN(r.messages-50))
	})
	if err != nil {
		return err
	}
	search, err := r.time(ctx, reader, func() string { return "/search?q=" + rare() })
	if err != nil {
		return err
	}
	r.report.W4 = W4{Page: page.quantiles(), Search: search.quantiles()}
	return nil
}

func rareWord(number int) string {
	letters := []byte("qua")
	for n := number/rareEvery + 1; n > 0; n /= 20 {
		letters = append(letters, "bcdfghjklmnpqrstvwxz"[n%20], 'o')
	}
	return string(letters) + "x"
}

// write writes the conversation, several at a time.
func (r *run) write(ctx context.Context, people []*person, group int64) error {
	answered := make([]chan struct{}, len(people))
	var refused atomic.Pointer[string]
	sockets, err := connectAll(len(people), func(i int) *person { return people[i] }, func(i int, s *socket) {
		answered[i] = make(chan struct{}, 64)
		s.onAck = func(int64, time.Time) { answered[i] <- struct{}{} }
		s.onError = func(frame []byte) { refused.Store(new(string(frame))); answered[i] <- struct{}{} }
	})
	if err != nil {
		return err
	}
	defer closeAll(sockets)
	var next atomic.Int64
	return atOnce(len(people), len(people), func(i int) error {
		random := rand.New(rand.NewPCG(3, uint64(i)))
		for {
			number := int(next.Add(1)) - 1
			if number >= r.messages {
				return nil
			}
			if err := sockets[i].post(int64(number), group, sentence(random, number)); err != nil {
				return err
			}
			select {
			case <-answered[i]:
			case <-ctx.Done():
				return ctx.Err()
			}
			if why := refused.Load(); why != nil {
				return fmt.Errorf("a message was refused: %s", *why)
			}
		}
	})
}

// found waits until the search finds a word: the index follows.
func (r *run) found(ctx context.Context, reader *person, word string) error {
	for end := time.Now().Add(2 * time.Minute); ctx.Err() == nil; pause(ctx, 20*time.Millisecond) {
		var found struct{ Hits []struct{ Message int64 } }
		if err := reader.call(ctx, http.MethodGet, "/search?q="+word, nil, &found); err != nil {
			return err
		}
		if len(found.Hits) > 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the search did not find %q in time", word)
		}
	}
	return ctx.Err()
}

// time asks for something again and again.
func (r *run) time(ctx context.Context, reader *person, path func() string) (h histogram, err error) {
	for i := range r.reads + r.reads/10 {
		began := time.Now()
		if err := reader.call(ctx, http.MethodGet, path(), nil, nil); err != nil {
			return h, err
		}
		if i >= r.reads/10 { // the first are to warm up
			h.add(time.Since(began))
		}
	}
	return h, nil
}
