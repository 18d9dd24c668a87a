package chat

import (
	"encoding/json"
	"errors"

	"verbale/internal/store"
)

const messageColumns = `m.id, m.conversation, m.n, m.author, m.time, m.reply_to, m.edited, m.deleted, m.deleted_by, m.imported, m.files, m.text_seq`

// withText are messageColumns and the entry that has the text.
const withText = messageColumns + `, e.sealed FROM message m JOIN entry e ON e.seq = m.text_seq `

// Read gives a message, whoever asks: callers that serve people use Visible.
func Read(tx *store.Tx, id int64) (Message, error) {
	found, err := queryMessages(tx, `SELECT `+withText+`WHERE m.id = ?`, id)
	if err != nil {
		return Message{}, err
	}
	if len(found) == 0 {
		return Message{}, ErrNoMessage
	}
	return found[0], nil
}

// Visible gives a message that a person may see now.
func Visible(tx *store.Tx, person, id int64) (Message, error) {
	m, _, err := visible(tx, person, id)
	return m, err
}

// messageRow is a message as the table has it.
type messageRow struct {
	Message
	imported, files, textSeq int64
}

// scan reads messageColumns, and those after them.
func (r *messageRow) scan(rows store.Rows, more ...any) error {
	return rows.Scan(append([]any{&r.ID, &r.Conversation, &r.N, &r.Author, &r.Time, &r.ReplyTo, &r.Edited, &r.Deleted, &r.DeletedBy, &r.imported, &r.files, &r.textSeq}, more...)...)
}

// queryMessages runs a query of withText, and opens the texts.
func queryMessages(tx *store.Tx, query string, args ...any) ([]Message, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []messageRow{}
	for rows.Next() {
		var r messageRow
		var sealed []byte
		if err := r.scan(rows, &sealed); err != nil {
			return nil, err
		}
		plain, err := tx.Open(r.textSeq, sealed)
		if err := r.fill(plain, err); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return withFiles(tx, found)
}

// madeBy gives the messages that were made by a run of entries, by their
// number, as they are now. What the entries' own bodies say is not opened
// again.
func madeBy(tx *store.Tx, entries []store.Entry) (map[int64]*Message, error) {
	first, last := entries[0].Seq, entries[len(entries)-1].Seq
	rows, err := tx.Query(`SELECT `+messageColumns+` FROM message m WHERE m.id >= ? AND m.id <= ?`, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make([]messageRow, 0, len(entries))
	for rows.Next() {
		var r messageRow
		if err := r.scan(rows); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range found {
		r := &found[i]
		var plain []byte
		var unread error
		if at := r.textSeq - first; at < int64(len(entries)) && entries[at].Seq == r.textSeq && entries[at].Body != nil {
			plain = entries[at].Body
		} else {
			plain, unread = tx.Body(r.textSeq)
		}
		if err := r.fill(plain, unread); err != nil {
			return nil, err
		}
	}
	messages, err := withFiles(tx, found)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Message, len(messages))
	for i := range messages {
		out[messages[i].ID] = &messages[i]
	}
	return out, nil
}

// fill takes the text from the body of the entry that has it, or from why
// there is none. Of a deleted or erased message nothing is shown. One that is
// damaged is shown as that: it must not take its whole page with it.
func (r *messageRow) fill(plain []byte, err error) error {
	var b body
	switch {
	case errors.Is(err, store.ErrErased):
		return nil
	case errors.Is(err, store.ErrDamaged), err == nil && json.Unmarshal(plain, &b) != nil:
		r.Damaged = r.Deleted == 0
	case err != nil:
		return err
	}
	if r.imported != 0 {
		r.Imported = &Imported{Import: r.imported, Name: b.Name, Line: b.Line}
	}
	if r.Deleted == 0 {
		r.Text = b.Text
	}
	return nil
}

// withFiles gives the messages with what is attached to them.
func withFiles(tx *store.Tx, found []messageRow) (out []Message, err error) {
	out = make([]Message, len(found))
	for i, r := range found {
		out[i] = r.Message
		if r.files > 0 && r.Deleted == 0 {
			if out[i].Files, err = attached(tx, r.ID); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
