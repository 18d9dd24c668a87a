package chat

import (
	"encoding/json"

	"verbale/internal/org"
	"verbale/internal/store"
)

// Members gives everybody in a conversation, with how far each got.
func Members(tx *store.Tx, person, conversation int64) ([]Member, error) {
	if _, err := org.MayIn(tx, person, conversation, org.MessageRead); err != nil {
		return nil, err
	}
	return readMembers(tx, conversation)
}

func readMembers(tx *store.Tx, conversation int64) ([]Member, error) {
	rows, err := tx.Query(`SELECT b.person, b.role, b.joined, b.first_n, k.delivered_n, k.delivered_at, k.read_n, k.read_at
		FROM member b JOIN mark k ON k.conversation = b.conversation AND k.person = b.person
		WHERE b.conversation = ? ORDER BY b.person`, conversation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Member{}
	for rows.Next() {
		var m Member
		if err := rows.Scan(&m.Person, &m.Role, &m.Joined, &m.FirstN, &m.DeliveredN, &m.DeliveredAt, &m.ReadN, &m.ReadAt); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// AddMembers brings people into a group. Unless history is shared with them,
// they see what is written from now on.
func AddMembers(tx *store.Tx, by org.Actor, conversation int64, people []int64, history bool) error {
	place, err := org.MayIn(tx, by.Person, conversation, org.ConversationMembers)
	if err != nil {
		return err
	}
	if place.Kind == "direct" {
		return ErrDirectFixed
	}
	if people, err = cleanPeople(tx, by.Person, people); err != nil {
		return err
	}
	firstN := place.LastN + 1
	if history {
		firstN = place.FirstN // nobody can show more than he sees
	}
	var added []MemberDraft
	for _, p := range people {
		there, err := tx.Ints(`SELECT person FROM member WHERE conversation = ? AND person = ?`, conversation, p)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			added = append(added, MemberDraft{Person: p, Role: "member", FirstN: firstN})
		}
	}
	if len(added) == 0 {
		return nil
	}
	content, _ := json.Marshal(map[string]any{"members": added})
	if err := enterNotice(tx, by, KindMemberAdded, conversation, 0, content); err != nil {
		return err
	}
	for _, m := range added {
		if err := addMember(tx, conversation, m); err != nil {
			return err
		}
	}
	return nil
}

// RemoveMember takes a person out of a group; oneself is to leave it. They see
// nothing of it any more, from this entry on. Of whoever leaves as the only
// admin somebody takes over.
func RemoveMember(tx *store.Tx, by org.Actor, conversation, person int64) error {
	need := org.ConversationMembers
	if person == by.Person {
		need = org.MessageRead
	}
	place, err := org.MayIn(tx, by.Person, conversation, need)
	if err != nil {
		return err
	}
	if place.Kind == "direct" {
		return ErrDirectFixed
	}
	if person == by.Person {
		if err := handOn(tx, by, conversation, person); err != nil {
			return err
		}
	}
	there, err := tx.Ints(`SELECT person FROM member WHERE conversation = ? AND person = ?`, conversation, person)
	if err == nil && len(there) == 0 {
		err = ErrNotMember
	}
	if err != nil {
		return err
	}
	return removeMember(tx, by, conversation, person)
}

// removeMember takes out somebody who is in.
func removeMember(tx *store.Tx, by org.Actor, conversation, person int64) error {
	content, _ := json.Marshal(map[string]int64{"person": person})
	if err := enterNotice(tx, by, KindMemberRemoved, conversation, person, content); err != nil {
		return err
	}
	if err := tx.Do(`DELETE FROM member WHERE conversation = ? AND person = ?`, conversation, person); err != nil {
		return err
	}
	return tx.DoNote(`DELETE FROM mark WHERE conversation = ? AND person = ?`, conversation, person)
}
