package chat

import (
	"database/sql"
	"encoding/json"
	"errors"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// SetRole makes a member admin, or an admin member.
func SetRole(tx *store.Tx, by org.Actor, conversation, person int64, role string) error {
	place, err := org.MayIn(tx, by.Person, conversation, org.ConversationRoles)
	if err != nil {
		return err
	}
	if place.Kind == "direct" {
		return ErrDirectFixed
	}
	if role != "admin" && role != "member" {
		return ErrBadRole
	}
	if role == "member" && person == by.Person {
		if err := anotherAdmin(tx, conversation, person); err != nil {
			return err
		}
	}
	return setRole(tx, by, conversation, person, role)
}

func setRole(tx *store.Tx, by org.Actor, conversation, person int64, role string) error {
	n, err := tx.Exec(`UPDATE member SET role = ? WHERE conversation = ? AND person = ?`, role, conversation, person)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotMember
	}
	content, _ := json.Marshal(map[string]any{"person": person, "role": role})
	return enterNotice(tx, by, KindMemberRole, conversation, person, content)
}

// anotherAdmin refuses the step down of a group's only admin: they are there to
// say who comes after them.
func anotherAdmin(tx *store.Tx, conversation, than int64) error {
	role, _, err := nextAdmin(tx, conversation, than)
	if err == nil && role == "member" {
		err = ErrLastAdmin
	}
	return err
}

// ChangePerson is login's, and hands on the groups of whoever is deactivated.
func ChangePerson(tx *store.Tx, by org.Actor, id int64, c org.Change) (org.Person, error) {
	p, err := login.ChangePerson(tx, by, id, c)
	if err != nil || p.Active {
		return p, err
	}
	groups, err := tx.Ints(`SELECT m.conversation FROM member m JOIN conversation c ON c.id = m.conversation AND c.kind = 'group'
		WHERE m.person = ? AND m.role = 'admin' ORDER BY m.conversation`, id)
	if err != nil {
		return p, err
	}
	for _, g := range groups {
		if err := handOn(tx, by, g, id); err != nil {
			return p, err
		}
	}
	return p, nil
}

// handOn sees to it that a group that somebody is gone from has an admin: if
// there is no other, whoever has been in it longest becomes one.
func handOn(tx *store.Tx, by org.Actor, conversation, from int64) error {
	role, heir, err := nextAdmin(tx, conversation, from)
	if err != nil || role != "member" {
		return err
	}
	return setRole(tx, by, conversation, heir, "admin")
}

// nextAdmin gives the other member who is admin, or comes first to become one,
// and their role; it is empty if nobody else is left who could act.
func nextAdmin(tx *store.Tx, conversation, than int64) (role string, person int64, err error) {
	err = tx.Row(`SELECT m.role, m.person FROM member m JOIN person p ON p.id = m.person AND p.active = 1
		WHERE m.conversation = ? AND m.person <> ?
		ORDER BY CASE m.role WHEN 'admin' THEN 0 ELSE 1 END, m.joined, m.person LIMIT 1`, conversation, than).Scan(&role, &person)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return role, person, err
}
