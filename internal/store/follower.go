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
// are one command: after a crash the batch is done again or was done whole.
type Step func(ctx context.Context, batch []Entry) (write func(*Tx) error, err error)

// Follow runs a follower of the register until ctx ends. It resumes after the
// last entry it has dealt with. A step that gives an error is tried again.
func (t *Tenant) Follow(ctx context.Context, name string, step Step) {
	for ctx.Err() == nil {
		grown := t.Grown()
		more, err := t.followOnce(ctx, name, step)
		var retry <-chan time.Time
		switch {
		case errors.Is(err, errClosed) || ctx.Err() != nil:
			return
		case err != nil:
			slog.Error("a follower could not go on; it will try again", "follower", name, "company", t.name, "error", err)
			retry, grown = time.After(followRetry), nil
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
	for more := true; more; {
		var err error
		if more, err = t.followOnce(ctx, name, step); err != nil {
			return err
		}
	}
	return nil
}

// followOnce does one batch; more says that another may be waiting.
func (t *Tenant) followOnce(ctx context.Context, name string, step Step) (more bool, err error) {
	var batch []Entry
	err = t.Read(ctx, func(tx *Tx) error {
		after, err := tx.Followed(name)
		if err == nil {
			batch, err = tx.Entries(after, FollowBatch)
		}
		return err
	})
	if err != nil || len(batch) == 0 {
		return false, err
	}
	write, err := step(ctx, batch)
	if err != nil {
		return false, err
	}
	err = t.Write(ctx, func(tx *Tx) error {
		if write != nil {
			if err := write(tx); err != nil {
				return err
			}
		}
		_, err := tx.Note(`INSERT INTO follower (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, name, batch[len(batch)-1].Seq)
		return err
	})
	return len(batch) == FollowBatch, err
}

// Followed is the number of the last entry that a follower has dealt with.
func (tx *Tx) Followed(name string) (seq int64, err error) {
	err = tx.Row(`SELECT seq FROM follower WHERE name = ?`, name).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, err
}
