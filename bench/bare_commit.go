package bench

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the engine itself, with nothing of Verbale around it
)

// insertAll puts texts into one table, durably, in one transaction.
type insertAll func(texts [][]byte) error

// bareCommits is how many messages an engine takes durably a second from a
// number of producers, each of whom waits for the commit of his one: one
// writer puts those that wait into one transaction, which is all that it does.
func bareCommits(ctx context.Context, insert insertAll, producers int, d time.Duration) (float64, error) {
	type waiting struct {
		text []byte
		done chan error
	}
	queue := make(chan waiting, producers)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		var batch []waiting
		var texts [][]byte
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
			texts = texts[:0]
			for _, w := range batch {
				texts = append(texts, w.text)
			}
			err := insert(texts)
			for _, w := range batch {
				w.done <- err
			}
		}
	}()
	var count atomic.Int64
	began := time.Now()
	err := atOnce(producers, producers, func(i int) error {
		done := make(chan error, 1)
		for n := 0; time.Since(began) < d && ctx.Err() == nil; n++ {
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

// bareSQLite is a second database file beside the one that is measured.
func bareSQLite(ctx context.Context, folder string) (insertAll, func(), error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-8000)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	end := func() { db.Close() }
	if _, err := db.ExecContext(ctx, `CREATE TABLE message (id INTEGER PRIMARY KEY, text BLOB NOT NULL)`); err != nil {
		end()
		return nil, nil, err
	}
	return func(texts [][]byte) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		insert, err := tx.PrepareContext(ctx, `INSERT INTO message (text) VALUES (?)`)
		if err != nil {
			return err
		}
		for _, text := range texts {
			if _, err := insert.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		return tx.Commit()
	}, end, nil
}

// barePostgres is a table in the database that is measured. The whole batch,
// begin and commit with it, is one message to the server and one back.
func barePostgres(ctx context.Context, owner string) (insertAll, func(), error) {
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	end := func() {
		conn.Exec(ctx, `DROP TABLE IF EXISTS verbale_bench_bare`)
		conn.Close(ctx)
	}
	if _, err := conn.Exec(ctx, `CREATE TABLE verbale_bench_bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text BYTEA NOT NULL)`); err != nil {
		end()
		return nil, nil, err
	}
	return func(texts [][]byte) error {
		var batch pgx.Batch
		batch.Queue(`BEGIN`)
		for _, text := range texts {
			batch.Queue(`INSERT INTO verbale_bench_bare (text) VALUES ($1)`, text)
		}
		batch.Queue(`COMMIT`)
		return conn.SendBatch(ctx, &batch).Close()
	}, end, nil
}

// bare opens the engine that is measured, with nothing of Verbale around it.
func (r *run) bareEngine(ctx context.Context) (insertAll, func(), error) {
	if r.server.databaseOwner != "" {
		return barePostgres(ctx, r.server.databaseOwner)
	}
	return bareSQLite(ctx, r.folder)
}
