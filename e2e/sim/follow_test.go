package sim

import (
	"encoding/json"

	"verbale/e2e/history"
	"verbale/internal/chat"
	"verbale/internal/store"
)

// connect opens a connection, which begins with the first frame.
func (c *client) connect() {
	c.w.sessions++
	c.line, c.state, c.session = newLine(), opening, c.w.sessions
	c.w.house.connect(c.line, c.who)
}

// told is a frame of the server's, as far as a client needs it.
type told struct {
	Type         string
	Ref          int64
	Seq, ID, N   int64
	Code         string
	Kind         string
	Conversation int64
	Subject      int64
	Data         struct {
		Message *struct {
			ID, N, Author int64
			Text          string
		}
	}
}

// takeOne takes the next frame.
func (c *client) takeOne() {
	var f told
	payload := c.line.take()
	if err := json.Unmarshal(payload, &f); err != nil {
		c.w.fail("a frame is not JSON: %v", err)
		return
	}
	switch f.Type {
	case "ready":
		if c.state = syncing; c.w.broken == noSync {
			c.cursor, c.state = f.Seq, whole
			return
		}
		c.sync()
	case "event":
		if c.w.broken == swallows && f.Kind == chat.KindPosted && c.w.trouble(20) {
			return
		}
		if f.Seq > c.cursor {
			c.apply(f)
			c.cursor = f.Seq
		}
	case "posted", "error":
		for _, flight := range c.flights {
			if flight.ref == f.Ref {
				c.answered(flight, f.ID, f.N, f.Code)
				return
			}
		}
	}
}

// apply adds an event to the copy.
func (c *client) apply(f told) {
	switch {
	case f.Kind == chat.KindPosted && f.Data.Message != nil:
		m := history.Message{ID: f.Data.Message.ID, N: f.Data.Message.N, Author: f.Data.Message.Author, Text: history.Hash(f.Data.Message.Text)}
		c.record(history.Record{Op: history.Seen, Session: c.session, Conversation: f.Conversation, Messages: []history.Message{m}})
		c.copies[f.Conversation] = append(c.copies[f.Conversation], m)
	case f.Kind == chat.KindMemberRemoved && f.Subject == c.who.Person:
		c.copies[f.Conversation] = nil // what one is no member of one forgets
	}
}

// sync asks for what came after the cursor; frames wait meanwhile. If the
// answer is lost, the client connects again.
func (c *client) sync() {
	h, line, after, limit, lost := c.w.house, c.line, c.cursor, 1+c.w.rnd.IntN(12), c.w.trouble(8)
	var page chat.Synced
	h.begin(func() error {
		return h.read(func(tx *store.Tx) (err error) {
			page, err = chat.Sync(tx, c.who.Person, after, limit)
			return err
		})
	}, func(err error) {
		switch {
		case c.line != line:
		case err != nil || lost:
			c.lost()
		default:
			for _, ev := range page.Events {
				c.apply(fromSync(ev))
			}
			if c.cursor = page.Seq; page.More {
				c.sync()
				return
			}
			c.state = whole
		}
	})
}

func fromSync(ev chat.Event) (f told) {
	f.Kind, f.Conversation, f.Subject = ev.Kind, ev.Conversation, ev.Subject
	if m := ev.Message; m != nil {
		f.Data.Message = &struct {
			ID, N, Author int64
			Text          string
		}{m.ID, m.N, m.Author, m.Text}
	}
	return f
}
