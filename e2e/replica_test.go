package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"verbale/e2e/history"
)

// replica is a client as docs/protocol.md describes it: a local copy kept by
// cursor and by n, and an outbox whose letters are sent again, with the same
// key, until they are acknowledged. It goes on through every failure that is
// not a refusal; what it lives through it records, and what must never happen
// besides it notes as a fault.
type replica struct {
	who  *person
	wait time.Duration // for an answer, before it is asked again
	log  *history.Recorder

	mu      sync.Mutex
	rnd     *rand.Rand              // guarded by mu
	session int64                   // counts the connections; guarded by mu
	cursor  int64                   // guarded by mu
	rooms   map[int64]*room         // guarded by mu
	seen    map[int64]string        // entries that were delivered, by number; guarded by mu
	outbox  []*letter               // not acknowledged, oldest first; guarded by mu
	faults  []string                // guarded by mu
	socket  *socket                 // nil while there is none; guarded by mu
	refs    map[string]chan posting // who waits for an answer; guarded by mu
	next    int64                   // the next ref; guarded by mu
	stats   struct{ gaps, again, connects int64 }

	posted chan struct{} // says that the outbox is not empty
}

// room is a conversation as the replica has it.
type room struct {
	messages map[int64]message // by n
	whole    int64             // up to here none is missing
	last     int64             // the greatest n that was heard of
}

func newReplica(who *person, log *history.Recorder, rnd *rand.Rand, wait time.Duration, conversations ...int64) *replica {
	r := &replica{
		who: who, wait: wait, log: log, rnd: rnd, rooms: map[int64]*room{}, seen: map[int64]string{},
		refs: map[string]chan posting{}, posted: make(chan struct{}, 1),
	}
	for _, c := range conversations {
		r.rooms[c] = &room{messages: map[int64]message{}}
	}
	return r
}

// run lives until ctx ends.
func (r *replica) run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { r.listen(ctx) })
	both.Go(func() { r.post(ctx) })
	both.Wait()
}

// fault notes what must never happen; mu is held.
func (r *replica) fault(format string, args ...any) {
	if len(r.faults) < 20 {
		r.faults = append(r.faults, r.who.name+": "+fmt.Sprintf(format, args...))
	}
}

// record adds to the history.
func (r *replica) record(one history.Record) {
	one.Client, one.Person, one.Time = r.who.name, r.who.id, time.Now().UnixMicro()
	r.log.Add(one)
}

// pause waits a little before trying again.
func (r *replica) pause(ctx context.Context) {
	r.mu.Lock()
	d := time.Duration(5+r.rnd.IntN(30)) * time.Millisecond
	r.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// listen keeps the copy: connect, sync up to the first frame's number, then
// take what comes.
func (r *replica) listen(ctx context.Context) {
	for ; ctx.Err() == nil; r.pause(ctx) {
		s, _, err := r.who.dial(r.wait)
		if err != nil {
			continue
		}
		r.mu.Lock()
		r.session++
		r.mu.Unlock()
		r.follow(ctx, s)
		s.conn.NetConn().Close()
	}
}

func (r *replica) follow(ctx context.Context, s *socket) {
	ready := time.After(4 * r.wait)
	look := time.NewTicker(r.wait)
	defer look.Stop()
	defer func() { r.mu.Lock(); r.socket = nil; r.mu.Unlock() }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ready:
			return // the first frame was lost on the way
		case <-look.C:
			r.mend(ctx)
		case data, ok := <-s.frames:
			if !ok {
				return
			}
			var f frame
			if err := json.Unmarshal(data, &f); err != nil {
				r.mu.Lock()
				r.fault("a frame is not JSON: %v", err)
				r.mu.Unlock()
				return
			}
			if f.Type == "ready" {
				ready = nil
				if !r.catchUp(ctx) || !r.compare(ctx) {
					return
				}
				r.mu.Lock()
				r.socket = s
				r.stats.connects++
				r.mu.Unlock()
				continue
			}
			r.take(f)
			if f.Type == "event" && r.lacks() {
				r.mend(ctx)
			}
		}
	}
}

// catchUp asks for what came after the cursor.
func (r *replica) catchUp(ctx context.Context) bool {
	for {
		r.mu.Lock()
		after := r.cursor
		r.mu.Unlock()
		var page struct {
			Events []frame
			Seq    int64
			More   bool
		}
		if !r.get(ctx, fmt.Sprintf("/sync?limit=200&after=%d", after), &page) {
			return false
		}
		r.mu.Lock()
		for _, f := range page.Events {
			r.apply(f)
		}
		r.cursor = max(r.cursor, page.Seq)
		r.mu.Unlock()
		if !page.More {
			return true
		}
	}
}

