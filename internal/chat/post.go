package chat

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Draft is a message to be posted.
type Draft struct {
	Key          string // a UUID of the client's
	Conversation int64
	Text         string
	ReplyTo      int64
	Files        []int64
}

// Posted is where a message came to stand.
type Posted struct{ ID, N, Time int64 }

// Post posts a message. The same key again gives the first answer and writes
// nothing, so a client may repeat until it has been answered.
func Post(tx *store.Tx, by org.Actor, d Draft) (p Posted, err error) {
	if err := checkText(d.Text, len(d.Files)); err != nil {
		return p, err
	}
	key, err := uuid.Parse(d.Key)
	if err != nil || len(d.Key) != 36 {
		return p, ErrBadKey
	}
	m, before, refused := org.MayInAnd(tx, by.Person, d.Conversation, org.MessagePost,
		`SELECT k.message FROM message_key k WHERE k.person = ? AND k.key = ?`, by.Person, key[:])
	if before != 0 || refused != nil {
		// Who repeats gets the first answer, even where they may no longer write.
		if p, done, err := postedBefore(tx, by.Person, key, d.Conversation); done || err != nil {
			return p, err
		}
	}
	if refused != nil {
		return p, refused
	}
	if d.ReplyTo != 0 {
		if err := mayReply(tx, d, m.FirstN); err != nil {
			return p, err
		}
	}
	for _, f := range d.Files {
		if _, err := mayAttach(tx, by.Person, f); err != nil {
			return p, err
		}
	}
	n := m.LastN + 1
	content, _ := json.Marshal(body{N: n, Text: d.Text, ReplyTo: d.ReplyTo, Files: d.Files})
	h, err := tx.Enter(journal.Draft{Kind: KindPosted, Actor: by.Person, Device: by.Device, Conversation: d.Conversation, Body: content})
	if err != nil {
		return p, err
	}
	p = Posted{ID: h.Seq, N: n, Time: h.Time}
	if err := tx.Do(`INSERT INTO message (id, conversation, n, author, time, text_seq, reply_to, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, d.Conversation, p.N, by.Person, p.Time, p.ID, d.ReplyTo, len(d.Files)); err != nil {
		return p, err
	}
	if err := tx.Do(`INSERT INTO message_key (person, key, message) VALUES (?, ?, ?)`, by.Person, key[:], p.ID); err != nil {
		return p, err
	}
	if err := tx.Do(`UPDATE conversation SET last_n = ?, last_id = ?, time = ? WHERE id = ?`, p.N, p.ID, p.Time, d.Conversation); err != nil {
		return p, err
	}
	if err := attach(tx, p.ID, d.Files); err != nil {
		return p, err
	}
	// Whoever writes has read.
	err = tx.DoNote(`UPDATE mark SET delivered_n = ?, delivered_at = ?, read_n = ?, read_at = ?, entered = 0 WHERE conversation = ? AND person = ?`,
		p.N, p.Time, p.N, p.Time, d.Conversation, by.Person)
	return p, err
}

// postedBefore finds what an earlier post with the same key was answered.
func postedBefore(tx *store.Tx, person int64, key uuid.UUID, conversation int64) (p Posted, done bool, err error) {
	var in int64
	err = tx.Row(`SELECT m.id, m.n, m.time, m.conversation FROM message_key k JOIN message m ON m.id = k.message WHERE k.person = ? AND k.key = ?`,
		person, key[:]).Scan(&p.ID, &p.N, &p.Time, &in)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return p, false, nil
	case err == nil && in != conversation:
		return Posted{}, true, ErrKeyReused
	}
	return p, err == nil, err
}

func mayReply(tx *store.Tx, d Draft, firstN int64) error {
	var in, n int64
	err := tx.Row(`SELECT conversation, n FROM message WHERE id = ?`, d.ReplyTo).Scan(&in, &n)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (in != d.Conversation || n < firstN) {
		return ErrBadReply
	}
	return err
}

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
