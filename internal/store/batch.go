package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"verbale/internal/journal"
	"verbale/internal/problem"
)

// batch is the commands of one commit.
type batch struct {
	frontier journal.Frontier
	time     int64
}

// errTogether is returned for a batch that an engine could not run as one.
var errTogether = errors.New("store: the batch cannot be written as one")

// commit runs the commands in one transaction and sets their own errors; what
// it returns is an error of all of them.
// A crash before COMMIT leaves nothing of them; nobody has been answered. A
// crash after it leaves all of them; whoever was not answered repeats, and the
// keys of clients make the repeat harmless. If all of them are such as are done
// again, the commit does not wait for the disk: a power cut leaves all of them
// or nothing.
func (t *Tenant) commit(commands []*command) (err error) {
	c, done, err := t.db.writer(context.Background())
	if err != nil {
		return err
	}
	defer done()
	head, clock, err := c.begin(allAgain(commands))
	if err != nil {
		c.rollback()
		return err
	}
	if t.clock != nil || clock == 0 {
		clock = t.now().UnixMicro()
	}
	b := &batch{frontier: head.Frontier.Clone(), time: max(clock, head.Time)}
	for _, some := range joined(commands) {
		if some = unfrozen(some, head.frozen > b.time); len(some) == 0 {
			continue
		}
		if broken := t.run(c, b, some); broken != nil {
			c.rollback()
			return together(broken, commands)
		}
	}
	grown := b.frontier.Size > head.Size
	next := Head{Frontier: b.frontier, Time: b.time}
	if grown {
		if err := c.later(`UPDATE head SET size = ?, time = ?, roots = ? WHERE id = 1`, next.Size, next.Time, next.MarshalRoots()); err != nil {
			c.rollback()
			return together(err, commands)
		}
	}
	started := time.Now()
	if err := c.commit(); err != nil {
		// Nobody is told yes. Should the commit have reached the disk all the
		// same, the head read back shows it, and repeats find their keys.
		c.rollback()
		return together(err, commands)
	}
	t.observe(len(commands), time.Since(started))
	if grown {
		t.grown(next)
	}
	return nil
}

func allAgain(commands []*command) bool {
	return !slices.ContainsFunc(commands, func(cmd *command) bool { return !cmd.again })
}

// together tells an error that one command has brought on all from one of the
// engine's, which no command alone would be spared.
func together(err error, commands []*command) error {
	if len(commands) == 1 || problem.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%w (%w)", errTogether, err)
}

// unfrozen refuses the commands that must wait until the company has moved, if
// it is on its way, and gives the others.
func unfrozen(commands []*command, frozen bool) []*command {
	if !frozen {
		return commands
	}
	var may []*command
	for _, cmd := range commands {
		if cmd.anyway {
			may = append(may, cmd)
		} else {
			cmd.err = ErrMoving
		}
	}
	return may
}

// run runs a command, or several of a sort as one. The error it returns is of
// the transaction; each command's own is left in it.
func (t *Tenant) run(c writeConn, b *batch, commands []*command) (broken error) {
	before := b.frontier.Clone()
	tx := &Tx{conn: c, keys: t.keys, dialect: t.db.dialect(), w: b, now: b.time, again: commands[0].again}
	err, broken := c.attempt(func() error {
		err := call(func(tx *Tx) error { return runAs(tx, commands) }, tx)
		if err == nil && tx.changed && tx.entered == 0 {
			err = ErrUnrecorded
		}
		return err
	})
	if err != nil {
		b.frontier = before
	}
	switch {
	case err != nil && len(commands) == 1:
		commands[0].err = err
		return broken
	case err == nil || broken != nil:
		return broken
	}
	for i := range commands { // whose it is is not known: each gets its own
		if broken := t.run(c, b, commands[i:i+1]); broken != nil {
			return broken
		}
	}
	return nil
}

// call keeps a command's panic from taking the company's writer along.
func call(f func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("a command panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("store: a command panicked")
		}
	}()
	return classify(f(tx))
}
