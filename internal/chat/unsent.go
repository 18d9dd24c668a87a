package chat

import (
	"encoding/json"
	"time"

	"verbale/internal/blob"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Bounds of what is uploaded and in no message yet.
const (
	UnsentAge      = 7 * 24 * time.Hour // after which it is let go
	maxUnsentFiles = 200
	maxUnsentBytes = 5 << 30
)

// ErrUnsent refuses an upload of somebody who sends none of them.
var ErrUnsent = problem.New(problem.Conflict, "file.unsent_quota", "You have uploaded 200 files, or 5 GB, that are in no message. Send some of them, or try again later: after seven days they are removed.")

// MayUpload refuses a further file of a size to who has too many unsent ones.
func MayUpload(tx *store.Tx, by org.Actor, size int64) error {
	var files, bytes int64
	err := tx.Row(`SELECT COUNT(*), COALESCE(SUM(f.size), 0) FROM file f
		WHERE f.person = ? AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.file = f.id)`, by.Person).Scan(&files, &bytes)
	if err == nil && (files >= maxUnsentFiles || bytes+size > maxUnsentBytes) {
		err = ErrUnsent
	}
	return err
}

// Unsent gives files, after a number, that were uploaded before a time and are
// in no message.
func Unsent(tx *store.Tx, before time.Time, after int64, limit int) ([]int64, error) {
	return tx.Ints(`SELECT f.id FROM file f JOIN entry e ON e.seq = f.id
		WHERE f.id > ? AND e.time < ? AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.file = f.id)
		ORDER BY f.id LIMIT ?`, after, before.UnixMicro(), limit)
}

// Release lets go of a file that is in no message; one that was sent meanwhile
// stays. Its contents are then named by nobody, unless by another file.
func Release(tx *store.Tx, id int64) error {
	n, err := tx.Exec(`DELETE FROM file WHERE id = ? AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.file = file.id)`, id)
	if err != nil || n == 0 {
		return err
	}
	content, _ := json.Marshal(map[string]string{"reason": "unsent"})
	_, err = tx.Enter(journal.Draft{Kind: KindFileReleased, Subject: id, Body: content})
	return err
}

// EachSum gives the contents that files name.
func EachSum(tx *store.Tx, f func(sum []byte)) error {
	return blob.EachSum(tx, `SELECT sha256 FROM file`, f)
}

// HasSum says whether a file names contents.
func HasSum(tx *store.Tx, sum []byte) (bool, error) {
	found, err := tx.Ints(`SELECT id FROM file WHERE sha256 = ? LIMIT 1`, sum)
	return len(found) > 0, err
}
