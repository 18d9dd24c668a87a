package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"math"
	"sync"
	"time"

	"verbale/internal/problem"
)

// ErrMoving refuses what would be written while a company moves: its clients
// keep it and send it again.
var ErrMoving = problem.New(problem.Unavailable, "company.moving", "This company is being moved and takes nothing new for a moment. Try again shortly.")

// errThawed means that the mover was silent for too long, so that others may
// have written meanwhile.
var errThawed = problem.New(problem.Unavailable, "company.thawed", "The company could not be kept still while it was copied. Nothing was moved; try again.")

const (
	freezeFor  = 10 * time.Second       // a mover that is no more holds up a company for so long
	freezeWork = "move"                 // the lease by which there is one mover
	forever    = int64(math.MaxInt64)   // of a frozen head: until somebody takes it back
	freezeKeep = freezeFor / 4          // how often it is made to last
	keepWithin = freezeFor - freezeKeep // how long one try may take
)

// Freeze is a company that nobody writes to, on any node. People go on
// reading. It stands in the head's row, so it ends by itself when its holder
// falls silent; once it is sealed it stays until it is lifted.
type Freeze struct {
	tenant *Tenant
	holder string
	stop   context.CancelFunc
	kept   sync.WaitGroup
}

// Freeze keeps the company still, for one mover at a time. A company that was
// sealed by a mover that is no more can be frozen by the next.
func (t *Tenant) Freeze(ctx context.Context) (f *Freeze, sealed bool, err error) {
	f = &Freeze{tenant: t, holder: rand.Text()}
	err = t.writeAnyway(ctx, func(tx *Tx) error {
		var holder string
		var until int64
		err := tx.Row(`SELECT holder, until FROM lease WHERE name = ?`, freezeWork).Scan(&holder, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if until > tx.now && (t.shared || t.moving.Load()) {
			return ErrMoving // where no other process could be, it is one that was killed
		}
		var frozen int64
		if err := tx.Row(`SELECT frozen FROM head WHERE id = 1`).Scan(&frozen); err != nil {
			return err
		}
		sealed = frozen == forever
		if err := tx.DoNote(`INSERT INTO lease (name, holder, fence, until) VALUES (?, ?, 1, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until`, freezeWork, f.holder, tx.now+freezeFor.Microseconds()); err != nil {
			return err
		}
		return tx.freeze(max(frozen, tx.now+freezeFor.Microseconds()))
	})
	if err != nil {
		return nil, false, err
	}
	t.moving.Store(true)
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	f.stop = stop
	f.kept.Go(func() { f.keep(keeping) })
	return f, sealed, nil
}

// freeze says until when nothing is written.
func (tx *Tx) freeze(until int64) error {
	return tx.conn.later(`UPDATE head SET frozen = ? WHERE id = 1`, until)
}

// keep makes the freeze last until it is ended.
func (f *Freeze) keep(ctx context.Context) {
	tick := time.NewTicker(freezeKeep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		within, cancel := context.WithTimeout(ctx, keepWithin)
		err := f.hold(within, func(tx *Tx, until int64) int64 { return max(until, tx.now+freezeFor.Microseconds()) })
		cancel()
		if errors.Is(err, errThawed) {
			return // Seal finds it too
		}
	}
}

// hold changes until when the company is frozen, if it was without a break.
func (f *Freeze) hold(ctx context.Context, until func(tx *Tx, until int64) int64) error {
	return f.tenant.writeAnyway(ctx, func(tx *Tx) error {
		var frozen int64
		if err := tx.Row(`SELECT frozen FROM head WHERE id = 1`).Scan(&frozen); err != nil {
			return err
		}
		if frozen <= tx.now {
			return errThawed
		}
		held, err := tx.Note(`UPDATE lease SET until = ? WHERE name = ? AND holder = ?`, tx.now+freezeFor.Microseconds(), freezeWork, f.holder)
		if err == nil && held == 0 {
			err = errThawed
		}
		if err != nil {
			return err
		}
		return tx.freeze(until(tx, frozen))
	})
}

// Seal makes the freeze outlive its holder: from here on the company is
// written elsewhere, or nowhere until somebody says. It is refused if the
// freeze had a break.
func (f *Freeze) Seal(ctx context.Context) error {
	return f.hold(ctx, func(*Tx, int64) int64 { return forever })
}

// Thaw ends the freeze, sealed or not, and lets the company be written again.
func (f *Freeze) Thaw(ctx context.Context) error {
	f.Release()
	return f.tenant.writeAnyway(ctx, func(tx *Tx) error {
		held, err := tx.Note(`DELETE FROM lease WHERE name = ? AND holder = ?`, freezeWork, f.holder)
		if err != nil || held == 0 {
			return err // another mover has it
		}
		return tx.freeze(0)
	})
}

// Release lets go of the freeze as it is: a sealed one stays.
func (f *Freeze) Release() {
	f.stop()
	f.kept.Wait()
	f.tenant.moving.Store(false)
}

// writeAnyway is Write past a freeze.
func (t *Tenant) writeAnyway(ctx context.Context, f func(*Tx) error) error {
	return t.enqueue(ctx, &command{run: f, anyway: true})
}
