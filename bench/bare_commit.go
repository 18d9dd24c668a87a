package bench

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the engine itself, with nothing of Verbale around it
)

// bareCommits is how many messages a second SQLite takes durably from a number
// of producers, each of whom waits for the commit of his one: one writer puts
// those that wait into one transaction, which is all that it does.
func bareCommits(ctx context.Context, folder string, producers int, d time.Duration) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-8000)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `CREATE TABLE message (id INTEGER PRIMARY KEY, text BLOB NOT NULL)`); err != nil {
		return 0, err
	}
	insert, err := conn.PrepareContext(ctx, `INSERT INTO message (text) VALUES (?)`)
	if err != nil {
		return 0, err
	}
	type waiting struct {
		text []byte
		done chan error
	}
	queue := make(chan waiting, producers)
	finished := make(chan error, 1)
	go func() {
		defer close(finished)
		var batch []waiting
		for first := range queue {
			batch = append(batch[:0], first)
			for more := true; more; {
				select {
				case next, ok := <-queue:
					if more = ok; ok {
						batch = append(batch, next)
					}
				default:
					more = false
				}
			}
			_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
			for _, w := range batch {
				if err == nil {
					_, err = insert.ExecContext(ctx, w.text)
				}
			}
			if err == nil {
				_, err = conn.ExecContext(ctx, "COMMIT")
			}
			for _, w := range batch {
				w.done <- err
			}
		}
	}()
	var count atomic.Int64
	began := time.Now()
	err = atOnce(producers, producers, func(i int) error {
		done := make(chan error, 1)
		for n := 0; time.Since(began) < d; n++ {
			queue <- waiting{[]byte(text(time.Now(), n)), done}
			if err := <-done; err != nil {
				return err
			}
			count.Add(1)
		}
		return nil
	})
	rate := float64(count.Load()) / time.Since(began).Seconds()
	close(queue)
	<-finished
	return rate, err
}
