package live

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"verbale/internal/store"
)

// Shutdown asks every client to come back, and waits until they are gone or
// ctx ends. No socket is taken on any more. The sockets are closed one by one
// over a time, in no order: those who come back at once would else all arrive
// at the other nodes, or at this one's successor, in the same moment.
func (g *Gateway) Shutdown(ctx context.Context, over time.Duration) error {
	g.mu.Lock()
	g.closed = true
	var all []*store.Tenant
	var sockets []*client
	for t, h := range g.hubs {
		all = append(all, t)
		sockets = append(sockets, h.clients()...)
	}
	g.mu.Unlock()
	closeOver(ctx, sockets, over)
	look := time.NewTicker(closeTick)
	defer look.Stop()
	for g.sockets.Load() > 0 && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-look.C:
		}
	}
	for _, t := range all {
		g.Leave(t)
	}
	if left := g.sockets.Load(); left > 0 {
		slog.Warn("sockets were left when the gateway closed", "sockets", left)
		return errors.Join(ctx.Err())
	}
	return nil
}

const closeTick = 10 * time.Millisecond

// closeOver closes sockets evenly over a time; if ctx ends first, the rest at
// once.
func closeOver(ctx context.Context, sockets []*client, over time.Duration) {
	rand.Shuffle(len(sockets), func(i, j int) { sockets[i], sockets[j] = sockets[j], sockets[i] })
	began, closed := time.Now(), 0
	tick := time.NewTicker(closeTick)
	defer tick.Stop()
	for {
		due := len(sockets)
		if spent := time.Since(began); spent < over && ctx.Err() == nil {
			due = int(float64(due) * float64(spent) / float64(over))
		}
		for ; closed < due; closed++ {
			sockets[closed].cut(closeGoingDown)
		}
		if closed == len(sockets) {
			return
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}
