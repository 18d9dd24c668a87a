package live

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

const (
	lingers   = 5 * time.Second        // so long a person without a socket still counts as there
	gathers   = 200 * time.Millisecond // so long those who come are gathered before they are told of
	presentTo = 500                    // in a company with more people connected, comings and goings are told by the first frame alone

	repeat    = 5 * time.Second  // how often a node claims anew who is connected to it
	forgotten = 16 * time.Second // three claims that did not come: the node is gone, and its people with it
	again     = 2                // claims in the seconds after a change, in case the word of it was lost
	claimOf   = 3000             // people in one claim, so that no bus finds it too long
)

// presence is who is there. It belongs to the hub, under its mu.
type presence struct {
	told   map[int64]bool      // whom the others believe to be connected here
	turned map[int64]time.Time // who came or went and has not been told: when they went, zero if they came
	came   chan struct{}       // has something when tellPresence should not wait for its second

	nodes   map[string]*node // the other nodes
	claimed time.Time        // when this node last claimed all its people
	again   int              // claims to be made before the next is due
	asked   bool             // a node that has just begun wants to know

	list   json.RawMessage // everybody, as the first frame has it
	listed time.Time       // as of when
}

// node is who is connected to another node. It lives by being repeated: a node
// that dies takes no leave.
type node struct {
	heard  time.Time
	turn   int64 // of the newest of its words
	people map[int64]bool
}

// presents is what a node says of its people: of those from From to To only
// the ones in On are there; besides, Off are gone.
type presents struct {
	Node string  `json:"node"`
	Turn int64   `json:"turn,omitempty"` // rises with each of a node's words, so that a late one is known
	From int64   `json:"from,omitempty"`
	To   int64   `json:"to,omitempty"` // 0: it is a change only
	On   []int64 `json:"on,omitempty"`
	Off  []int64 `json:"off,omitempty"`
	Ask  bool    `json:"ask,omitempty"` // nothing is said, but asked for
}

func newPresence() presence {
	return presence{told: map[int64]bool{}, turned: map[int64]time.Time{}, came: make(chan struct{}, 1), nodes: map[string]*node{}}
}

func (p *presence) changed(person int64, went time.Time) {
	p.turned[person] = went
	if went.IsZero() {
		p.soon()
	}
}

func (p *presence) soon() {
	select {
	case p.came <- struct{}{}:
	default:
	}
}

func (p *presence) quiet() bool { return len(p.turned) == 0 && p.again == 0 }

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

// connected is how many people are, on all nodes; who is on two counts twice.
func (h *hub) connected() int {
	all := len(h.people)
	for _, n := range h.seen.nodes {
		all += len(n.people)
	}
	return all
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
	if p.list == nil || h.connected() <= presentTo || now.Sub(p.listed) > time.Second {
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
	return sorted(there)
}

func sorted(people map[int64]bool) []int64 {
	out := make([]int64, 0, len(people))
	for person := range people {
		out = append(out, person)
	}
	slices.Sort(out)
	return out
}

// askPresence asks the other nodes for who is there, when the hub begins.
func (h *hub) askPresence() {
	h.signal(signal{Presence: &presents{Node: h.gateway.node, Ask: true}})
}

// tellPresence tells who came and who has been gone for a while, and lets go
// of nodes that have fallen silent.
func (h *hub) tellPresence(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, change := &h.seen, presents{}
	for person, went := range p.turned {
		there := h.people[person] != nil
		if !there && now.Sub(went) < lingers {
			continue
		}
		delete(p.turned, person)
		switch {
		case there && !p.told[person]:
			h.showPresence(person, func() { p.told[person] = true })
			change.On = append(change.On, person)
		case !there && p.told[person]:
			h.showPresence(person, func() { delete(p.told, person) })
			change.Off = append(change.Off, person)
		}
	}
	for name, n := range p.nodes {
		if now.Sub(n.heard) > forgotten {
			h.showAll(n.people, func() { delete(p.nodes, name) })
		}
	}
	switch {
	case len(change.On)+len(change.Off) > claimOf:
		h.claim(now)
	case len(change.On)+len(change.Off) > 0:
		h.say(change)
		if len(p.told) <= presentTo {
			p.again = again
		}
	}
}

// claimPresence says again who is connected here, when it is time to.
func (h *hub) claimPresence(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := &h.seen; p.again > 0 || now.Sub(p.claimed) >= repeat {
		h.claim(now)
		p.again = max(0, p.again-1)
	}
}

// answerPresence says it to nodes that have asked.
func (h *hub) answerPresence(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen.asked {
		h.claim(now)
		h.seen.asked = false
	}
}

// claim says of everybody whether they are connected here, with mu held: the
// people in pieces, each of which stands for itself.
func (h *hub) claim(now time.Time) {
	h.seen.claimed = now
	rest, from := sorted(h.seen.told), int64(0)
	for len(rest) > claimOf {
		to := rest[claimOf-1]
		h.say(presents{From: from, To: to, On: rest[:claimOf]})
		rest, from = rest[claimOf:], to+1
	}
	h.say(presents{From: from, To: math.MaxInt64, On: rest})
}

func (h *hub) say(p presents) {
	p.Node, p.Turn = h.gateway.node, h.gateway.turns.Add(1)
	h.signal(signal{Presence: &p})
}

// elsewhere takes what another node says.
func (h *hub) elsewhere(p *presents) {
	if p.Node == h.gateway.node {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.Ask {
		h.seen.asked = true
		h.seen.soon()
		return
	}
	n := h.seen.nodes[p.Node]
	if n == nil {
		n = &node{people: map[int64]bool{}}
		h.seen.nodes[p.Node] = n
	}
	if p.Turn <= n.turn {
		return // late, or a second time: what it says was true once
	}
	n.turn, n.heard = p.Turn, h.gateway.limits.now()
	touched := map[int64]bool{}
	for person := range n.people {
		if person >= p.From && person <= p.To {
			touched[person] = true
		}
	}
	there := map[int64]bool{}
	for _, person := range p.On {
		there[person], touched[person] = true, true
	}
	for _, person := range p.Off {
		touched[person] = true
	}
	h.showAll(touched, func() {
		for person := range touched {
			if there[person] {
				n.people[person] = true
			} else {
				delete(n.people, person)
			}
		}
	})
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
	if h.connected() > presentTo {
		return
	}
	for person, was := range before {
		if is := h.seen.on(person); is != was {
			h.toAll(encode(presenceFrame{"presence", person, is}))
		}
	}
}
