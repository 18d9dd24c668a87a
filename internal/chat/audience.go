package chat

import (
	"encoding/json"

	"verbale/internal/store"
)

// Seat is a member's place as those see it who hand out events: whose, and the
// first message that they may see.
type Seat struct{ Person, FirstN int64 }

// Audience gives everybody in a conversation.
func Audience(tx *store.Tx, conversation int64) ([]Seat, error) {
	rows, err := tx.Query(`SELECT person, first_n FROM member WHERE conversation = ? ORDER BY person`, conversation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Seat
	for rows.Next() {
		var s Seat
		if err := rows.Scan(&s.Person, &s.FirstN); err != nil {
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
			joined = append(joined, Seat{m.Person, m.FirstN})
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
