package live

import (
	"encoding/json"

	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/wire"
)

// deal queues one entry for everybody who may see it. The hub's mu is held.
func (h *hub) deal(s *said) {
	switch {
	case s.Kind == login.KindDeviceEnded:
		h.signOut(func(c *client) bool { return c.actor.Device == s.Subject })
		return
	case s.ev == nil:
		return
	case s.ev.Conversation == 0:
		h.toAll(s.frame)
		if s.Kind == org.KindPersonChanged && !s.ev.Person.Active {
			h.signOut(func(c *client) bool { return c.actor.Person == s.ev.Person.ID })
		}
		return
	}
	a := h.audiences[s.ev.Conversation]
	joined, left := chat.Moves(*s.ev)
	if s.Seq > a.asOf {
		a.leave(left)
		for _, seat := range joined {
			a.leave(seat.Person)
			a.seats = append(a.seats, seat)
		}
		a.asOf = s.Seq
	}
	if left != 0 {
		h.toPerson(left, s.frame) // of being taken out one still learns
	}
	if s.Kind == chat.KindReadMarked && len(a.seats) > crowd {
		h.toMarked(s, a)
		return
	}
	for _, seat := range a.seats {
		if seat.Person != left && seat.Sees(*s.ev) {
			h.toPerson(seat.Person, s.frame)
		}
	}
}

// toMarked gives each person in a crowd their own marks: everybody's to
// everybody would be a million deliveries for a thousand people.
func (h *hub) toMarked(s *said, a *audience) {
	member := make(map[int64]bool, len(a.seats))
	for _, seat := range a.seats {
		member[seat.Person] = true
	}
	for _, m := range chat.MarksIn(*s.ev) {
		if !member[m.Person] || h.people[m.Person] == nil {
			continue
		}
		own := *s.ev
		own.Data, _ = json.Marshal(map[string][]chat.Mark{"marks": {m}})
		h.toPerson(m.Person, encode(eventFrame{"event", wire.OfEvent(own, nil)}))
	}
}

func (h *hub) toPerson(person int64, frame []byte) {
	for _, c := range h.people[person] {
		h.to(c, frame)
	}
}

func (h *hub) toAll(frame []byte) {
	for _, clients := range h.people {
		for _, c := range clients {
			h.to(c, frame)
		}
	}
}

func (h *hub) to(c *client, frame []byte) {
	idle, ok := c.enqueue(frame)
	if ok {
		h.gateway.deliveries.Add(1)
	}
	if idle {
		h.touched = append(h.touched, c)
	}
}

// signOut cuts sockets for good.
func (h *hub) signOut(which func(*client) bool) {
	for _, clients := range h.people {
		for _, c := range clients {
			if which(c) {
				c.cut(closeSignedOut)
			}
		}
	}
}
