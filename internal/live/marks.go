package live

import (
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// marksEvery is how long marks are gathered: then one command writes them all,
// and each conversation's members get one frame.
const marksEvery = 300 * time.Millisecond

// marksAtOnce bounds one such command, so that messages need not wait for it.
const marksAtOnce = 500

// marked is what a mark that waits is known by.
type marked struct{ conversation, person int64 }

// mark takes how far somebody says they got. Whether they are a member, and
// whether the conversation goes that far, is decided when it is written.
func (h *hub) mark(m chat.Mark) {
	if m.Delivered == 0 && m.Read == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		time.AfterFunc(marksEvery, h.writeMarks)
	}
	k := marked{m.Conversation, m.Person}
	before := h.waiting[k]
	m.Delivered, m.Read = max(m.Delivered, before.Delivered), max(m.Read, before.Read)
	h.waiting[k] = m
}

// writeMarks writes the marks that have gathered and tells the members. A
// crash loses marks of the last moment at most; the client makes them again.
func (h *hub) writeMarks() {
	h.mu.Lock()
	all := make([]chat.Mark, 0, len(h.waiting))
	for _, m := range h.waiting {
		all = append(all, m)
	}
	clear(h.waiting)
	h.mu.Unlock()
	for len(all) > 0 {
		part := all[:min(marksAtOnce, len(all))]
		all = all[len(part):]
		var moved []chat.Mark
		var at int64
		err := h.tenant.Write(h.ctx, func(tx *store.Tx) (err error) {
			moved, err = chat.SetMarks(tx, part)
			at = tx.Now()
			return err
		})
		if errors.Is(err, store.ErrMoving) {
			time.AfterFunc(restartIn, func() {
				for _, m := range append(part, all...) {
					h.mark(m)
				}
			})
			return
		}
		if err != nil {
			if h.ctx.Err() == nil {
				slog.Error("marks were not written", "company", h.tenant.Name(), "error", err)
			}
			return
		}
		h.gateway.announce(h.tenant, moved, at)
	}
}

// showMarks queues marks for the connected members of their conversation.
func (h *hub) showMarks(s *marks) {
	a := h.audienceNow(s.Conversation)
	if a == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(a.seats) > crowd {
		for _, m := range s.Marks {
			h.toPerson(m.Person, encode(marksFrame{"marks", s.Conversation, []wire.Mark{m}}))
		}
		return
	}
	frame := encode(marksFrame{"marks", s.Conversation, s.Marks})
	for _, seat := range a.seats {
		h.toPerson(seat.Person, frame)
	}
}

// audienceNow is audience outside of a batch; nil if there is none.
func (h *hub) audienceNow(conversation int64) (a *audience) {
	err := h.tenant.Read(h.ctx, func(tx *store.Tx) (err error) {
		a, err = h.audience(tx, conversation)
		return err
	})
	if err != nil && h.ctx.Err() == nil {
		slog.Error("a conversation's members could not be read", "company", h.tenant.Name(), "error", err)
	}
	return a
}

// signal is what nodes tell each other, and is not worth keeping.
type signal struct {
	Marks    *marks    `json:"marks,omitempty"`
	Typing   *typing   `json:"typing,omitempty"`
	Presence *presents `json:"presence,omitempty"`
}

type marks struct {
	Conversation int64       `json:"conversation"`
	Marks        []wire.Mark `json:"marks"`
}

type typing struct {
	Conversation int64 `json:"conversation"`
	Person       int64 `json:"person"`
}

func (h *hub) signal(s signal) {
	payload, _ := json.Marshal(s)
	h.gateway.opts.Bus.Signal(h.tenant.Name(), payload)
}

// heard deals with a signal, of this node or another.
func (h *hub) heard(payload []byte) {
	var s signal
	if json.Unmarshal(payload, &s) != nil {
		return // of a newer node, perhaps; nothing is lost with it
	}
	switch {
	case s.Marks != nil:
		h.showMarks(s.Marks)
	case s.Typing != nil:
		h.showTyping(s.Typing)
	case s.Presence != nil:
		h.elsewhere(s.Presence)
	}
	h.flush()
}

func (h *hub) showTyping(s *typing) {
	a := h.audienceNow(s.Conversation)
	if a == nil || len(a.seats) > crowd {
		return
	}
	frame := encode(typingFrame{"typing", s.Conversation, s.Person})
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, seat := range a.seats {
		if seat.Person != s.Person {
			h.toPerson(seat.Person, frame)
		}
	}
}