// compare asks how far each conversation goes. TCP loses nothing in the middle,
// so the cursor is enough; but where something between swallows single frames,
// the last one of a conversation leaves no gap that would tell.
func (r *replica) compare(ctx context.Context) bool {
	var list struct {
		Conversations []struct {
			ID    int64
			LastN int64 `json:"last_n"`
		}
	}
	if !r.get(ctx, "/conversations", &list) {
		return false
	}
	r.mu.Lock()
	for _, c := range list.Conversations {
		if in := r.rooms[c.ID]; in != nil {
			in.last = max(in.last, c.LastN)
		}
	}
	r.mu.Unlock()
	return true
}

// get reads something; false is any failure, to be tried again.
func (r *replica) get(ctx context.Context, path string, into any) bool {
	ctx, cancel := context.WithTimeout(ctx, 20*r.wait)
	defer cancel()
	a, err := r.who.try(ctx, "GET", path, nil)
	if err != nil || a.status >= 500 || a.status == 429 {
		return false
	}
	if a.status != 200 {
		r.mu.Lock()
		r.fault("GET %s: %v", path, a)
		r.mu.Unlock()
		return false
	}
	return json.Unmarshal(a.body, into) == nil
}

// take deals with a frame.
func (r *replica) take(f frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch f.Type {
	case "event":
		if f.Seq > r.cursor {
			r.apply(f)
			r.cursor = f.Seq
		}
	case "posted", "error":
		if waiting := r.refs[f.Ref.String()]; waiting != nil {
			delete(r.refs, f.Ref.String())
			waiting <- posting{posted{ID: f.ID, N: f.N}, f.Code}
		}
	}
}

// apply adds an event to the copy; mu is held.
func (r *replica) apply(f frame) {
	what := fmt.Sprintf("%s of %d on %d", f.Kind, f.Conversation, f.Subject)
	if before, again := r.seen[f.Seq]; again && before != what {
		r.fault("entry %d was %s and is %s", f.Seq, before, what)
	}
	r.seen[f.Seq] = what
	if f.Kind == "message.posted" && f.Data.Message != nil {
		r.put(*f.Data.Message, r.session)
	}
}

// put adds a message to the copy, as a session showed it, or a page (0); mu is
// held.
func (r *replica) put(m message, session int64) {
	in := r.rooms[m.Conversation]
	if in == nil {
		r.fault("a message of conversation %d, which is not mine", m.Conversation)
		return
	}
	r.record(history.Record{Op: history.Seen, Session: session, Conversation: m.Conversation, Messages: []history.Message{asRead(m)}})
	in.messages[m.N] = m
	in.last = max(in.last, m.N)
	for {
		if _, there := in.messages[in.whole+1]; !there {
			return
		}
		in.whole++
	}
}

// lacks says whether the copy has a gap.
func (r *replica) lacks() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, in := range r.rooms {
		if in.whole < in.last {
			return true
		}
	}
	return false
}

// mend fetches what is missing between what the copy has.
func (r *replica) mend(ctx context.Context) {
	r.mu.Lock()
	missing := map[int64]int64{}
	for id, in := range r.rooms {
		if in.whole < in.last {
			missing[id] = in.whole
		}
	}
	r.stats.gaps += int64(len(missing))
	r.mu.Unlock()
	for id, after := range missing {
		ctx, cancel := context.WithTimeout(ctx, 20*r.wait)
		got, err := r.who.history(ctx, id, after)
		cancel()
		if err != nil {
			continue // next time
		}
		r.mu.Lock()
		for _, m := range got {
			r.put(m, 0)
		}
		r.mu.Unlock()
	}
}

// mark says how far the replica has got; a mark that is lost is of no account.
func (r *replica) mark(conversation int64) {
	r.mu.Lock()
	s, n := r.socket, r.rooms[conversation].whole
	r.mu.Unlock()
	if s != nil && n > 0 {
		encoded, _ := json.Marshal(object{"type": "mark", "conversation": conversation, "delivered": n, "read": n})
		s.conn.WriteMessage(1, encoded)
	}
}

// has says whether the copy goes up to n without a gap.
func (r *replica) has(conversation, n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.rooms[conversation]
	return in.whole >= n && in.whole == in.last
}

// copied is a conversation as the copy has it, in order of n.
func (r *replica) copied(conversation int64) (all []message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.rooms[conversation]
	for n := int64(1); n <= in.last; n++ {
		if m, there := in.messages[n]; there {
			all = append(all, m)
		}
	}
	return all
}

// asRead is a message as a history has it.
func asRead(m message) history.Message {
	return history.Message{ID: m.ID, N: m.N, Author: m.Author, Text: history.Hash(m.Text)}
}
