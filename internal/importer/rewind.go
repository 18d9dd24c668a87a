package importer

import (
	"encoding/json"
	"fmt"

	"verbale/internal/chat"
	"verbale/internal/store"
)

// Rewind takes imports back to what the register says of them, which was cut
// after so many entries: one that was being written then goes on from there.
func Rewind(tx *store.Tx, entries int64) error {
	if _, err := tx.Exec(`DELETE FROM import WHERE id > ?`, entries); err != nil {
		return err
	}
	ids, err := tx.Ints(`SELECT id FROM import ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := rewindOne(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func rewindOne(tx *store.Tx, id int64) error {
	all, err := tx.QueryEntries(`SELECT `+store.EntryColumns+` FROM entry e WHERE e.subject = ? AND e.subject <> 0
		AND e.kind IN ('import.started', 'import.undoing', 'import.failed', 'import.done', 'import.undone', 'message.imported') ORDER BY e.seq`, id)
	if err != nil {
		return err
	}
	m := Import{raw: Analysed}
	for _, e := range all {
		switch e.Kind {
		case KindStarted:
			m.raw, m.run, m.by.Device, m.Problem = Running, e.Seq, e.Device, ""
		case KindUndoing:
			m.raw, m.by.Device, m.Problem = undoing, e.Device, ""
		case KindFailed:
			m.raw = Failed
			var b struct{ Problem string }
			if e.Body != nil && json.Unmarshal(e.Body, &b) == nil {
				m.Problem = b.Problem
			}
		case chat.KindImportDone:
			m.raw = Done
		case chat.KindImportUndone:
			m.raw = Undone
		default:
			var b struct{ Line int64 }
			if e.Body == nil {
				continue
			}
			if err := json.Unmarshal(e.Body, &b); err != nil {
				return fmt.Errorf("importer: the body of entry %d cannot be read", e.Seq)
			}
			if b.Line != m.line { // a long one is several messages of one line
				m.Done++
			}
			m.line = b.Line
		}
	}
	_, err = tx.Exec(`UPDATE import SET state = ?, run = ?, device = ?, conversation = CASE WHEN ? = 0 THEN 0 ELSE conversation END, line = ?, done = ?, problem = ? WHERE id = ?`,
		m.raw, m.run, m.by.Device, m.run, m.line, m.Done, m.Problem, id)
	return err
}
