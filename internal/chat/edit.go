package chat

import (
	"encoding/json"
	"errors"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Edit changes the text of one's own message. The earlier text stays in the
// register and is shown as a version.
func Edit(tx *store.Tx, by org.Actor, id int64, text string) (m Message, err error) {
	if m, _, err = visible(tx, by.Person, id); err != nil {
		return m, err
	}
	switch {
	case m.Imported != nil:
		return m, ErrImported
	case m.Author != by.Person:
		return m, ErrNotYours
	case m.Deleted != 0:
		return m, ErrDeleted
	}
	if _, err := org.MayIn(tx, by.Person, m.Conversation, org.MessagePost); err != nil {
		return m, err
	}
	if err := checkText(text, len(m.Files)); err != nil {
		return m, err
	}
	if text == m.Text {
		return m, nil
	}
	content, _ := json.Marshal(body{Text: text})
	h, err := tx.Enter(journal.Draft{Kind: KindEdited, Actor: by.Person, Device: by.Device, Conversation: m.Conversation, Subject: id, Body: content})
	if err != nil {
		return m, err
	}
	m.Text, m.Edited, m.Damaged = text, h.Time, false
	err = tx.Do(`UPDATE message SET text_seq = ?, edited = ? WHERE id = ?`, h.Seq, h.Time, id)
	return m, err
}

// Delete takes a message out of sight and leaves its trace: who and when. The
// register keeps it. A second delete changes nothing.
func Delete(tx *store.Tx, by org.Actor, id int64) error {
	m, _, err := visible(tx, by.Person, id)
	if err != nil {
		return err
	}
	switch {
	case m.Deleted != 0:
		return nil
	case m.Imported != nil:
		return ErrImported
	case m.Author != by.Person:
		if _, err := org.MayIn(tx, by.Person, m.Conversation, org.MessageDeleteOthers); err != nil {
			return err
		}
	}
	h, err := tx.Enter(journal.Draft{Kind: KindDeleted, Actor: by.Person, Device: by.Device, Conversation: m.Conversation, Subject: id})
	if err != nil {
		return err
	}
	err = tx.Do(`UPDATE message SET deleted = ?, deleted_by = ? WHERE id = ?`, h.Time, by.Person, id)
	return err
}

// visible gives a message that a person may see, and their place there. One
// that is not theirs looks like one that is not there.
func visible(tx *store.Tx, person, id int64) (Message, org.Membership, error) {
	m, err := Read(tx, id)
	if err != nil {
		return m, org.Membership{}, err
	}
	place, err := org.MayIn(tx, person, m.Conversation, org.MessageRead)
	if errors.Is(err, org.ErrNoConversation) || err == nil && m.N < place.FirstN {
		return Message{}, place, ErrNoMessage
	}
	return m, place, err
}
