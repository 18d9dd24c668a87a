package importer

import (
	"time"

	"verbale/internal/blob"
	"verbale/internal/journal"
	"verbale/internal/store"
)

// Idle gives imports, after a number, whose file was brought before a time and
// of which nothing was ever written: never started, or failed before the first
// message.
func Idle(tx *store.Tx, before time.Time, after int64, limit int) ([]int64, error) {
	return tx.Ints(`SELECT i.id FROM import i JOIN entry e ON e.seq = i.id
		WHERE i.id > ? AND e.time < ? AND i.line = 0 AND i.state IN ('analysed', 'failed')
		ORDER BY i.id LIMIT ?`, after, before.UnixMicro(), limit)
}

// Release forgets such an import, and with it the file that was kept as its
// evidence; one that was started meanwhile stays.
func Release(tx *store.Tx, id int64) error {
	n, err := tx.Exec(`DELETE FROM import WHERE id = ? AND line = 0 AND state IN ('analysed', 'failed')`, id)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Enter(journal.Draft{Kind: KindReleased, Subject: id})
	return err
}

// EachSum gives the contents that are kept as evidence.
func EachSum(tx *store.Tx, f func(sum []byte)) error {
	return blob.EachSum(tx, `SELECT sha256 FROM import`, f)
}

// HasSum says whether contents are kept as evidence.
func HasSum(tx *store.Tx, sum []byte) (bool, error) {
	found, err := tx.Ints(`SELECT id FROM import WHERE sha256 = ? LIMIT 1`, sum)
	return len(found) > 0, err
}
