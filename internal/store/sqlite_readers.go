package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// readConns bounds how many reads run at once; more than the cores does not
// help, since SQLite reads are processor work.
const readConns = 4

// readIdle is how long a read connection is kept for the next one who needs
// it. Each holds its own schema, statements and pages, which is most of what a
// quiet company costs.
const readIdle = 30 * time.Second

// sqliteReaders are the read connections of one file. The one that was given
// back last is taken first, so that a company in which little happens uses one
// and lets the others go.
type sqliteReaders struct {
	db     *sql.DB
	places chan struct{} // one for each read that is running
	closed chan struct{}

	mu   sync.Mutex
	idle []*sqliteConn // by when they were given back; guarded by mu
}

func newSQLiteReaders(db *sql.DB) *sqliteReaders {
	return &sqliteReaders{db: db, places: make(chan struct{}, readConns), closed: make(chan struct{})}
}

func (r *sqliteReaders) take(ctx context.Context) (*sqliteConn, error) {
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed:
		return nil, errClosed
	}
	r.mu.Lock()
	if last := len(r.idle) - 1; last >= 0 {
		c := r.idle[last]
		r.idle = r.idle[:last]
		r.mu.Unlock()
		return c, nil
	}
	r.mu.Unlock()
	c, err := newSQLiteConn(ctx, r.db)
	if err != nil {
		<-r.places
	}
	return c, err
}

// give takes a connection back, and closes those that nobody has needed for a
// while. It happens every few seconds even in a company that sleeps, since its
// followers look.
func (r *sqliteReaders) give(c *sqliteConn) {
	now := time.Now()
	c.given = now
	r.mu.Lock()
	stale := 0
	for stale < len(r.idle) && now.Sub(r.idle[stale].given) > readIdle {
		stale++
	}
	unused := append([]*sqliteConn(nil), r.idle[:stale]...)
	r.idle = append(r.idle[stale:], c)
	r.mu.Unlock()
	for _, old := range unused {
		old.close()
	}
	<-r.places
}

// close waits for the reads in hand.
func (r *sqliteReaders) close() {
	close(r.closed)
	for range readConns {
		r.places <- struct{}{}
	}
	for _, c := range r.idle {
		c.close()
	}
	r.db.Close()
}
