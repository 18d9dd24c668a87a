package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"verbale/internal/journal"
	"verbale/internal/problem"
)

const (
	queueLength = 4096 // commands waiting; beyond it callers wait
	maxBatch    = 512  // commands to one commit
)

// ErrUnrecorded is returned for a command that changed rows of record and
// entered nothing: a fault of ours, caught before it is committed.
var ErrUnrecorded = errors.New("store: the command changed rows and entered nothing")

var errClosed = problem.New(problem.Unavailable, "store.closing", "The server is shutting down. Try again in a moment.")

// command is one caller of Write.
type command struct {
	run   func(*Tx) error
	state atomic.Int32 // waiting, taken or abandoned
	err   error
	done  chan struct{}
}

const (
	waiting int32 = iota
	taken
	abandoned
)

// batch is the commands of one commit.
type batch struct {
	frontier journal.Frontier
	time     int64
}

// Write runs f in the company's writer and returns after the commit is
// durable. If f gives an error, what it did is undone and the error returned;
// other commands are not touched. f must not block and must not call Write.
//
// If ctx ends while the command waits it is never run; once it runs, Write
// waits for its end, so f may set variables of its caller.
func (t *Tenant) Write(ctx context.Context, f func(*Tx) error) error {
	c := &command{run: f, done: make(chan struct{})}
	select {
	case t.queue <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-t.closing:
		return errClosed
	}
	select {
	case <-c.done:
		return c.err
	case <-t.stopped:
		// The writer has ended. It answered every command that it took.
		if c.state.CompareAndSwap(waiting, abandoned) {
			return errClosed
		}
	case <-ctx.Done():
		if c.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
	}
	<-c.done
	return c.err
}

// write is the company's one writer.
func (t *Tenant) write(c *conn) {
	defer close(t.stopped)
	defer c.close()
	var commands []*command
	for {
		commands = commands[:0]
		select {
		case first := <-t.queue:
			commands = append(commands, first)
		case <-t.closing:
			return
		}
	gather:
		for len(commands) < maxBatch {
			select {
			case next := <-t.queue:
				commands = append(commands, next)
			default:
				break gather
			}
		}
		t.commit(c, commands)
		for _, cmd := range commands {
			close(cmd.done)
		}
	}
}

// commit runs the commands in one transaction and sets each one's answer.
// A crash before COMMIT leaves nothing of them; nobody has been answered. A
// crash after it leaves all of them; whoever was not answered repeats, and the
// keys of clients make the repeat harmless.
func (t *Tenant) commit(c *conn, commands []*command) {
	head := t.Head()
	b := &batch{frontier: head.Frontier.Clone(), time: max(t.clock().UnixMicro(), head.Time)}

	fail := func(err error) {
		for _, cmd := range commands {
			cmd.err = err
		}
	}
	if _, err := c.exec(beginWrite); err != nil {
		fail(err)
		return
	}
	ran := false
	for _, cmd := range commands {
		if !cmd.state.CompareAndSwap(waiting, taken) {
			continue
		}
		ran = true
		if err := t.runOne(c, b, cmd); err != nil { // the transaction itself is broken
			c.exec("ROLLBACK")
			t.failed(err)
			fail(err)
			return
		}
	}
	grown := b.frontier.Size > head.Size
	if grown {
		if _, err := c.exec(`UPDATE head SET size = ?, time = ?, roots = ? WHERE id = 1`, b.frontier.Size, b.time, b.frontier.MarshalRoots()); err != nil {
			c.exec("ROLLBACK")
			t.failed(err)
			fail(err)
			return
		}
	}
	if !ran {
		c.exec("ROLLBACK")
		return
	}
	started := time.Now()
	if _, err := c.exec("COMMIT"); err != nil {
		// Nobody is told yes. Should the commit have reached the disk all the
		// same, the head read back shows it, and repeats find their keys.
		c.exec("ROLLBACK")
		t.failed(err)
		if again, readErr := readHead(c); readErr == nil {
			t.head.Store(&again)
		}
		fail(err)
		return
	}
	t.observe(len(commands), time.Since(started))
	if grown {
		t.grown(Head{Frontier: b.frontier, Time: b.time})
	}
}

// runOne runs one command in a savepoint. The error it returns is of the
// transaction; the command's own is left in cmd.err.
func (t *Tenant) runOne(c *conn, b *batch, cmd *command) error {
	if _, err := c.exec("SAVEPOINT command"); err != nil {
		return err
	}
	before := b.frontier.Clone()
	tx := &Tx{conn: c, keys: t.keys, w: b, now: b.time}
	cmd.err = call(cmd.run, tx)
	if cmd.err == nil && tx.changed && tx.entered == 0 {
		cmd.err = ErrUnrecorded
	}
	if cmd.err != nil {
		b.frontier = before
		if _, err := c.exec("ROLLBACK TO command"); err != nil {
			return cmd.err // a full disk, say, has ended the whole transaction
		}
	}
	_, err := c.exec("RELEASE command")
	return err
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

// failed logs what went wrong with a whole batch.
func (t *Tenant) failed(err error) {
	slog.Error("a batch was not written", "company", t.name, "error", err)
}

// grown makes new entries visible: first to Head, then to all who wait for
// them, then to other nodes.
func (t *Tenant) grown(h Head) {
	t.head.Store(&h)
	t.mu.Lock()
	close(t.changed)
	t.changed = make(chan struct{})
	t.mu.Unlock()
	if t.committed != nil {
		t.committed(t.name, h.Size)
	}
}
