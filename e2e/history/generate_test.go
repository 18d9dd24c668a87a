package history_test

import (
	"fmt"
	"math/rand/v2"

	"verbale/e2e/history"
	"verbale/internal/journal"
)

// server is a right one, in a few lines, with clients who have bad lines: what
// they live through is what a history may contain.
type server struct {
	rnd     *rand.Rand
	log     history.Recorder
	rooms   []*talk
	clients []*person
	tree    journal.Frontier
	leaves  [][]byte
	sent    int
	answers map[string]history.Record // by key: what was answered first
}

type talk struct {
	id       int64
	messages []history.Message
}

// person is a client with one sending in the air at most for each room.
type person struct {
	name     string
	id       int64
	session  int64
	position []int            // by room: up to where its connection has shown
	open     []history.Record // sent, and not decided yet by the client
	pending  []history.Record // on their way to the server still, though given up
}

// generate makes a valid history of so many steps.
func generate(seed uint64, steps int) []history.Record {
	s := &server{rnd: rand.New(rand.NewPCG(seed, 7)), answers: map[string]history.Record{}}
	for i := range 1 + s.rnd.IntN(3) {
		s.rooms = append(s.rooms, &talk{id: int64(10 + i)})
	}
	for i := range 2 + s.rnd.IntN(4) {
		s.clients = append(s.clients, &person{name: fmt.Sprintf("client %d", i), id: int64(100 + i), session: int64(1 + i*100_000), position: make([]int, len(s.rooms))})
	}
	for range steps {
		s.step(s.clients[s.rnd.IntN(len(s.clients))])
	}
	for _, p := range s.clients {
		for _, late := range p.pending {
			if s.rnd.IntN(2) == 0 {
				s.store(late)
			}
		}
	}
	for _, p := range s.clients {
		for _, r := range s.rooms {
			s.log.Add(history.Record{Op: history.Final, Client: p.name, Conversation: r.id, Messages: append([]history.Message(nil), r.messages...)})
		}
	}
	s.log.Add(history.Record{Op: history.Leaves, Leaves: s.leaves})
	return s.log.Records()
}

func (s *server) step(p *person) {
	switch s.rnd.IntN(12) {
	case 0, 1, 2:
		s.send(p)
	case 3, 4, 5:
		s.settle(p)
	case 6, 7, 8:
		s.show(p)
	case 9: // what was given up arrives after all
		if len(p.pending) > 0 {
			s.store(p.pending[0])
			p.pending = p.pending[1:]
		}
	case 10: // connects again, and is shown some of it again
		p.session++
		for i := range p.position {
			p.position[i] -= s.rnd.IntN(p.position[i] + 1)
		}
	case 11:
		root := s.tree.Root()
		s.log.Add(history.Record{Op: history.Checkpoint, Client: p.name, Size: s.tree.Size, Root: root[:]})
	}
}

func (s *server) send(p *person) {
	if len(p.open) > 2 {
		return
	}
	s.sent++
	r := history.Record{
		Op: history.Send, Client: p.name, Person: p.id, Conversation: s.rooms[s.rnd.IntN(len(s.rooms))].id,
		Key: fmt.Sprintf("key %d", s.sent), Text: history.Hash(fmt.Sprintf("text %d", s.sent)),
	}
	s.log.Add(r)
	p.open = append(p.open, r)
}

// settle lets one of the sendings in the air end in one of the ways there are.
func (s *server) settle(p *person) {
	if len(p.open) == 0 {
		return
	}
	i := s.rnd.IntN(len(p.open))
	r := p.open[i]
	p.open = append(p.open[:i], p.open[i+1:]...)
	told := func(op history.Op) {
		s.log.Add(history.Record{Op: op, Client: p.name, Key: r.Key})
	}
	switch s.rnd.IntN(8) {
	case 0: // refused, unless it was stored before
		if _, there := s.answers[r.Key]; !there && len(p.pending) == 0 {
			told(history.Refused)
			return
		}
		fallthrough
	case 1: // lost on the way there, or held up
		told(history.Unknown)
		p.pending = append(p.pending, r)
	case 2: // stored, and the answer lost
		s.store(r)
		told(history.Unknown)
	case 3: // the answer is lost, and it is sent again
		if s.rnd.IntN(2) == 0 {
			s.store(r)
		}
		told(history.Unknown)
		s.log.Add(r)
		p.open = append(p.open, r)
	default:
		answer := s.store(r)
		answer.Client = p.name
		s.log.Add(answer)
	}
}

// store is what the server does: the same key again gets the first answer.
func (s *server) store(r history.Record) history.Record {
	if before, again := s.answers[r.Key]; again {
		return before
	}
	leaf := journal.Hash{byte(s.tree.Size), byte(s.tree.Size >> 8), byte(s.tree.Size >> 16), 1}
	s.tree.Append(leaf)
	s.leaves = append(s.leaves, leaf[:])
	in := s.talk(r.Conversation)
	m := history.Message{ID: s.tree.Size, N: int64(len(in.messages) + 1), Author: r.Person, Text: r.Text}
	in.messages = append(in.messages, m)
	answer := history.Record{Op: history.Acked, Key: r.Key, ID: m.ID, N: m.N}
	s.answers[r.Key] = answer
	return answer
}

func (s *server) talk(id int64) *talk { return s.rooms[id-10] }

// show delivers what comes next to a connection, now and then a piece twice.
func (s *server) show(p *person) {
	i := s.rnd.IntN(len(s.rooms))
	r := s.rooms[i]
	from, to := p.position[i], min(len(r.messages), p.position[i]+1+s.rnd.IntN(3))
	if from >= to {
		return
	}
	seen := history.Record{Op: history.Seen, Client: p.name, Conversation: r.id, Session: p.session, Messages: append([]history.Message(nil), r.messages[from:to]...)}
	s.log.Add(seen)
	if s.rnd.IntN(10) == 0 {
		s.log.Add(seen)
	}
	p.position[i] = to
	if s.rnd.IntN(10) == 0 {
		p.position[i] += s.rnd.IntN(2) // a frame that is lost
	}
}
