package chat

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// posting is a message on its way in, and then where it came to stand.
type posting struct {
	Draft
	by  org.Actor
	key uuid.UUID
	Posted
	same *posting // the same message, sent once more: it has the first one's answer
}

// postings are messages that are posted together.
type postings struct {
	accepted []*posting
	repeated []*posting
	keys     map[keyOf]*posting
	last     map[int64]int64 // by conversation: the last n
	read     map[place]int64 // by author: the n up to which they have read
}

type keyOf struct {
	person int64
	key    uuid.UUID
}

type place struct{ conversation, person int64 }

// postAll posts messages in their order, and refuses those that may not be.
// First everything is asked and decided, then all is written, one table after
// the other: what goes into the same table can go there at once.
func postAll(tx *store.Tx, all []*posting, refuse func(i int, err error)) error {
	asked := make([]org.Asked, len(all))
	for i, p := range all {
		asked[i] = org.Asked{Person: p.by.Person, Conversation: p.Conversation}
	}
	err := org.MayInEach(tx, org.MessagePost, asked, `SELECT k.message FROM message_key k WHERE k.person = ? AND k.key = ?`,
		func(i int) []any { return []any{all[i].by.Person, all[i].key[:]} })
	if err != nil {
		return err
	}
	ps := &postings{keys: map[keyOf]*posting{}, last: map[int64]int64{}, read: map[place]int64{}}
	for i, p := range all {
		p.Posted, p.same = Posted{}, nil
		if err := ps.decide(tx, p, &asked[i]); problem.Of(err) != nil {
			refuse(i, err)
		} else if err != nil {
			return err
		}
	}
	return ps.write(tx)
}

// decide takes a message in, and gives it its n, or says why not.
func (ps *postings) decide(tx *store.Tx, p *posting, a *org.Asked) error {
	key := keyOf{p.by.Person, p.key}
	if first := ps.keys[key]; first != nil {
		if first.Conversation != p.Conversation {
			return ErrKeyReused
		}
		p.same = first
		ps.repeated = append(ps.repeated, p)
		return nil
	}
	if a.Found != 0 || a.Refused != nil {
		// Who repeats gets the first answer, even where they may no longer write.
		if done, err := p.before(tx); done || err != nil {
			return err
		}
	}
	if a.Refused != nil {
		return a.Refused
	}
	if p.ReplyTo != 0 {
		if err := mayReply(tx, p.Draft, a.FirstN); err != nil {
			return err
		}
	}
	for _, f := range p.Files {
		if _, err := mayAttach(tx, p.by.Person, f); err != nil {
			return err
		}
	}
	p.N = max(ps.last[p.Conversation], a.LastN) + 1
	ps.accepted = append(ps.accepted, p)
	ps.keys[key], ps.last[p.Conversation], ps.read[place{p.Conversation, p.by.Person}] = p, p.N, p.N
	return nil
}

// before finds what an earlier post with the same key was answered.
func (p *posting) before(tx *store.Tx) (done bool, err error) {
	var was Posted
	var in int64
	err = tx.Row(`SELECT m.id, m.n, m.time, m.conversation FROM message_key k JOIN message m ON m.id = k.message WHERE k.person = ? AND k.key = ?`,
		p.by.Person, p.key[:]).Scan(&was.ID, &was.N, &was.Time, &in)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err == nil && in != p.Conversation:
		return true, ErrKeyReused
	case err == nil:
		p.Posted = was
	}
	return err == nil, err
}

func mayReply(tx *store.Tx, d Draft, firstN int64) error {
	var in, n int64
	err := tx.Row(`SELECT conversation, n FROM message WHERE id = ?`, d.ReplyTo).Scan(&in, &n)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (in != d.Conversation || n < firstN) {
		return ErrBadReply
	}
	return err
}

// write enters what was decided, and changes the views.
func (ps *postings) write(tx *store.Tx) error {
	for _, p := range ps.accepted {
		content, _ := json.Marshal(body{N: p.N, Text: p.Text, ReplyTo: p.ReplyTo, Files: p.Files})
		h, err := tx.Enter(journal.Draft{Kind: KindPosted, Actor: p.by.Person, Device: p.by.Device, Conversation: p.Conversation, Body: content})
		if err != nil {
			return err
		}
		p.ID, p.Time = h.Seq, h.Time
	}
	for _, p := range ps.repeated {
		p.Posted = p.same.Posted
	}
	for _, view := range []func(*store.Tx, *posting) error{intoMessage, intoKey, intoAttachment, ps.intoConversation, ps.intoMark} {
		for _, p := range ps.accepted {
			if err := view(tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func intoMessage(tx *store.Tx, p *posting) error {
	return tx.Do(`INSERT INTO message (id, conversation, n, author, time, text_seq, reply_to, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Conversation, p.N, p.by.Person, p.Time, p.ID, p.ReplyTo, len(p.Files))
}

func intoKey(tx *store.Tx, p *posting) error {
	return tx.Do(`INSERT INTO message_key (person, key, message) VALUES (?, ?, ?)`, p.by.Person, p.key[:], p.ID)
}

func intoAttachment(tx *store.Tx, p *posting) error { return attach(tx, p.ID, p.Files) }

func (ps *postings) intoConversation(tx *store.Tx, p *posting) error {
	if p.N != ps.last[p.Conversation] {
		return nil
	}
	return tx.Do(`UPDATE conversation SET last_n = ?, last_id = ?, time = ? WHERE id = ?`, p.N, p.ID, p.Time, p.Conversation)
}

// intoMark notes that whoever writes has read.
func (ps *postings) intoMark(tx *store.Tx, p *posting) error {
	if p.N != ps.read[place{p.Conversation, p.by.Person}] {
		return nil
	}
	return tx.DoNote(`UPDATE mark SET delivered_n = ?, delivered_at = ?, read_n = ?, read_at = ?, entered = 0 WHERE conversation = ? AND person = ?`,
		p.N, p.Time, p.N, p.Time, p.Conversation, p.by.Person)
}
