package chat

import (
	"database/sql"
	"encoding/json"
	"errors"

	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Page is a part of a conversation, oldest first.
type Page struct {
	Messages []Message
	Notices  []Event
	More     bool
}

// ErrBadPage is returned for a page that cannot be.
var ErrBadPage = problem.New(problem.Invalid, "page.bad", "Give after or before, not both, and a limit from 1 to 200.")

// FromEnd as a page's after asks for the messages before another, or for the
// latest. It is not 0, since after 0 is where a conversation begins.
const FromEnd = -1

// ReadPage gives up to limit messages after n, or with FromEnd those before n,
// the latest if that is 0; and the notices that stand among them.
func ReadPage(tx *store.Tx, person, conversation, after, before int64, limit int) (p Page, err error) {
	if after < FromEnd || before < 0 || after > 0 && before > 0 || limit < 1 || limit > MaxPage {
		return p, ErrBadPage
	}
	forwards := after >= 0 && before == 0
	place, err := org.MayIn(tx, person, conversation, org.MessageRead)
	if err != nil {
		return p, err
	}
	if forwards {
		p.Messages, err = queryMessages(tx, `SELECT `+withText+`
			WHERE m.conversation = ? AND m.n > ? ORDER BY m.n LIMIT ?`, conversation, max(after, place.FirstN-1), limit+1)
	} else {
		if before == 0 {
			before = place.LastN + 1
		}
		p.Messages, err = queryMessages(tx, `SELECT `+withText+`
			WHERE m.conversation = ? AND m.n < ? AND m.n >= ? ORDER BY m.n DESC LIMIT ?`, conversation, before, place.FirstN, limit+1)
	}
	if err != nil {
		return p, err
	}
	if p.More = len(p.Messages) > limit; p.More {
		p.Messages = p.Messages[:limit]
	}
	if !forwards {
		for i, j := 0, len(p.Messages)-1; i < j; i, j = i+1, j-1 {
			p.Messages[i], p.Messages[j] = p.Messages[j], p.Messages[i]
		}
	}
	p.Notices, err = noticesAmong(tx, person, conversation, p, place, after)
	return p, err
}

// noticesAmong gives what happened from a page's first message up to the
// message after its last, so that pages laid side by side show everything
// once; the conversation's first page has what came before its messages too.
func noticesAmong(tx *store.Tx, person, conversation int64, p Page, place org.Membership, after int64) ([]Event, error) {
	from, to := int64(0), int64(1)<<62
	if len(p.Messages) == 0 && after > 0 {
		return nil, nil
	}
	if len(p.Messages) > 0 {
		if p.Messages[0].N > place.FirstN {
			from = p.Messages[0].ID
		}
		next, err := tx.Ints(`SELECT id FROM message WHERE conversation = ? AND n = ?`, conversation, p.Messages[len(p.Messages)-1].N+1)
		if err != nil {
			return nil, err
		}
		if len(next) > 0 {
			to = next[0]
		}
	}
	// What happened before one joined is not shown to whoever sees the
	// conversation only from then on.
	joined, err := tx.Ints(`SELECT `+since+` FROM member WHERE conversation = ? AND person = ?`, conversation, person)
	if err != nil || len(joined) == 0 {
		return nil, err
	}
	entries, err := tx.QueryEntries(`SELECT `+store.EntryColumns+` FROM notice k JOIN entry e ON e.seq = k.seq
		WHERE k.conversation = ? AND k.seq > ? AND k.seq < ? AND e.time >= ? ORDER BY k.seq DESC LIMIT 200`, conversation, from, to, joined[0])
	if err != nil {
		return nil, err
	}
	out := make([]Event, len(entries))
	for i, e := range entries {
		out[len(entries)-1-i] = notice(e)
	}
	return out, nil
}

// Version is a text that a message had.
type Version struct {
	Entry int64
	Time  int64
	Text  string
}

// Info is all that is known of one message.
type Info struct {
	Message   Message
	Versions  []Version // oldest first; the last is the text as it is now
	Delivered []Reached // not those who have read it
	Read      []Reached
}

// Reached says whom a message has reached, and when their mark passed it.
type Reached struct{ Person, Time int64 }

// ReadInfo gives all that is known of a message that a person may see.
func ReadInfo(tx *store.Tx, person, id int64) (i Info, err error) {
	if i.Message, _, err = visible(tx, person, id); err != nil {
		return i, err
	}
	i.Versions, i.Delivered, i.Read = []Version{}, []Reached{}, []Reached{}
	if i.Message.Deleted == 0 {
		entries, err := tx.QueryEntries(`SELECT `+store.EntryColumns+` FROM entry e WHERE e.seq = ?
			UNION ALL SELECT `+store.EntryColumns+` FROM entry e WHERE e.subject = ? AND e.subject <> 0 AND e.kind = 'message.edited' ORDER BY 1`, id, id)
		if err != nil {
			return i, err
		}
		for _, e := range entries {
			var b body
			json.Unmarshal(e.Body, &b)
			i.Versions = append(i.Versions, Version{Entry: e.Seq, Time: e.Time, Text: b.Text})
		}
	}
	members, err := readMembers(tx, i.Message.Conversation)
	if err != nil {
		return i, err
	}
	for _, m := range members {
		switch n := i.Message.N; {
		case m.Person == i.Message.Author || m.FirstN > n:
		case m.ReadN >= n:
			i.Read = append(i.Read, Reached{m.Person, m.ReadAt})
		case m.DeliveredN >= n:
			i.Delivered = append(i.Delivered, Reached{m.Person, m.DeliveredAt})
		}
	}
	return i, nil
}

// MayDisclose decides whether a person may have an entry laid open: one of a
// conversation of theirs, as far back as they see, and not what was deleted;
// or one about the company and its people.
func MayDisclose(tx *store.Tx, person, seq int64) error {
	var kind string
	var conversation, subject int64
	err := tx.Row(`SELECT kind, conversation, subject FROM entry WHERE seq = ?`, seq).Scan(&kind, &conversation, &subject)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoEntry
	}
	if err != nil {
		return err
	}
	switch kind {
	case KindPosted, KindImported, KindEdited:
		id := seq
		if kind == KindEdited {
			id = subject
		}
		m, err := Visible(tx, person, id)
		if errors.Is(err, ErrNoMessage) || err == nil && m.Deleted != 0 {
			return ErrNoEntry
		}
		return err
	case KindConversationCreated:
		conversation = seq
	case org.KindCompanyCreated, org.KindPersonAdded, org.KindPersonChanged:
		return org.May(tx, person, org.PeopleRead)
	}
	if conversation == 0 {
		return ErrNoEntry
	}
	place, err := org.MayIn(tx, person, conversation, org.MessageRead)
	if errors.Is(err, org.ErrNoConversation) || err == nil && place.FirstN > 1 {
		return ErrNoEntry
	}
	return err
}

// Disclosable gives the entries of a conversation's messages, texts and edits,
// that a person may have laid open, in pages.
func Disclosable(tx *store.Tx, person, conversation, after, upTo int64) (seqs []int64, more bool, err error) {
	place, err := org.MayIn(tx, person, conversation, org.MessageRead)
	if err != nil {
		return nil, false, err
	}
	const page = 500
	seqs, err = tx.Ints(`SELECT e.seq FROM entry e JOIN message m ON m.id = CASE WHEN e.kind = 'message.edited' THEN e.subject ELSE e.seq END
		WHERE e.conversation = ? AND e.seq > ? AND e.seq <= ? AND e.kind IN ('message.posted', 'message.imported', 'message.edited')
		AND m.n >= ? AND m.deleted = 0 ORDER BY e.seq LIMIT ?`, conversation, after, upTo, place.FirstN, page)
	return seqs, len(seqs) == page, err
}
