package chat

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"verbale/internal/store"
)

// Audit holds the views of conversations against the entries that made them: a
// message hidden, shown again, moved or put under another name by hand, or a
// member who was never added, is named.
func Audit(tx *store.Tx) (faults []string, err error) {
	for _, check := range []struct{ what, query string }{
		{"message %d was inserted or changed by hand: the register has it otherwise", `
			SELECT m.id FROM message m LEFT JOIN entry e ON e.seq = m.id AND e.kind IN ('message.posted', 'message.imported') AND e.conversation = m.conversation
			WHERE e.seq IS NULL OR (e.kind = 'message.posted' AND (e.actor <> m.author OR e.time <> m.time OR m.imported <> 0))
			OR (e.kind = 'message.imported' AND e.subject <> m.imported) ORDER BY m.id LIMIT 1`},
		{"message %d was removed by hand: its entry is there", `
			SELECT e.seq FROM entry e LEFT JOIN message m ON m.id = e.seq
			WHERE e.kind IN ('message.posted', 'message.imported') AND m.id IS NULL ORDER BY e.seq LIMIT 1`},
		{"message %d shows another text than the register has last", `
			SELECT m.id FROM message m
			WHERE m.text_seq <> COALESCE((SELECT MAX(x.seq) FROM entry x WHERE x.subject = m.id AND x.subject <> 0 AND x.kind = 'message.edited'), m.id)
			OR m.edited <> COALESCE((SELECT MAX(x.time) FROM entry x WHERE x.subject = m.id AND x.subject <> 0 AND x.kind = 'message.edited'), CASE WHEN m.imported <> 0 THEN m.edited ELSE 0 END) ORDER BY m.id LIMIT 1`},
		{"message %d was deleted, or shown again, by hand", `
			SELECT m.id FROM message m LEFT JOIN entry x ON x.subject = m.id AND x.subject <> 0 AND x.kind = 'message.deleted'
			WHERE m.deleted <> COALESCE(x.time, 0) OR m.deleted_by <> COALESCE(x.actor, 0) ORDER BY m.id LIMIT 1`},
		{"message %d was moved by hand: its place in the conversation is not its own", `
			SELECT id FROM (SELECT id, n, ROW_NUMBER() OVER (PARTITION BY conversation ORDER BY id) AS place FROM message) AS p WHERE p.n <> p.place ORDER BY id LIMIT 1`},
		{"conversation %d counts its messages wrongly: it was changed by hand", `
			SELECT c.id FROM conversation c WHERE c.last_n <> (SELECT COALESCE(MAX(m.n), 0) FROM message m WHERE m.conversation = c.id) ORDER BY c.id LIMIT 1`},
	} {
		odd, err := tx.Ints(check.query)
		if err != nil {
			return nil, err
		}
		if len(odd) > 0 {
			faults = append(faults, fmt.Sprintf(check.what, odd[0]))
		}
	}
	members, err := auditMembers(tx)
	return append(faults, members...), err
}

type seat struct{ conversation, person int64 }

// auditMembers replays who came and went, and compares.
func auditMembers(tx *store.Tx) (faults []string, err error) {
	want, erased, err := replayMembers(tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT conversation, person, role, first_n FROM member ORDER BY conversation, person`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var at seat
		var have MemberDraft
		if err := rows.Scan(&at.conversation, &at.person, &have.Role, &have.FirstN); err != nil {
			return nil, err
		}
		have.Person = at.person
		if want[at].MemberDraft != have && !erased[at.conversation] {
			faults = append(faults, fmt.Sprintf("person %d in conversation %d was put there, or changed, by hand", at.person, at.conversation))
		}
		delete(want, at)
	}
	for _, at := range slices.SortedFunc(maps.Keys(want), func(a, b seat) int { return int(a.conversation - b.conversation) }) {
		if !erased[at.conversation] {
			faults = append(faults, fmt.Sprintf("person %d was taken out of conversation %d by hand", at.person, at.conversation))
		}
	}
	return faults, rows.Err()
}

// joined is a member with when they came.
type joined struct {
	MemberDraft
	joined int64
}

// replayMembers gives the members as the register has them; of conversations
// of which an entry was erased it has no more to say.
func replayMembers(tx *store.Tx) (want map[seat]joined, erased map[int64]bool, err error) {
	entries, err := tx.QueryEntries(`SELECT ` + store.EntryColumns + ` FROM entry e
		WHERE e.kind IN ('conversation.created', 'member.added', 'member.removed', 'member.role') ORDER BY e.seq`)
	if err != nil {
		return nil, nil, err
	}
	want, erased = map[seat]joined{}, map[int64]bool{}
	for _, e := range entries {
		conversation := e.Conversation
		if e.Kind == KindConversationCreated {
			conversation = e.Seq
		}
		var b struct {
			Members []MemberDraft `json:"members"`
			Person  int64         `json:"person"`
			Role    string        `json:"role"`
		}
		if e.Body == nil {
			erased[conversation] = true
			continue
		}
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return nil, nil, fmt.Errorf("chat: the body of entry %d cannot be read", e.Seq)
		}
		switch e.Kind {
		case KindMemberRemoved:
			delete(want, seat{conversation, b.Person})
		case KindMemberRole:
			at := seat{conversation, b.Person}
			m := want[at]
			m.Role = b.Role
			want[at] = m
		default:
			for _, m := range b.Members {
				want[seat{conversation, m.Person}] = joined{m, e.Time}
			}
		}
	}
	return want, erased, nil
}
