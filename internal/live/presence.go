package live

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	lingers   = 5 * time.Second  // so long a person without a socket still counts as there
	presentTo = 500              // in a company with more people connected, comings and goings are told by the first frame alone
	repeat    = 30 * time.Second // how often nodes tell each other who is connected
	forgotten = 90 * time.Second // a node that says nothing for so long is gone
)

// presence is who is there. It belongs to the hub, under its mu.
type presence struct {
	told   map[int64]bool      // whom the others believe to be connected here
	turned map[int64]time.Time // who came or went and has not been told: when they went, zero if they came
	nodes  map[string]*node    // the other nodes
	spoke  time.Time           // when this node last told the others all

	list   json.RawMessage // everybody, as the first frame has it
	listed time.Time       // as of when
}

// node is who is connected to another node.
type node struct {
	heard  time.Time
	people map[int64]bool
}

// presents is what nodes tell each other of it.
type presents struct {
	Node string  `json:"node"`
	All  bool    `json:"all"` // On is everybody; else it is what changed
	On   []int64 `json:"on,omitempty"`
	Off  []int64 `json:"off,omitempty"`
}

func newPresence() presence {
	return presence{told: map[int64]bool{}, turned: map[int64]time.Time{}, nodes: map[string]*node{}}
}

func (p *presence) changed(person int64, went time.Time) { p.turned[person] = went }

func (p *presence) quiet() bool { return len(p.turned) == 0 }

func (p *presence) on(person int64) bool {
	if p.told[person] {
		return true
	}
	for _, n := range p.nodes {
		if n.people[person] {
			return true
		}
	}
	return false
}

// online says whether a person is connected, on whichever node.
func (h *hub) online(person int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.people[person] != nil || h.seen.on(person)
}

// list gives who is connected as the first frame has it, with mu held. In a
// large company, where coming and going is not told either, a list may be a
// second old: after a restart all come at once, and each gets it.
func (h *hub) list(now time.Time) json.RawMessage {
	p := &h.seen
	if p.list == nil || len(h.people) <= presentTo || now.Sub(p.listed) > time.Second {
		p.list, _ = json.Marshal(h.everybody())
		p.listed = now
	}
	return p.list
}

// everybody gives who is connected, with mu held.
func (h *hub) everybody() []int64 {
	there := make(map[int64]bool, len(h.people))
	for person := range h.people {
		there[person] = true
	}
	for person := range h.seen.told {
		there[person] = true
	}
	for _, n := range h.seen.nodes {
		for person := range n.people {
			there[person] = true
		}
	}
	out := make([]int64, 0, len(there))
	for person := range there {
		out = append(out, person)
	}
	slices.Sort(out)
	return out
}

// tellPresence tells who came and who has been gone for a while.
func (h *hub) tellPresence(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change := presents{Node: h.gateway.node}
	for person, went := range h.seen.turned {
		there := h.people[person] != nil
		if !there && now.Sub(went) < lingers {
			continue
		}
		delete(h.seen.turned, person)
		switch {
		case there && !h.seen.told[person]:
			h.showPresence(person, func() { h.seen.told[person] = true })
			change.On = append(change.On, person)
		case !there && h.seen.told[person]:
			h.showPresence(person, func() { delete(h.seen.told, person) })
			change.Off = append(change.Off, person)
		}
	}
	for name, n := range h.seen.nodes {
		if now.Sub(n.heard) > forgotten {
			h.showAll(n.people, func() { delete(h.seen.nodes, name) })
		}
	}
	if now.Sub(h.seen.spoke) > repeat {
		h.seen.spoke = now
		change = presents{Node: h.gateway.node, All: true}
		for person := range h.seen.told {
			change.On = append(change.On, person)
		}
	}
	if change.All || len(change.On)+len(change.Off) > 0 {
		h.signal(signal{Presence: &change})
	}
}

// elsewhere takes what another node tells.
func (h *hub) elsewhere(p *presents) {
	if p.Node == h.gateway.node {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.seen.nodes[p.Node]
	if n == nil {
		n = &node{people: map[int64]bool{}}
		h.seen.nodes[p.Node] = n
	}
	n.heard = time.Now()
	after := map[int64]bool{}
	if !p.All {
		for person := range n.people {
			after[person] = true
		}
	}
	for _, person := range p.On {
		after[person] = true
	}
	for _, person := range p.Off {
		delete(after, person)
	}
	touched := map[int64]bool{}
	for person := range n.people {
		touched[person] = true
	}
	for person := range after {
		touched[person] = true
	}
	h.showAll(touched, func() { n.people = after })
}

// showPresence makes a change and tells the connected if a person is there now
// who was not before, or the other way round. The hub's mu is held.
func (h *hub) showPresence(person int64, change func()) {
	h.showAll(map[int64]bool{person: true}, change)
}

func (h *hub) showAll(people map[int64]bool, change func()) {
	before := make(map[int64]bool, len(people))
	for person := range people {
		before[person] = h.seen.on(person)
	}
	change()
	if len(h.people) > presentTo {
		return
	}
	for person, was := range before {
		if is := h.seen.on(person); is != was {
			h.toAll(encode(presenceFrame{"presence", person, is}))
		}
	}
}
