package sim

import (
	"encoding/json"
	"fmt"
	"time"

	"verbale/e2e/history"
	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// patience is how long a client waits for an answer before it asks again.
const patience = 3 * time.Second

// client is one as docs/protocol.md describes it, without a thread of its own:
// it does one thing at a time, when the schedule picks it. Its copy is kept by
// the cursor alone; it fetches nothing that it finds missing, so that whatever
// the server fails to tell it is missing at the end.
type client struct {
	w       *world
	name    string
	who     org.Actor
	groups  []int64
	outbox  []*letter
	flights []*flight // not answered and not given up
	refs    int64

	line    *line // nil while there is none
	state   state
	session int64
	cursor  int64
	copies  map[int64][]history.Message // by conversation, as they came
}

type state int

const (
	opening state = iota // until the first frame
	syncing              // a page is asked for
	whole                // takes frames as they come
)

// letter is a message in the outbox.
type letter struct {
	key, text    string
	conversation int64
	tries        int
	flying       bool
}

// flight is one attempt to send a letter.
type flight struct {
	letter *letter
	ref    int64
	since  time.Time
	line   *line // nil if it is a call
	over   bool  // answered, or given up
}

func (c *client) record(r history.Record) {
	r.Client, r.Time = c.name, time.Now().UnixMicro()
	c.w.log.Add(r)
}

// moves are what the client could do now.
func (c *client) moves(add func(weight int, do func())) {
	if f := c.late(); f != nil {
		add(20, func() { c.unanswered(f) })
	}
	if l := c.next(); l != nil {
		if c.line != nil && c.state != opening {
			add(4, func() { c.post(l) })
		}
		add(1, func() { c.call(l) })
	}
	if c.line == nil {
		add(4, c.connect)
		return
	}
	if n := c.line.underway(); n > 0 {
		add(6, func() { c.line.arrive(1 + c.w.rnd.IntN(n)) })
		add(6, func() { c.line.arrive(n) })
	}
	frames, over := c.line.frames()
	switch {
	case len(frames) > 0 && c.state != syncing:
		add(8, c.takeOne)
	case len(frames) == 0 && over:
		add(8, c.lost)
	}
}

// whims are what it does in a schedule that is still making trouble.
func (c *client) whims(add func(weight int, do func())) {
	if len(c.outbox) < 3 && c.w.letters > 0 {
		add(4, c.write)
	}
	if c.line == nil {
		return
	}
	add(1, c.lost)
	if c.state == whole {
		add(1, c.mark)
		add(1, c.leaf)
	}
}

// next is the first letter that is not under way; what has been sent and not
// answered may be overtaken by one that was written later.
func (c *client) next() *letter {
	for _, l := range c.outbox {
		if !l.flying {
			return l
		}
	}
	return nil
}

// write puts a message into the outbox. Each text is said once only.
func (c *client) write() {
	c.w.letters--
	c.w.written++
	c.outbox = append(c.outbox, &letter{
		key: c.w.key(), text: fmt.Sprintf("%s says %d", c.name, c.w.written),
		conversation: c.groups[c.w.rnd.IntN(len(c.groups))],
	})
}

// takeOff records that a letter is about to be sent.
func (c *client) takeOff(l *letter, by *line) *flight {
	c.record(history.Record{Op: history.Send, Person: c.who.Person, Conversation: l.conversation, Key: l.key, Text: history.Hash(l.text)})
	c.refs++
	f := &flight{letter: l, ref: c.refs, since: time.Now(), line: by}
	l.flying = true
	l.tries++
	c.flights = append(c.flights, f)
	return f
}

// wireKey is the key that is really sent.
func (c *client) wireKey(l *letter) string {
	if c.w.broken == freshKeys && l.tries > 1 {
		return c.w.key()
	}
	return l.key
}

// post sends a letter by the socket.
func (c *client) post(l *letter) {
	f := c.takeOff(l, c.line)
	frame, _ := json.Marshal(map[string]any{"type": "post", "ref": f.ref, "key": c.wireKey(l), "conversation": l.conversation, "text": l.text})
	c.line.send(frame)
}

// call sends a letter by a call, whose answer may be lost.
func (c *client) call(l *letter) {
	f := c.takeOff(l, nil)
	var p chat.Posted
	h, draft, lost := c.w.house, chat.Draft{Key: c.wireKey(l), Conversation: l.conversation, Text: l.text}, c.w.trouble(4)
	h.begin(func() error {
		return h.write(func(tx *store.Tx) (err error) {
			p, err = chat.Post(tx, c.who, draft)
			if c.w.broken == earlyAnswer && err == nil {
				c.w.early = append(c.w.early, func() { c.answered(f, p.ID, p.N, "") })
			}
			return err
		})
	}, func(err error) {
		if lost {
			return
		}
		code := ""
		if err != nil {
			code = "internal"
			if p := problem.Of(err); p != nil {
				code = p.Code
			}
		}
		c.answered(f, p.ID, p.N, code)
	})
}

// answered takes the answer to an attempt, even one that was given up.
func (c *client) answered(f *flight, id, n int64, code string) {
	if f == nil {
		return
	}
	switch code {
	case "":
		c.record(history.Record{Op: history.Acked, Key: f.letter.key, ID: id, N: n})
	case "internal", "store.closing":
		if !f.over {
			c.unanswered(f)
		}
		return
	default:
		c.record(history.Record{Op: history.Refused, Key: f.letter.key})
	}
	c.over(f)
	for i, l := range c.outbox {
		if l == f.letter {
			c.outbox = append(c.outbox[:i:i], c.outbox[i+1:]...)
			return
		}
	}
}

// unanswered gives an attempt up: what became of it is unknown.
func (c *client) unanswered(f *flight) {
	c.record(history.Record{Op: history.Unknown, Key: f.letter.key})
	c.over(f)
	f.letter.flying = false
}

func (c *client) over(f *flight) {
	f.over = true
	for i, other := range c.flights {
		if other == f {
			c.flights = append(c.flights[:i:i], c.flights[i+1:]...)
			return
		}
	}
}

// late is an attempt that has waited too long.
func (c *client) late() *flight {
	for _, f := range c.flights {
		if time.Since(f.since) > patience {
			return f
		}
	}
	return nil
}

// lost is what a client finds when its connection has ended, or ends it.
func (c *client) lost() {
	c.line.drop()
	for _, f := range append([]*flight(nil), c.flights...) {
		if f.line == c.line {
			c.unanswered(f)
		}
	}
	c.line = nil
}

// died is what it finds when the server is no more.
func (c *client) died() {
	if c.line != nil {
		c.lost()
	}
	for len(c.flights) > 0 {
		c.unanswered(c.flights[0])
	}
}

func (c *client) mark() {
	n := 1 + c.w.rnd.IntN(4)
	frame, _ := json.Marshal(map[string]any{"type": "mark", "conversation": c.groups[c.w.rnd.IntN(len(c.groups))], "delivered": n, "read": n})
	c.line.send(frame)
}

// leaf looks at an old page; what it shows is as true as what is live.
func (c *client) leaf() {
	h, conversation, after, limit := c.w.house, c.groups[c.w.rnd.IntN(len(c.groups))], int64(c.w.rnd.IntN(8)), 1+c.w.rnd.IntN(6)
	var page chat.Page
	h.begin(func() error {
		return h.read(func(tx *store.Tx) (err error) {
			page, err = chat.ReadPage(tx, c.who.Person, conversation, after, 0, limit)
			return err
		})
	}, func(err error) {
		if err == nil && len(page.Messages) > 0 {
			c.record(history.Record{Op: history.Seen, Conversation: conversation, Messages: asRead(page.Messages)})
		}
	})
}

func asRead(messages []chat.Message) (out []history.Message) {
	for _, m := range messages {
		out = append(out, history.Message{ID: m.ID, N: m.N, Author: m.Author, Text: history.Hash(m.Text)})
	}
	return out
}
