package chat

import (
	"encoding/json"

	"verbale/internal/store"
)

// Seat is a member's place as those see it who hand out events.
type Seat struct {
	Person int64
	FirstN int64 // the first message that they may see
	Since  int64 // from when on they see what else happens there; 0 is from the beginning
}

// since is Seat's column: whoever does not see the conversation from its first
// message on does not see either what it was called then, and who was in it.
const since = `CASE WHEN first_n > 1 THEN joined ELSE 0 END`

// Sees decides whether an event of the seat's conversation is shown to its
// person.
func (s Seat) Sees(ev Event) bool {
	if ev.N != 0 {
		return ev.N >= s.FirstN
	}
	return ev.Time >= s.Since
}

// Audience gives everybody in a conversation.
func Audience(tx *store.Tx, conversation int64) ([]Seat, error) {
	rows, err := tx.Query(`SELECT person, first_n, `+since+` FROM member WHERE conversation = ? ORDER BY person`, conversation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Seat
	for rows.Next() {
		var s Seat
		if err := rows.Scan(&s.Person, &s.FirstN, &s.Since); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Moves says who came into a conversation by an event, and who left it, 0 if
// nobody did.
func Moves(ev Event) (joined []Seat, left int64) {
	switch ev.Kind {
	case KindConversationCreated, KindMemberAdded:
		var b struct{ Members []MemberDraft }
		json.Unmarshal(ev.Data, &b)
		for _, m := range b.Members {
			joined = append(joined, Seat{Person: m.Person, FirstN: m.FirstN})
		}
	case KindMemberRemoved:
		left = ev.Subject
	}
	return joined, left
}

// MarksIn gives the marks that a read.marked event holds.
func MarksIn(ev Event) []Mark {
	var b struct{ Marks []Mark }
	json.Unmarshal(ev.Data, &b)
	return b.Marks
}
