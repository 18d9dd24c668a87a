package search

import (
	"context"
	"maps"
	"math"
	"slices"

	"verbale/internal/org"
	"verbale/internal/store"
)

// Hit is a message that was found, as the asker may see it now.
type Hit struct {
	Message      int64
	Conversation int64
	Title        string // the conversation's; of a direct one, the other's name
	Author       int64  // 0 for somebody who is not a person here
	Name         string // of such an author, as the import has it
	Time         int64  // microseconds
	N            int64
	Snippet      Snippet
}

// Hits is a page of an answer, newest first.
type Hits struct {
	Hits   []Hit
	Cursor string // for the next page; empty when there is none
	// Behind says that the index is still being made, after an import or an
	// update, so that older messages may be missing.
	Behind bool
}

// How much work one call may do before it gives what it has, with a cursor to
// go on from.
const (
	MaxLimit    = 100
	maxOpened   = 3_000  // messages read
	maxWalked   = 20_000 // rows of the index looked at
	widerAfter  = 500    // rows, most of them others', after which the asker's conversations are asked for
	maxPlaces   = 200    // conversations that a question to the index may name
	behindAfter = 5_000  // entries
)

// Search answers a question with what the asker may see now. Newest first is
// the order in which messages came to the register.
func Search(ctx context.Context, t *store.Tenant, asker int64, q *Query, limit int, cursor string) (Hits, error) {
	if limit < 1 || limit > MaxLimit {
		return Hits{}, ErrBadLimit
	}
	below, err := openCursor(t.Keys(), asker, q, cursor)
	if err != nil || q.Empty() {
		return Hits{Hits: []Hit{}}, err
	}
	s := search{out: Hits{Hits: []Hit{}}, ctx: ctx, q: q, asker: asker, limit: limit, below: below, resume: below, tokens: tokens{keys: t.Keys()}}
	err = t.Read(ctx, func(tx *store.Tx) error {
		s.tx = tx
		if err := s.run(t.Head().Size); err != nil {
			return err
		}
		return s.entitle()
	})
	if err != nil {
		return Hits{}, err
	}
	if s.more {
		s.out.Cursor = sealCursor(t.Keys(), asker, q, s.below)
	}
	return s.out, nil
}

// search is one call of Search.
type search struct {
	ctx    context.Context
	tx     *store.Tx
	q      *Query
	asker  int64
	limit  int
	tokens tokens

	below  int64 // the page has all hits from here on
	resume int64 // the walk has come to here
	least  int64 // messages before this are too old
	late   int64 // from here on only imported messages are of an early enough time
	narrow bool  // the question names the asker's conversations already
	people []people
	places map[int64]bool // that the in: filters mean; nil for all

	walked, opened int
	out            Hits
	more           bool
	allowed        map[int64]org.Membership
}

func (s *search) run(head int64) error {
	s.allowed = map[int64]org.Membership{}
	at, err := s.tx.Followed(Follower)
	if err != nil {
		return err
	}
	s.out.Behind = head-at > behindAfter
	if some, err := s.tx.Ints(`SELECT conversation FROM member WHERE person = ? LIMIT 1`, s.asker); err != nil || len(some) == 0 {
		return err
	}
	ask, not, possible, err := s.plan()
	if err != nil || !possible {
		return err
	}
	for {
		done, err := s.walk(ask, not)
		if err != nil || done {
			return err
		}
		if s.walked >= maxWalked || s.opened >= maxOpened {
			s.more = true
			return nil
		}
		if !s.narrow && s.walked >= widerAfter && s.opened < s.walked/4 {
			if ask, err = s.amongPlaces(ask); err != nil {
				return err
			}
		}
	}
}

// plan says what the index is asked; not possible means that a filter names
// nothing there is.
func (s *search) plan() (ask expr, not []expr, possible bool, err error) {
	parts := make([]expr, 0, len(s.q.clauses)+2)
	for _, c := range s.q.clauses {
		parts = append(parts, c.ask())
	}
	if s.q.after > 0 {
		if s.least, err = firstAt(s.tx, s.q.after); err != nil {
			return ask, nil, false, err
		}
	}
	if s.q.before > 0 {
		if s.late, err = firstAt(s.tx, s.q.before); err != nil {
			return ask, nil, false, err
		}
	}
	for _, r := range s.q.from {
		p, err := readPeople(s.tx, r, s.asker)
		if err != nil {
			return ask, nil, false, err
		}
		s.people = append(s.people, p)
		switch {
		case r.not:
		case p.nobody():
			return ask, nil, false, nil
		default:
			parts = append(parts, p.ask())
		}
	}
	if len(s.q.in) > 0 {
		if s.places, err = readPlaces(s.tx, s.q.in, s.asker); err != nil {
			return ask, nil, false, err
		}
		if len(s.places) == 0 {
			return ask, nil, false, nil
		}
		if s.narrow = len(s.places) <= maxPlaces; s.narrow {
			parts = append(parts, anyPlace(slices.Sorted(maps.Keys(s.places))))
		}
	}
	ask = allOf(parts...)
	if ask.op == everything {
		if ask, err = s.amongPlaces(ask); err != nil {
			return ask, nil, false, err
		}
	}
	for _, c := range s.q.not {
		if c.exact() {
			not = append(not, c.ask())
		}
	}
	return ask, not, true, nil
}

