package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// w6 sees how long the index takes to catch up with what was sent flat out.
// Then it posts words that nobody has written, one after the other, while 50
// senders write at half of what the server can take, and asks the search for
// each until it is found.
func (r *run) w6(ctx context.Context) error {
	b, rate, _, err := r.flatOut(ctx, 1, r.saturation/2)
	if err != nil {
		return err
	}
	defer closeAll(b.sockets)
	w := &r.report.Scale.W6
	w.Rate = rate / 2
	behind, err := r.caughtUp(ctx, b.groups[0])
	if err != nil {
		return err
	}
	w.CatchUp = float64(behind) / 1e6
	b.measuring.Store(true)
	busy, end := context.WithCancel(ctx)
	senders := make(chan error, 1)
	go func() { senders <- b.paced(busy, w.Rate, time.Hour) }()
	var index histogram
	for i := range r.probes {
		lag, err := r.untilFound(ctx, b.groups[i%len(b.groups)], r.company.people[i%len(b.groups)*groupSize], rareWord(i*rareEvery))
		if err != nil {
			end()
			return err
		}
		index.add(lag)
	}
	end()
	if err := <-senders; err != nil && ctx.Err() == nil && busy.Err() == nil {
		return err
	}
	closeAll(b.sockets)
	var hub histogram
	for i := range b.latency {
		hub.merge(&b.latency[i])
	}
	w.Index, w.Hub = index.quantiles(), hub.quantiles()
	return nil
}

// caughtUp waits until the search finds what is sent now, and so has dealt with
// all that was sent before, and says how long that took.
func (r *run) caughtUp(ctx context.Context, group int64) (time.Duration, error) {
	return r.untilFound(ctx, group, r.company.people[0], rareWord(1<<40))
}

// untilFound posts a word and says how long it took until the search found it.
func (r *run) untilFound(ctx context.Context, group int64, who *person, word string) (time.Duration, error) {
	began := time.Now()
	draft := map[string]string{"key": uuid.NewString(), "text": word}
	if err := who.call(ctx, http.MethodPost, fmt.Sprintf("/conversations/%d/messages", group), draft, nil); err != nil {
		return 0, err
	}
	err := r.found(ctx, who, word)
	return time.Since(began), err
}
