package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A lease says which node does a work that one node at a time should do. It
// is taken when there is something to do, holds for leaseFor, and each write
// made under it checks it and makes it last longer: a node that was cut off or
// asleep for too long finds another's number there and writes nothing. Time is
// the register's, which is one for all nodes.
const leaseFor = 10 * time.Second

// ErrNotHolder means that another node does this work now.
var ErrNotHolder = errors.New("store: another node holds the lease")

// Lease is the right to a work, until another node has it.
type Lease struct {
	name  string
	node  string
	fence int64 // grows with each change of hands; 0 where no other node could be
}

// Lease takes the lease of a work, or says for how long another node holds it
// at least. Where there are no other nodes it costs nothing.
func (t *Tenant) Lease(ctx context.Context, work string) (l Lease, wait time.Duration, err error) {
	l = Lease{name: work, node: t.node}
	if !t.shared {
		return l, 0, nil
	}
	err = t.Write(ctx, func(tx *Tx) error {
		var holder string
		var fence, until int64
		err := tx.Row(`SELECT holder, fence, until FROM lease WHERE name = ?`, work).Scan(&holder, &fence, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if holder != t.node && until > tx.now {
			l.fence, wait = 0, time.Duration(until-tx.now)*time.Microsecond
			return nil
		}
		if holder != t.node {
			fence++
		}
		l.fence, wait = fence, 0
		return tx.DoNote(`INSERT INTO lease (name, holder, fence, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = excluded.fence, until = excluded.until`,
			work, t.node, fence, tx.now+leaseFor.Microseconds())
	})
	return l, wait, err
}

// Hold checks, inside the write that does the work, that the lease is still
// one's own, and makes it last from now.
func (l Lease) Hold(tx *Tx) error {
	if l.fence == 0 {
		return nil
	}
	held, err := tx.Note(`UPDATE lease SET until = ? WHERE name = ? AND holder = ? AND fence = ?`, tx.now+leaseFor.Microseconds(), l.name, l.node, l.fence)
	if err == nil && held == 0 {
		err = ErrNotHolder
	}
	return err
}

// release gives up all that this node does for the company, so that the next
// node takes it on at once. A crash does not come here: then the leases run out.
func (t *Tenant) release(ctx context.Context) error {
	if !t.shared {
		return nil
	}
	return t.Write(ctx, func(tx *Tx) error {
		return tx.DoNote(`UPDATE lease SET until = 0 WHERE holder = ?`, t.node)
	})
}

// Held says that another node could take the work, so that the lease has to be
// taken again before it ends.
func (l Lease) Held() bool { return l.fence != 0 }
