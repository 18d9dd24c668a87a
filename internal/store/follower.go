package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"
)

// FollowBatch is how many entries a step of a follower takes at most. What it
// writes of them holds up the company's messages meanwhile, so it is not more.
const FollowBatch = 64

const (
	followRetry = 2 * time.Second  // wait after an error
	followIdle  = 30 * time.Second // looked again after this even when nobody called
)

// Step does a follower's work on a batch of entries, outside any transaction,
// and returns what to write, or nil. The write and the follower's new position
// are one command: after a crash the batch is done again or was done whole. For
// that reason its commit does not wait for the disk, and it cannot enter
// anything.
type Step func(ctx context.Context, batch []Entry) (write func(*Tx) error, err error)

// Follow runs a follower of the register until ctx ends. It resumes after the
// last entry it has dealt with. A step that gives an error is tried again. Of
// several nodes the one that holds the follower's lease works, and the others
// wait for it to fall silent.
func (t *Tenant) Follow(ctx context.Context, name string, step Step) {
	f := follower{name: name, step: step}
	for ctx.Err() == nil {
		grown := t.Grown()
		more, wait, err := f.once(ctx, t)
		var retry <-chan time.Time
		switch {
		case errors.Is(err, errClosed) || ctx.Err() != nil:
			return
		case errors.Is(err, ErrNotHolder):
			retry, grown = time.After(leaseFor), nil
		case errors.Is(err, ErrMoving):
			retry, grown = time.After(followRetry), nil
		case err != nil:
			slog.Error("a follower could not go on; it will try again", "follower", name, "company", t.name, "error", err)
			retry, grown = time.After(followRetry), nil
		case wait > 0:
			retry, grown = time.After(wait), nil
		case more:
			continue
		default:
			retry = time.After(followIdle)
		}
		select {
		case <-ctx.Done():
		case <-t.closing:
			return
		case <-grown:
		case <-retry:
		}
	}
}

// CatchUp runs a follower's step until it has dealt with all that the register
// holds.
func (t *Tenant) CatchUp(ctx context.Context, name string, step Step) error {
	f := follower{name: name, step: step}
	for more := true; more; {
		var err error
		var wait time.Duration
		if more, wait, err = f.once(ctx, t); err != nil {
			return err
		}
		if wait > 0 {
			return ErrNotHolder
		}
	}
	return nil
}

// follower is one that is running on this node.
type follower struct {
	name  string
	step  Step
	lease Lease
	fresh time.Time // until then the lease is taken for one's own without asking; its write makes sure
}

// once does one batch; more says that another may be waiting, wait that
// another node does this work for that long.
func (f *follower) once(ctx context.Context, t *Tenant) (more bool, wait time.Duration, err error) {
	batch, err := t.toFollow(ctx, f.name)
	if err != nil || len(batch) == 0 {
		return false, 0, err
	}
	began := time.Now()
	if began.After(f.fresh) {
		if f.lease, wait, err = t.Lease(ctx, "follow "+f.name); err != nil || wait > 0 {
			return false, wait, err
		}
		if f.lease.Held() { // another node may have come further until it was taken
			if batch, err = t.toFollow(ctx, f.name); err != nil || len(batch) == 0 {
				return false, 0, err
			}
		}
	}
	write, err := f.step(ctx, batch)
	if err != nil {
		return false, 0, err
	}
	f.fresh = time.Time{}
	err = t.enqueue(ctx, &command{again: true, run: func(tx *Tx) error {
		if err := f.lease.Hold(tx); err != nil {
			return err
		}
		if write != nil {
			if err := write(tx); err != nil {
				return err
			}
		}
		return tx.DoNote(`INSERT INTO follower (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, f.name, batch[len(batch)-1].Seq)
	}})
	if err == nil {
		f.fresh = began.Add(leaseFor / 2)
	}
	return len(batch) == FollowBatch, 0, err
}

// toFollow gives the next entries that a follower has not dealt with.
func (t *Tenant) toFollow(ctx context.Context, name string) (batch []Entry, err error) {
	err = t.Read(ctx, func(tx *Tx) error {
		after, err := tx.Followed(name)
		if err == nil {
			batch, err = tx.Entries(after, FollowBatch)
		}
		return err
	})
	return batch, err
}

// Followed is the number of the last entry that a follower has dealt with.
func (tx *Tx) Followed(name string) (seq int64, err error) {
	err = tx.Row(`SELECT seq FROM follower WHERE name = ?`, name).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, err
}
