package store

import (
	"context"
	"errors"
	"strconv"
)

// The beginning of every transaction names the company; row-level security
// hides all others, and refuses everything where none is named.
const (
	pgBegin     = "BEGIN"
	pgBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	pgCommit    = "COMMIT"
	pgRollback  = "ROLLBACK"
	pgCompany   = "SELECT set_config('verbale.tenant', ?, true)"
	// Whoever writes holds up all other nodes, also while it is paused or cut
	// off. Between two statements of a transaction lie milliseconds, so after
	// seconds it is taken for gone; should it come back, nothing was written.
	pgWrites = "SELECT set_config('idle_in_transaction_session_timeout', '5s', true)"
	// The commit does not wait for the disk, nor for a standby: what a crash
	// takes back is done again.
	pgAgain = "SELECT set_config('synchronous_commit', 'off', true)"
	// The head's row is the right to write: whoever has locked it is alone
	// until the end of the transaction, on whatever node.
	pgLockHead = `SELECT size, time, roots, frozen, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) FROM head WHERE id = 1 FOR UPDATE`
)

// pgWriter is a connection for the batches of one company's writer.
type pgWriter struct {
	*pgConn
	company int64
}

func (d *pgDatabase) beside(ctx context.Context, query string, args ...any) error {
	pooled, err := d.acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	w := &pgWriter{pgConn: newPgConn(pooled), company: d.id}
	err = errors.Join(w.later(pgBegin), w.later(pgCompany, strconv.FormatInt(w.company, 10)), w.later(pgAgain), w.later(query, args...))
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.rollback()
	}
	return err
}

func (w *pgWriter) begin(again bool) (head Head, clock int64, err error) {
	if err := errors.Join(w.later(pgBegin), w.later(pgWrites), w.later(pgCompany, strconv.FormatInt(w.company, 10))); err != nil {
		return head, 0, err
	}
	if again {
		if err := w.later(pgAgain); err != nil {
			return head, 0, err
		}
	}
	var h headRow
	rows, err := w.query(pgLockHead)
	if err := one(rows, err, &h.size, &h.time, &h.roots, &h.frozen, &clock); err != nil {
		return head, 0, err
	}
	head, err = h.head()
	return head, clock, err
}

// attempt undoes a command by forgetting what it has asked for, which mostly
// is still waiting, or by going back to the savepoint.
func (w *pgWriter) attempt(command func() error) (err, broken error) {
	w.own, w.saved = len(w.waiting), false
	defer func() { w.own = -1 }()
	err = command()
	switch {
	case w.broken != nil:
		return err, classify(w.broken)
	case err == nil && w.saved:
		return nil, w.later(releaseSavepoint)
	case err == nil:
		return nil, nil
	}
	w.waiting = w.waiting[:w.own]
	if w.saved {
		w.own = -1
		if _, broken := w.exec(undoSavepoint); broken != nil {
			return err, broken
		}
	}
	return err, nil
}

// commit waits for as long as it takes. Whoever gives up on a statement has it
// cancelled, and a commit that is cancelled while it waits for the standby is
// done all the same, on this server alone: everybody who reads here would be
// shown what is gone when the standby takes over. A connection that is dead is
// found out by its keep-alives.
func (w *pgWriter) commit() error {
	if err := w.later(pgCommit); err != nil {
		return err
	}
	_, err := w.sendWithin(context.Background())
	return err
}

// rollback ends the transaction, if the server has heard of it at all.
func (w *pgConn) rollback() {
	w.waiting = w.waiting[:0]
	if w.sent && !w.pg.IsClosed() {
		broken := w.broken
		w.broken = nil
		w.exec(pgRollback)
		w.broken = broken
	}
}