// amongPlaces asks for the asker's conversations only. Where there are too many
// to name, what is not theirs is passed over row by row.
func (s *search) amongPlaces(ask expr) (expr, error) {
	s.narrow = true
	mine, err := s.tx.Ints(`SELECT conversation FROM member WHERE person = ? LIMIT ?`, s.asker, maxPlaces+1)
	if err != nil || len(mine) == 0 || len(mine) > maxPlaces {
		return ask, err
	}
	return allOf(ask, anyPlace(mine)), nil
}

// walk goes through the next candidates and keeps those that are hits. done
// says that the page is full or that there are no more.
func (s *search) walk(ask expr, not []expr) (done bool, err error) {
	c, err := s.candidates(ask, not)
	if err == nil {
		err = s.admit(c.documents)
	}
	if err != nil {
		return false, err
	}
	for i := range c.documents {
		d := &c.documents[i]
		hit, ok, err := s.consider(d)
		switch {
		case err != nil:
			return false, err
		case ok && len(s.out.Hits) == s.limit:
			s.more = true
			return true, nil
		case ok:
			s.out.Hits = append(s.out.Hits, hit)
		}
		if len(s.out.Hits) < s.limit || ok {
			s.below = d.id
		}
	}
	if len(s.out.Hits) < s.limit {
		s.below = c.last
	}
	s.resume = c.last
	return c.ended, s.ctx.Err()
}

// admit asks, once for all, what the asker may see of the conversations that
// candidates are in.
func (s *search) admit(candidates []document) error {
	var asked []org.Asked
	for i := range candidates {
		d := &candidates[i]
		if _, known := s.allowed[d.conversation]; !known && s.passes(d) {
			s.allowed[d.conversation] = org.Membership{FirstN: math.MaxInt64} // not theirs
			asked = append(asked, org.Asked{Person: s.asker, Conversation: d.conversation})
		}
	}
	err := org.MayInEach(s.tx, org.MessageRead, asked, `SELECT 0`, func(int) []any { return nil })
	for _, a := range asked {
		if a.Refused == nil {
			s.allowed[a.Conversation] = a.Membership
		}
	}
	return err
}

// consider reads a candidate, and decides whether it is a hit.
func (s *search) consider(d *document) (h Hit, ok bool, err error) {
	if !s.passes(d) || d.n < s.allowed[d.conversation].FirstN {
		return h, false, nil
	}
	s.opened++
	if ok, err = d.open(s.tx); err != nil || !ok {
		return h, false, err
	}
	for i, r := range s.q.from {
		if s.people[i].wrote(d) == r.not {
			return h, false, nil
		}
	}
	at, ok := s.q.match(d.text)
	if !ok {
		return h, false, nil
	}
	return Hit{
		Message: d.id, Conversation: d.conversation, Author: d.author, Name: d.name, Time: d.time, N: d.n,
		Snippet: cutSnippet(d.text, at),
	}, true, nil
}

// passes checks what needs no opening.
func (s *search) passes(d *document) bool {
	return (s.q.after == 0 || d.time >= s.q.after) && (s.q.before == 0 || d.time < s.q.before) &&
		(s.places == nil || s.places[d.conversation])
}

// entitle gives the hits their conversations' titles; a direct one has the
// other person's name.
func (s *search) entitle() error {
	titles, sets := map[int64]string{}, [][]any{}
	for _, h := range s.out.Hits {
		if _, asked := titles[h.Conversation]; !asked {
			titles[h.Conversation] = ""
			sets = append(sets, []any{s.asker, h.Conversation})
		}
	}
	err := s.tx.Each(`SELECT c.id, COALESCE((SELECT MIN(p.name) FROM member o JOIN person p ON p.id = o.person WHERE c.kind = 'direct' AND o.conversation = c.id AND o.person <> ?), c.title)
		FROM conversation c WHERE c.id = ?`, sets, func(_ int, rows store.Rows) error {
		var id int64
		var title string
		err := rows.Scan(&id, &title)
		titles[id] = title
		return err
	})
	for i := range s.out.Hits {
		h := &s.out.Hits[i]
		h.Title = titles[h.Conversation]
	}
	return err
}
