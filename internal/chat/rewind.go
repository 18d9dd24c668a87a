package chat

import (
	"encoding/json"
	"fmt"

	"verbale/internal/store"
)

// Rewind takes conversations and messages back to what the register says of
// them, which was cut after so many entries. Read marks are not of record: they
// stay, as far as there are messages. An upload that was let go since is gone.
func Rewind(tx *store.Tx, entries int64) error {
	for _, cut := range []string{
		`DELETE FROM message WHERE id > ?`,
		`DELETE FROM message_key WHERE message > ?`,
		`DELETE FROM attachment WHERE message > ?`,
		`DELETE FROM file WHERE id > ?`,
		`DELETE FROM notice WHERE seq > ?`,
		`DELETE FROM direct WHERE conversation > ?`,
		`DELETE FROM conversation WHERE id > ?`,
	} {
		if _, err := tx.Exec(cut, entries); err != nil {
			return err
		}
	}
	for _, back := range []string{
		`UPDATE message SET text_seq = COALESCE((SELECT MAX(x.seq) FROM entry x WHERE x.subject = message.id AND x.subject <> 0 AND x.kind = 'message.edited'), id),
			edited = CASE WHEN imported <> 0 THEN edited ELSE COALESCE((SELECT MAX(x.time) FROM entry x WHERE x.subject = message.id AND x.subject <> 0 AND x.kind = 'message.edited'), 0) END
			WHERE edited <> 0`,
		`UPDATE message SET deleted = COALESCE((SELECT x.time FROM entry x WHERE x.subject = message.id AND x.subject <> 0 AND x.kind = 'message.deleted'), 0),
			deleted_by = COALESCE((SELECT x.actor FROM entry x WHERE x.subject = message.id AND x.subject <> 0 AND x.kind = 'message.deleted'), 0)
			WHERE deleted <> 0`,
		`UPDATE conversation SET last_n = COALESCE((SELECT MAX(m.n) FROM message m WHERE m.conversation = conversation.id), 0)`,
		`UPDATE conversation SET last_id = COALESCE((SELECT m.id FROM message m WHERE m.conversation = conversation.id AND m.n = conversation.last_n), 0)`,
		`UPDATE conversation SET time = COALESCE((SELECT e.time FROM entry e WHERE e.seq = conversation.last_id), made)`,
		`DELETE FROM member WHERE conversation > 0`,
	} {
		if _, err := tx.Exec(back); err != nil {
			return err
		}
	}
	if err := rewindTitles(tx); err != nil {
		return err
	}
	members, erased, err := replayMembers(tx)
	if err != nil {
		return err
	}
	if len(erased) > 0 {
		return fmt.Errorf("chat: who was in conversations was erased from the register: %d cannot be taken back", len(erased))
	}
	for at, m := range members {
		if _, err := tx.Exec(`INSERT INTO member (conversation, person, role, joined, first_n) VALUES (?, ?, ?, ?, ?)`, at.conversation, m.Person, m.Role, m.joined, m.FirstN); err != nil {
			return err
		}
		if _, err := tx.Note(`INSERT INTO mark (conversation, person, delivered_n, read_n) VALUES (?, ?, ?, ?) ON CONFLICT (conversation, person) DO NOTHING`, at.conversation, m.Person, m.FirstN-1, m.FirstN-1); err != nil {
			return err
		}
	}
	for _, marks := range []string{
		`DELETE FROM mark WHERE NOT EXISTS (SELECT b.person FROM member b WHERE b.conversation = mark.conversation AND b.person = mark.person)`,
		`UPDATE mark SET read_n = (SELECT c.last_n FROM conversation c WHERE c.id = mark.conversation) WHERE read_n > (SELECT c.last_n FROM conversation c WHERE c.id = mark.conversation)`,
		`UPDATE mark SET delivered_n = (SELECT c.last_n FROM conversation c WHERE c.id = mark.conversation) WHERE delivered_n > (SELECT c.last_n FROM conversation c WHERE c.id = mark.conversation)`,
	} {
		if _, err := tx.Note(marks); err != nil {
			return err
		}
	}
	return nil
}

func rewindTitles(tx *store.Tx) error {
	named, err := tx.QueryEntries(`SELECT ` + store.EntryColumns + ` FROM entry e
		WHERE e.kind IN ('conversation.created', 'conversation.renamed') ORDER BY e.seq`)
	if err != nil {
		return err
	}
	for _, e := range named {
		id := e.Conversation
		if e.Kind == KindConversationCreated {
			id = e.Seq
		}
		var b createdBody
		if e.Body == nil {
			continue
		}
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return fmt.Errorf("chat: the body of entry %d cannot be read", e.Seq)
		}
		if _, err := tx.Exec(`UPDATE conversation SET title = ? WHERE id = ?`, b.Title, id); err != nil {
			return err
		}
	}
	return nil
}
