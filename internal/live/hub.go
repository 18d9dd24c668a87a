package live

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"verbale/internal/bus"
	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/store"
	"verbale/internal/wire"
)

const (
	batch      = 256             // entries dealt with between two flushes
	lookAgain  = 2 * time.Second // a wake-up that was lost costs this much
	pingEvery  = 30              // seconds between two pings to a socket
	deadAfter  = 75              // seconds without a sound after which a socket is cut
	crowd      = 100             // a conversation of more members gets no typing, and only one's own marks
	audiences  = 10_000          // conversations whose members are remembered
	restartIn  = time.Second     // after an error
	parallelAt = 128             // sockets to flush from which on several cores share the work
	gatherFrom = 256             // sockets in a flush from which on what comes next is gathered twice as long
	gatherMost = 8 * time.Millisecond
)

// hub tells the connected people of one company what happens. It follows the
// register in memory: it begins at the register's end, and every socket gets
// all that comes after the number in its first frame.
type hub struct {
	gateway *Gateway
	tenant  *store.Tenant
	news    *bus.Subscription
	ctx     context.Context // ends with the hub
	stop    context.CancelFunc
	ended   chan struct{}
	behind  atomic.Int64 // entries not yet dealt with, of late

	// Of the hub's own goroutine alone.
	audiences map[int64]*audience
	touched   []*client // whose queues have something new
	told      int64     // how far the register goes, as the bus has it
	gather    time.Time // until then, what comes waits for the next flush

	mu      sync.Mutex
	pos     int64                // up to here everything was queued
	people  map[int64][]*client  // connected
	sockets int                  // how many that are
	turns   int64                // for the next socket
	waiting map[marked]chat.Mark // marks to be written
	seen    presence
}

// audience is a conversation's members as of an entry.
type audience struct {
	asOf  int64
	seats []chat.Seat
}

func (a *audience) leave(person int64) {
	for i, s := range a.seats {
		if s.Person == person {
			a.seats = append(a.seats[:i], a.seats[i+1:]...)
			return
		}
	}
}

func newHub(g *Gateway, t *store.Tenant) *hub {
	h := &hub{
		gateway: g, tenant: t, ended: make(chan struct{}), audiences: map[int64]*audience{},
		people: map[int64][]*client{}, waiting: map[marked]chat.Mark{}, seen: newPresence(),
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.news = g.opts.Bus.Subscribe(t.Name()) // before the head is read, so that nothing falls between
	h.pos = t.Head().Size
	return h
}

// run follows the register until the hub is stopped.
func (h *hub) run() {
	defer close(h.ended)
	defer h.news.Close()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	lookup := time.NewTicker(lookAgain)
	defer lookup.Stop()
	advanced, signals, look := h.news.Advanced(), h.news.Signals(), false
	var soon <-chan time.Time // when those who came are told of
	h.askPresence()
	for {
		grown := h.tenant.Grown() // before the head is looked at, so that nothing falls between
		more, err := h.advance(look)
		look = false
		if err != nil && h.ctx.Err() == nil {
			slog.Error("the hub could not read the register; it will try again", "company", h.tenant.Name(), "error", err)
			select {
			case <-time.After(restartIn):
			case <-h.ctx.Done():
			}
		}
		if more {
			grown = ready
		}
		select {
		case <-h.ctx.Done():
			return
		case <-grown:
		case seq, ok := <-advanced:
			if !ok {
				advanced = nil // the bus went down first; the register still tells
			}
			h.told = max(h.told, seq)
		case payload, ok := <-signals:
			if !ok {
				signals = nil
				continue
			}
			h.heard(payload)
		case tick := <-second.C:
			h.beat(tick)
			now := h.gateway.limits.now()
			h.tellPresence(now)
			h.claimPresence(now)
			h.flush()
			if h.gateway.retire(h) {
				return
			}
		case <-h.seen.came:
			if soon == nil {
				soon = time.After(gathers)
			}
		case <-soon:
			soon = nil
			now := h.gateway.limits.now()
			h.tellPresence(now)
			h.answerPresence(now)
			h.flush()
		case <-lookup.C:
			look = true
		}
	}
}

// ready is a channel on which nobody waits.
var ready = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// said is an entry that was dealt with, and the event of it, nil if it is none.
type said struct {
	store.Entry
	ev    *chat.Event
	frame []byte
}

// advance deals with the next entries; more says that others may be waiting.
// Unless look is set, the register is read only if it is known to have grown.
func (h *hub) advance(look bool) (more bool, err error) {
	if max(h.told, h.tenant.Head().Size) <= h.pos && !look {
		return false, nil // pos is this goroutine's to write, so it reads it without the lock
	}
	time.Sleep(time.Until(h.gather))
	began := time.Now()
	if len(h.audiences) > audiences {
		clear(h.audiences) // they are read again when they are needed
	}
	var all []said
	err = h.tenant.Read(h.ctx, func(tx *store.Tx) (err error) {
		all, err = h.read(tx)
		return err
	})
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		h.told = 0 // if the bus had more, it was mistaken
		h.news.Settle(h.pos)
		return false, nil
	}
	for i := range all {
		if all[i].ev != nil {
			all[i].frame = encode(eventFrame{"event", wire.OfEvent(*all[i].ev, h.online)})
		}
	}
	h.mu.Lock()
	for i := range all {
		h.deal(&all[i])
		h.pos = all[i].Seq
	}
	h.mu.Unlock()
	h.behind.Store(max(0, h.tenant.Head().Size-h.pos))
	sockets := len(h.touched)
	h.flush()
	h.gatherAfter(time.Since(began), sockets)
	return len(all) == batch, nil
}

