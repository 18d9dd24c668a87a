package chat

import (
	"encoding/json"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// ImportedDraft is a message that was written elsewhere.
type ImportedDraft struct {
	Author int64  // who wrote it, if that is a person here; else 0
	Name   string // as the file has it
	Line   int64  // in the file
	Time   int64  // when it was written, in microseconds
	Text   string
	Edited bool // the file says that it was edited, not when, nor what it said before
	Files  []int64
}

// CreateForImport starts the group that an export is brought into.
func CreateForImport(tx *store.Tx, by org.Actor, title string, people []int64) (id int64, err error) {
	if err := org.May(tx, by.Person, org.ImportRun); err != nil {
		return 0, err
	}
	if title, err = org.CleanName(title); err != nil {
		return 0, err
	}
	if people, err = cleanPeople(tx, by.Person, people); err != nil {
		return 0, err
	}
	return create(tx, by, "group", title, people, true)
}

// PostImported adds imported messages to a conversation in the order given,
// after what is there. It is read by everybody at once: the past is not news.
func PostImported(tx *store.Tx, by org.Actor, imp, conversation int64, drafts []ImportedDraft) error {
	place, err := org.MayIn(tx, by.Person, conversation, org.MessagePost)
	if err != nil {
		return err
	}
	n := place.LastN
	var last int64
	for _, d := range drafts {
		n++
		content, _ := json.Marshal(body{N: n, Text: d.Text, Files: d.Files, Name: d.Name, Line: d.Line, Time: d.Time, Edited: d.Edited})
		h, err := tx.Enter(journal.Draft{Kind: KindImported, Actor: by.Person, Device: by.Device, Conversation: conversation, Subject: imp, Body: content})
		if err != nil {
			return err
		}
		last = h.Seq
		if err := tx.Do(`INSERT INTO message (id, conversation, n, author, time, text_seq, edited, imported, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			last, conversation, n, d.Author, d.Time, last, asInt(d.Edited)*d.Time, imp, len(d.Files)); err != nil {
			return err
		}
		if err := attach(tx, last, d.Files); err != nil {
			return err
		}
	}
	if last == 0 {
		return nil
	}
	if err := tx.Do(`UPDATE conversation SET last_n = ?, last_id = ?, time = ? WHERE id = ?`, n, last, tx.Now(), conversation); err != nil {
		return err
	}
	err = tx.DoNote(`UPDATE mark SET delivered_n = ?, read_n = ?, entered = 0 WHERE conversation = ? AND read_n = ?`, n, n, conversation, place.LastN)
	return err
}

// EnterImport enters that an import is done, or undone, as a notice of its
// conversation.
func EnterImport(tx *store.Tx, by org.Actor, kind string, imp, conversation int64, content any) error {
	encoded, _ := json.Marshal(content)
	return enterNotice(tx, by, kind, conversation, imp, encoded)
}

// DissolveImported takes everybody out of a conversation in which there never
// was anything but one import's messages, so that its empty shell is in
// nobody's list. Any other message, even a deleted one, keeps it.
func DissolveImported(tx *store.Tx, by org.Actor, imp, conversation int64) error {
	others, err := tx.Ints(`SELECT id FROM message WHERE conversation = ? AND imported <> ? LIMIT 1`, conversation, imp)
	if err != nil || len(others) > 0 {
		return err
	}
	people, err := tx.Ints(`SELECT person FROM member WHERE conversation = ? ORDER BY person`, conversation)
	if err != nil {
		return err
	}
	for _, person := range people {
		if err := removeMember(tx, by, conversation, person); err != nil {
			return err
		}
	}
	return nil
}

// UndoImported takes up to limit of an import's messages out of sight, as
// deleted by whoever undoes it; more says that others are left. Their numbers
// n stay, so that no client sees a gap.
func UndoImported(tx *store.Tx, by org.Actor, imp int64, limit int) (more bool, err error) {
	// The index has the imported ones alone, and is taken only if that is said.
	ids, err := tx.Ints(`SELECT id FROM message WHERE imported = ? AND imported <> 0 AND deleted = 0 ORDER BY n LIMIT ?`, imp, limit)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	for _, id := range ids {
		m, err := Read(tx, id)
		if err != nil {
			return false, err
		}
		h, err := tx.Enter(journal.Draft{Kind: KindDeleted, Actor: by.Person, Device: by.Device, Conversation: m.Conversation, Subject: id})
		if err != nil {
			return false, err
		}
		if err := tx.Do(`UPDATE message SET deleted = ?, deleted_by = ? WHERE id = ?`, h.Time, by.Person, id); err != nil {
			return false, err
		}
	}
	return len(ids) == limit, nil
}
