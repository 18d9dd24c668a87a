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
	Time   int64
	frozen int64 // until when nothing is written, as of when it was read
}

// Tenant is one company's database: the only door to its data.
type Tenant struct {
	name      string
	dir       string
	keys      *seal.Keyset
	db        database
	shared    bool   // other nodes may write this company too
	node      string // who holds a lease, where there are several
	committed func(tenant string, seq int64)
	observe   func(commands int, commit time.Duration)
	waited    func(time.Duration)
	clock     func() time.Time // nil: the engine's own

	queue   chan *command
	closing chan struct{} // closed by Close: take no more
	stopped chan struct{} // closed by the writer when it has ended

	head    atomic.Pointer[Head]
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the register has grown; guarded by mu

	ending  sync.Once
	workers sync.WaitGroup // the keeper of the tree
	treeMu  sync.Mutex     // one Checkpoint at a time
	moving  atomic.Bool    // a mover of this process has frozen it
}

// Name is the company's short name, as in a host name.
func (t *Tenant) Name() string { return t.name }

// Waiting is how many commands wait for the writer on this node.
func (t *Tenant) Waiting() int { return len(t.queue) }

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

// Closed is closed when the company is served here no more.
func (t *Tenant) Closed() <-chan struct{} { return t.stopped }

// Read runs f on a consistent snapshot.
func (t *Tenant) Read(ctx context.Context, f func(*Tx) error) error {
	select {
	case <-t.stopped:
		return errClosed
	default:
	}
	c, done, err := t.db.reader(ctx)
	if err != nil {
		return err
	}
	defer done()
	return classify(f(&Tx{conn: c, keys: t.keys, dialect: t.db.dialect(), now: t.now().UnixMicro()}))
}

// Beside runs a statement that rearranges what is not of record and takes long,
// in a transaction of its own: no command waits for it. A crash may take it
// back as a whole. It is for an engine on
// which several can write at a time; on SQLite it is an error.
func (t *Tenant) Beside(ctx context.Context, query string, args ...any) error {
	return t.db.beside(ctx, query, args...)
}

func (t *Tenant) now() time.Time {
	if t.clock == nil {
		return time.Now()
	}
	return t.clock()
}

// headRow is the head as it lies in the database.
type headRow struct {
	size, time, frozen int64
	roots              []byte
}

func (h headRow) head() (Head, error) {
	f, err := journal.UnmarshalFrontier(h.size, h.roots)
	if err != nil {
		err = refuse("store.head_damaged", "The register's head was changed by hand: its size and its tree do not fit. Keep this directory as evidence and restore the last backup.", err)
	}
	return Head{Frontier: f, Time: h.time, frozen: h.frozen}, err
}

func readHead(c conn) (Head, error) {
	var h headRow
	rows, err := c.query(`SELECT size, time, roots, frozen FROM head WHERE id = 1`)
	if err := one(rows, err, &h.size, &h.time, &h.roots, &h.frozen); err != nil {
		return Head{}, err
	}
	return h.head()
}

// Heard tells that another node has entered something. What it was is read
// from the database: the number may be false.
func (t *Tenant) Heard(ctx context.Context, seq int64) error {
	if seq <= t.Head().Size {
		return nil
	}
	var head Head
	err := t.Read(ctx, func(tx *Tx) (err error) {
		head, err = readHead(tx.conn)
		return err
	})
	if err == nil {
		t.reached(head)
	}
	return err
}

// openTenant opens a company's database and starts its writer. Recovery after
// a crash is no special path: the head is read as it was last committed, and
// followers go on from their positions.
func openTenant(ctx context.Context, e engine, name, dir string, root *seal.Root, opts Options) (*Tenant, error) {
	db, err := e.open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("opening company %q: %w", name, err)
	}
	t := &Tenant{
		name: name, dir: dir, db: db, shared: e.shared(), node: opts.Node,
		committed: opts.Committed, observe: opts.Observe, waited: opts.Waited, clock: opts.Clock,
		queue: make(chan *command, queueLength), closing: make(chan struct{}), stopped: make(chan struct{}),
		changed: make(chan struct{}),
	}
	if t.waited == nil {
		t.waited = func(time.Duration) {}
	}
	if t.observe == nil {
		t.observe = func(int, time.Duration) {}
	}
	if err := t.start(ctx, root); err != nil {
		db.close()
		return nil, fmt.Errorf("opening company %q: %w", name, err)
	}
	return t, nil
}

func (t *Tenant) start(ctx context.Context, root *seal.Root) (err error) {
	if t.keys, err = t.loadKeys(ctx, root); err != nil {
		return err
	}
	c, done, err := t.db.reader(ctx)
	if err != nil {
		return err
	}
	head, err := readHead(c)
	done()
	if err != nil {
		return err
	}
	t.head.Store(&head)
	go t.write()
	t.workers.Go(t.keepTree)
	return nil
}

// loadKeys opens the company's keyset, and makes it at the first start. Of two
// nodes that make one at once, the first's is kept.
func (t *Tenant) loadKeys(ctx context.Context, root *seal.Root) (*seal.Keyset, error) {
	wrapped, err := t.wrapped(ctx)
	if !errors.Is(err, sql.ErrNoRows) {
		if err != nil {
			return nil, err
		}
		return root.OpenKeyset(t.name, wrapped)
	}
	_, made, err := root.NewKeyset(t.name)
	if err != nil {
		return nil, err
	}
	c, done, err := t.db.writer(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	_, _, err = c.begin(false)
	if err == nil {
		_, err = c.exec(`INSERT INTO keyset (id, wrapped) VALUES (1, ?) ON CONFLICT (id) DO NOTHING`, made)
	}
	if err == nil {
		err = c.commit()
	}
	if err != nil {
		c.rollback()
		return nil, err
	}
	if wrapped, err = t.wrapped(ctx); err != nil {
		return nil, err
	}
	return root.OpenKeyset(t.name, wrapped)
}

func (t *Tenant) wrapped(ctx context.Context) (wrapped []byte, err error) {
	c, done, err := t.db.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	rows, err := c.query(`SELECT wrapped FROM keyset WHERE id = 1`)
	return wrapped, one(rows, err, &wrapped)
}

// close lets the commands in hand finish, brings the tree up to date, leaves
// the followers' work to other nodes and closes the database. Followers have
// ended before.
func (t *Tenant) close() {
	t.ending.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		t.Checkpoint(ctx) // best effort: the next start makes up for it
		t.release(ctx)    // and the leases run out
		close(t.closing)
		<-t.stopped
		t.workers.Wait()
		t.db.close()
	})
}
