package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"verbale/internal/journal"
	"verbale/internal/seal"
)

// Head is the committed end of a company's register.
type Head struct {
	journal.Frontier
	Time int64
}

// Tenant is one company's database: the only door to its data.
type Tenant struct {
	name      string
	dir       string
	keys      *seal.Keyset
	committed func(tenant string, seq int64)
	observe   func(commands int, commit time.Duration)
	clock     func() time.Time

	queue   chan *command
	closing chan struct{} // closed by Close: take no more
	stopped chan struct{} // closed by the writer when it has ended

	head    atomic.Pointer[Head]
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the register has grown; guarded by mu

	writeDB *sql.DB
	readDB  *sql.DB
	readers chan *conn // idle read connections; nil stands for one not yet made
	ending  sync.Once
	workers sync.WaitGroup // the keeper of the tree
	treeMu  sync.Mutex     // one Checkpoint at a time
}

// readConns bounds how many reads run at once; more than the cores does not
// help, since SQLite reads are processor work.
const readConns = 4

// Name is the company's short name, as in a host name.
func (t *Tenant) Name() string { return t.name }

// Dir is the company's own directory.
func (t *Tenant) Dir() string { return t.dir }

// Keys are the company's keys.
func (t *Tenant) Keys() *seal.Keyset { return t.keys }

// Head is the committed end of the register; it costs nothing to ask.
func (t *Tenant) Head() Head { return *t.head.Load() }

// Grown returns a channel that is closed at the next commit that enters
// something.
func (t *Tenant) Grown() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

// Read runs f on a consistent snapshot.
func (t *Tenant) Read(ctx context.Context, f func(*Tx) error) error {
	var c *conn
	select {
	case c = <-t.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-t.stopped:
		return errClosed
	}
	defer func() { t.readers <- c }()
	if c == nil {
		var err error
		if c, err = newConn(ctx, t.readDB); err != nil {
			return err
		}
	}
	if _, err := c.exec(beginRead); err != nil {
		return err
	}
	defer c.exec("ROLLBACK")
	return classify(f(&Tx{conn: c, keys: t.keys, now: t.clock().UnixMicro()}))
}

func readHead(c *conn) (Head, error) {
	var size, at int64
	var roots []byte
	s, err := c.stmt(`SELECT size, time, roots FROM head WHERE id = 1`)
	if err != nil {
		return Head{}, err
	}
	if err := s.QueryRow().Scan(&size, &at, &roots); err != nil {
		return Head{}, classify(err)
	}
	f, err := journal.UnmarshalFrontier(size, roots)
	if err != nil {
		err = refuse("store.head_damaged", "The register's head was changed by hand: its size and its tree do not fit. Keep this directory as evidence and restore the last backup.", err)
	}
	return Head{Frontier: f, Time: at}, err
}

// openTenant opens a company's database, migrates it and starts its writer.
// Recovery after a crash is no special path: the head is read as it was last
// committed, and followers go on from their positions.
func openTenant(ctx context.Context, name, dir string, root *seal.Root, opts Options) (*Tenant, error) {
	path := dir + "/" + databaseFile
	writeDB, err := openSQLite(path, false, 1)
	if err != nil {
		return nil, err
	}
	t := &Tenant{
		name: name, dir: dir, committed: opts.Committed, observe: opts.Observe, clock: opts.Clock,
		queue: make(chan *command, queueLength), closing: make(chan struct{}), stopped: make(chan struct{}),
		changed: make(chan struct{}), readers: make(chan *conn, readConns), writeDB: writeDB,
	}
	if t.observe == nil {
		t.observe = func(int, time.Duration) {}
	}
	if t.clock == nil {
		t.clock = time.Now
	}
	if err := t.start(ctx, path, root); err != nil {
		writeDB.Close()
		if t.readDB != nil {
			t.readDB.Close()
		}
		return nil, fmt.Errorf("opening company %q: %w", name, err)
	}
	return t, nil
}

func (t *Tenant) start(ctx context.Context, path string, root *seal.Root) error {
	if err := t.writeDB.PingContext(ctx); err != nil {
		return classify(err)
	}
	if err := migrate(ctx, t.writeDB, t.name); err != nil {
		return err
	}
	c, err := newConn(ctx, t.writeDB)
	if err != nil {
		return err
	}
	if t.keys, err = loadKeys(c, t.name, root); err != nil {
		return err
	}
	head, err := readHead(c)
	if err != nil {
		return err
	}
	t.head.Store(&head)
	if t.readDB, err = openSQLite(path, true, readConns); err != nil {
		return err
	}
	for range readConns {
		t.readers <- nil
	}
	go t.write(c)
	t.workers.Go(t.keepTree)
	return nil
}

// loadKeys opens the company's keyset, and makes it at the first start.
func loadKeys(c *conn, name string, root *seal.Root) (*seal.Keyset, error) {
	s, err := c.stmt(`SELECT wrapped FROM keyset WHERE id = 1`)
	if err != nil {
		return nil, err
	}
	var wrapped []byte
	switch err := s.QueryRow().Scan(&wrapped); {
	case err == nil:
		return root.OpenKeyset(name, wrapped)
	case !errors.Is(err, sql.ErrNoRows):
		return nil, classify(err)
	}
	keys, wrapped, err := root.NewKeyset(name)
	if err != nil {
		return nil, err
	}
	_, err = c.exec(`INSERT INTO keyset (id, wrapped) VALUES (1, ?)`, wrapped)
	return keys, err
}

// close lets the commands in hand finish, brings the tree up to date and
// closes the database.
func (t *Tenant) close() {
	t.ending.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		t.Checkpoint(ctx) // best effort: the next start makes up for it
		close(t.closing)
		<-t.stopped
		t.workers.Wait()
		for range readConns {
			if c := <-t.readers; c != nil {
				c.close()
			}
		}
		t.readDB.Close()
		t.writeDB.Close()
	})
}
