package search

import (
	"database/sql"
	"math"
	"slices"

	"verbale/internal/store"
)

// candidates are the next messages that the index names and that the asker may
// see.
type candidates struct {
	documents []document
	last      int64 // the last row walked
	ended     bool
}

// byNumber walks all messages, newest first, where the index has nothing to
// say.
const byNumber = `SELECT m.id, ` + candidateColumns + `
	FROM message m
	LEFT JOIN member k ON k.conversation = m.conversation AND k.person = ? AND k.first_n <= m.n
	LEFT JOIN entry e ON e.seq = m.text_seq AND k.person IS NOT NULL
	WHERE m.deleted = 0 AND m.id < ? AND m.id >= ?
	ORDER BY m.id DESC LIMIT ?`

// candidates takes the next step of the walk. Nothing is written later than it
// comes to the register, but imports are of earlier times than their numbers
// tell: among the numbers after a before: filter only they can be hits.
func (s *search) candidates(ask expr, not []expr) (c candidates, err error) {
	least := s.least
	late := s.late > s.least && s.resume > s.late
	if late {
		ask, least = allOf(ask, hasTerm(fromElsewhere)), s.late
	}
	// A few at first: mostly they are the page. More when they were not.
	enough := min(s.limit+1+s.opened, mostAtOnce)
	most := mostWalked
	if !s.narrow {
		most = widerAfter
	}
	ix := indexOf(s.tx.Dialect())
	if ix.eager {
		most = min(most, 2*enough)
	}
	query, args := byNumber, []any{s.asker, s.resume, least, most}
	if ask.op != everything {
		query, args = ix.walk(ix.question(ask, s.tokens), ix.without(not, s.tokens), s.resume, least, most, s.q.after, s.before(), s.asker)
	}
	rows, err := s.tx.Query(query, args...)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	c.last = s.resume
	for walked := 0; walked < most && len(c.documents) < enough; walked++ {
		if !rows.Next() {
			c.ended = !late
			if late {
				c.last = s.late
			}
			break
		}
		d, visible, err := scanCandidate(rows)
		if err != nil {
			return c, err
		}
		s.walked++
		c.last = d.id
		if visible {
			c.documents = append(c.documents, d)
		}
	}
	return c, rows.Err()
}

// before is the time that hits are earlier than.
func (s *search) before() int64 {
	if s.q.before == 0 {
		return math.MaxInt64
	}
	return s.q.before
}

// The bounds of one step of the walk.
const (
	mostAtOnce = 512
	mostWalked = 5_000
)

func scanCandidate(rows store.Rows) (d document, visible bool, err error) {
	var conversation, n, author, time, textSeq, files, member sql.NullInt64
	err = rows.Scan(&d.id, &conversation, &n, &author, &time, &textSeq, &files, &member, &d.sealed)
	d.conversation, d.n, d.author, d.time, d.textSeq, d.files = conversation.Int64, n.Int64, author.Int64, time.Int64, textSeq.Int64, files.Int64
	return d, member.Valid, err
}

// firstAt finds the first entry at or after a time, since times never run
// backwards in the register.
func firstAt(tx *store.Tx, micros int64) (int64, error) {
	var last int64
	if err := tx.Row(`SELECT COALESCE(MAX(seq), 0) FROM entry`).Scan(&last); err != nil {
		return 0, err
	}
	low, high := int64(1), last+1
	for low < high {
		middle := (low + high) / 2
		var at int64
		if err := tx.Row(`SELECT time FROM entry WHERE seq = ?`, middle).Scan(&at); err != nil {
			return 0, err
		}
		if at < micros {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// people are those that a from: filter means.
type people struct {
	ref ref
	ids []int64
}

func readPeople(tx *store.Tx, r ref, asker int64) (people, error) {
	p := people{ref: r}
	switch {
	case r.id != 0:
		p.ids = []int64{r.id}
		return p, nil
	case r.me:
		p.ids = []int64{asker}
		return p, nil
	}
	err := eachName(tx, func(id int64, name string) {
		if r.names(name) {
			p.ids = append(p.ids, id)
		}
	}, `SELECT id, name FROM person`)
	return p, err
}

// nobody says that the filter means no one who could have written.
func (p people) nobody() bool { return len(p.ids) == 0 && len(p.ref.name) == 0 }

// ask is what the index is asked: messages by one of them, or by somebody of
// that name who is nobody here.
func (p people) ask() expr {
	var of []expr
	for _, id := range p.ids {
		of = append(of, hasTerm(byPerson(id)))
	}
	var named []expr
	for _, word := range p.ref.name {
		named = append(named, hasTerm(byName(firstLetters(word, longestBeginning))))
	}
	if len(named) > 0 {
		of = append(of, allOf(named...))
	}
	return anyOf(of...)
}

func (p people) wrote(d *document) bool {
	return slices.Contains(p.ids, d.author) || d.author == 0 && p.ref.names(d.name)
}

// readPlaces gives the asker's conversations that in: filters mean: one of
// those named, and none of those excluded.
func readPlaces(tx *store.Tx, refs []ref, asker int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	err := eachName(tx, func(id int64, title string) {
		some, meant := false, false
		for _, r := range refs {
			is := r.id == id || r.id == 0 && r.names(title)
			if r.not && is {
				return
			}
			if !r.not {
				some, meant = true, meant || is
			}
		}
		if meant || !some {
			out[id] = true
		}
	}, `SELECT c.id, COALESCE((SELECT MIN(p.name) FROM member o JOIN person p ON p.id = o.person WHERE c.kind = 'direct' AND o.conversation = c.id AND o.person <> k.person), c.title)
		FROM member k JOIN conversation c ON c.id = k.conversation WHERE k.person = ?`, asker)
	return out, err
}

func eachName(tx *store.Tx, f func(id int64, name string), query string, args ...any) error {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		f(id, name)
	}
	return rows.Err()
}

func anyPlace(ids []int64) expr {
	of := make([]expr, len(ids))
	for i, id := range ids {
		of[i] = hasTerm(inConversation(id))
	}
	return anyOf(of...)
}
