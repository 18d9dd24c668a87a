package chat

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Mark says how far somebody got in a conversation; 0 says nothing.
type Mark struct {
	Conversation int64 `json:"-"`
	Person       int64 `json:"person"`
	Delivered    int64 `json:"delivered_n"`
	Read         int64 `json:"read_n"`
}

// SetMarks moves marks forward, never back and never past the last message,
// and gives those that moved, as they are now. Marks of whoever is not a
// member move nothing. Not of record by themselves: EnterMarks enters them
// burst by burst.
func SetMarks(tx *store.Tx, marks []Mark) (moved []Mark, err error) {
	for _, m := range marks {
		m.Delivered = max(m.Delivered, m.Read)
		err := tx.NoteRow(`UPDATE mark SET
			delivered_at = CASE WHEN delivered_n < ? THEN ? ELSE delivered_at END, delivered_n = CASE WHEN delivered_n < ? THEN ? ELSE delivered_n END,
			read_at = CASE WHEN read_n < ? THEN ? ELSE read_at END, read_n = CASE WHEN read_n < ? THEN ? ELSE read_n END, entered = 0
			WHERE conversation = ? AND person = ? AND (delivered_n < ? OR read_n < ?)
			AND (SELECT last_n FROM conversation WHERE id = ?) >= ?
			RETURNING delivered_n, read_n`,
			m.Delivered, tx.Now(), m.Delivered, m.Delivered, m.Read, tx.Now(), m.Read, m.Read,
			m.Conversation, m.Person, m.Delivered, m.Read, m.Conversation, m.Delivered).Scan(&m.Delivered, &m.Read)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		moved = append(moved, m)
	}
	return moved, nil
}

// MarkRead is SetMarks for one person who may be told why not.
func MarkRead(tx *store.Tx, by org.Actor, conversation, n int64) ([]Mark, error) {
	place, err := org.MayIn(tx, by.Person, conversation, org.MessageRead)
	if err != nil {
		return nil, err
	}
	return SetMarks(tx, []Mark{{Conversation: conversation, Person: by.Person, Read: min(n, place.LastN)}})
}

// markBurst is how long marks are gathered before they are entered: one entry
// for each conversation.
const markBurst = 5 * time.Second

// KeepMarks enters the marks that moved, until ctx ends. A crash loses no mark
// that was written: what is not entered yet is entered after the next start.
func KeepMarks(ctx context.Context, t *store.Tenant) {
	tick := time.NewTicker(markBurst)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = EnterMarks(ctx, t); errors.Is(err, store.ErrMoving) {
				break
			} else if err != nil {
				slog.Error("marks could not be entered; it will be tried again", "company", t.Name(), "error", err)
				break
			}
		}
	}
}

// EnterMarks enters a burst of marks; more says that others are waiting.
func EnterMarks(ctx context.Context, t *store.Tenant) (more bool, err error) {
	fresh, err := freshMarks(ctx, t)
	if err != nil || len(fresh) == 0 {
		return false, err
	}
	lease, wait, err := t.Lease(ctx, "marks")
	if err != nil || wait > 0 {
		return false, err // another node enters them
	}
	err = t.Write(ctx, func(tx *store.Tx) error {
		if err := lease.Hold(tx); err != nil {
			return err
		}
		for start := 0; start < len(fresh); {
			end := start
			for end < len(fresh) && fresh[end].Conversation == fresh[start].Conversation {
				end++
			}
			if err := enterBurst(tx, fresh[start:end]); err != nil {
				return err
			}
			start = end
		}
		return nil
	})
	return len(fresh) == maxBurst, err
}

const maxBurst = 2000

func freshMarks(ctx context.Context, t *store.Tenant) (fresh []Mark, err error) {
	err = t.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT conversation, person, delivered_n, read_n FROM mark WHERE entered = 0 ORDER BY conversation, person LIMIT ?`, maxBurst)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Mark
			if err := rows.Scan(&m.Conversation, &m.Person, &m.Delivered, &m.Read); err != nil {
				return err
			}
			fresh = append(fresh, m)
		}
		return rows.Err()
	})
	return fresh, err
}

func enterBurst(tx *store.Tx, marks []Mark) error {
	content, _ := json.Marshal(map[string]any{"marks": marks})
	if _, err := tx.Enter(journal.Draft{Kind: KindReadMarked, Conversation: marks[0].Conversation, Body: content}); err != nil {
		return err
	}
	for _, m := range marks {
		// A mark that moved on meanwhile stays fresh for the next burst.
		if err := tx.DoNote(`UPDATE mark SET entered = 1 WHERE conversation = ? AND person = ? AND delivered_n = ? AND read_n = ?`, m.Conversation, m.Person, m.Delivered, m.Read); err != nil {
			return err
		}
	}
	return nil
}