// read takes the next entries from one snapshot, with the members of the
// conversations that they are of. A snapshot may be ahead of the entries that
// are read from it: then the members are those of later, which is what the
// sync would go by too, and their changes up to there are not made again.
func (h *hub) read(tx *store.Tx) ([]said, error) {
	entries, err := tx.Entries(h.pos, batch)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	events, err := chat.PresentAll(tx, entries)
	if err != nil {
		return nil, err
	}
	all := make([]said, len(entries))
	for i, e := range entries {
		if e.Damaged {
			slog.Error("an entry is damaged and is passed over; run verbale audit", "company", h.tenant.Name(), "entry", e.Seq)
		}
		all[i] = said{Entry: e, ev: events[i]}
		if events[i] != nil && events[i].Conversation != 0 {
			if _, err := h.audience(tx, events[i].Conversation); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// audience gives a conversation's members, from memory if they are there.
func (h *hub) audience(tx *store.Tx, conversation int64) (*audience, error) {
	if a := h.audiences[conversation]; a != nil {
		return a, nil
	}
	asOf, err := tx.Size()
	if err != nil {
		return nil, err
	}
	seats, err := chat.Audience(tx, conversation)
	if err != nil {
		return nil, err
	}
	a := &audience{asOf, seats}
	h.audiences[conversation] = a
	return a, nil
}

// gatherAfter lets what comes next wait for as long as dealing with the last
// took, and twice that where hundreds are connected: a query, a wake-up and a
// write to a socket cost the same for one message as for several, so the busier
// the hub, the more of them share it. After a quiet moment nothing waits.
func (h *hub) gatherAfter(took time.Duration, sockets int) {
	if sockets >= gatherFrom {
		took *= 2
	}
	h.gather = time.Now().Add(min(took, gatherMost))
}

// flush writes what was queued. It returns when everything is written that the
// kernel took without blocking, so that under load the hub slows down rather
// than fills the queues.
func (h *hub) flush() {
	if len(h.touched) < parallelAt || h.gateway.cores == 1 {
		for _, c := range h.touched {
			c.flush()
		}
	} else {
		var wg sync.WaitGroup
		share := (len(h.touched) + h.gateway.cores - 1) / h.gateway.cores
		for start := 0; start < len(h.touched); start += share {
			part := h.touched[start:min(start+share, len(h.touched))]
			wg.Go(func() {
				for _, c := range part {
					c.flush()
				}
			})
		}
		wg.Wait()
	}
	clear(h.touched)
	h.touched = h.touched[:0]
}

// join adds a socket. What is queued for it begins right after the number in
// its first frame, since entries are dealt with under the same lock.
func (h *hub) join(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.turn = h.turns % pingEvery
	h.turns++
	h.people[c.actor.Person] = append(h.people[c.actor.Person], c)
	c.enqueue(readyFrame(h.pos, h.list(time.Now())))
	h.sockets++
	h.seen.changed(c.actor.Person, time.Time{})
	if len(h.people[c.actor.Person]) > h.gateway.opts.PerPerson {
		c.flooded()
	}
}

func (h *hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := h.people[c.actor.Person]
	for i, other := range mine {
		if other != c {
			continue
		}
		h.sockets--
		h.gateway.sockets.Add(-1)
		if len(mine) == 1 {
			delete(h.people, c.actor.Person)
			h.seen.changed(c.actor.Person, h.gateway.limits.now())
		} else {
			h.people[c.actor.Person] = append(mine[:i:i], mine[i+1:]...)
		}
		return
	}
}

// beat pings the sockets whose turn it is, and cuts those that have been
// silent for so long that nobody can be there.
func (h *hub) beat(now time.Time) {
	turn, dead := now.Unix()%pingEvery, h.gateway.limits.now().Unix()-deadAfter
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, clients := range h.people {
		for _, c := range clients {
			if c.heard.Load() < dead {
				c.broken()
			} else if c.turn == turn {
				if idle, _ := c.enqueue(pingFrame); idle {
					h.touched = append(h.touched, c)
				}
			}
		}
	}
}

// stillIn looks again whether a socket that has just joined may be there: its
// device may have been ended between the moment it was let in and the moment
// when the hub began to look after it.
func (h *hub) stillIn(c *client) error {
	return h.tenant.Read(h.ctx, func(tx *store.Tx) error {
		in, err := login.SignedIn(tx, c.actor)
		if err == nil && !in {
			err = login.ErrEnded
		}
		return err
	})
}

// closeAll cuts every socket.
func (h *hub) closeAll(code uint16) {
	for _, c := range h.clients() {
		c.cut(code)
	}
}

// lag is how many entries have yet to be dealt with at this moment.
func (h *hub) lag() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tenant.Head().Size - h.pos
}

// clients gives the sockets there are.
func (h *hub) clients() (all []*client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, clients := range h.people {
		all = append(all, clients...)
	}
	return all
}

// mayGo says that nothing is left to do, with mu held.
func (h *hub) mayGo() bool { return h.sockets == 0 && len(h.waiting) == 0 && h.seen.quiet() }
