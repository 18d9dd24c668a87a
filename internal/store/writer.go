package store

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"verbale/internal/problem"
	"verbale/internal/trace"
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
	run    func(*Tx) error
	joint  joint        // how it is run together with others of its sort; nil: it is not
	anyway bool         // also while the company is frozen
	again  bool         // after a power cut it is simply done again
	state  atomic.Int32 // waiting, taken or abandoned
	err    error
	done   chan struct{}
	asked  time.Time
	fate   fate // set before done is closed
}

// fate is what a command lived through.
type fate struct {
	waited time.Duration // in the queue
	shared int           // commands in its batch
}

const (
	waiting int32 = iota
	taken
	abandoned
)

// Write runs f in the company's writer and returns after the commit is
// durable. If f gives an error, what it did is undone and the error returned;
// other commands are not touched. f must not block and must not call Write.
// It may be run twice, the first time in vain, so it sets what its caller
// reads and adds nothing to it.
//
// If ctx ends while the command waits it is never run; once it runs, Write
// waits for its end, so f may set variables of its caller.
func (t *Tenant) Write(ctx context.Context, f func(*Tx) error) error {
	return t.enqueue(ctx, &command{run: f})
}

// enqueue has a command run and answered.
func (t *Tenant) enqueue(ctx context.Context, c *command) error {
	c.done, c.asked = make(chan struct{}), time.Now()
	_, span := trace.Start(ctx, trace.Inside, "store write")
	err := t.queued(ctx, c)
	span.Count("verbale.waited_us", c.fate.waited.Microseconds())
	span.Count("verbale.batch_commands", int64(c.fate.shared))
	span.End(err)
	return err
}

// queued hands a command to the writer and waits for its answer.
func (t *Tenant) queued(ctx context.Context, c *command) error {
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

// write is the company's one writer on this node.
func (t *Tenant) write() {
	defer close(t.stopped)
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
		t.answer(commands)
		for _, cmd := range commands {
			close(cmd.done)
		}
	}
}

// answer runs the commands that somebody still waits for and sets each one's
// answer.
func (t *Tenant) answer(commands []*command) {
	wanted := make([]*command, 0, len(commands))
	for _, cmd := range commands {
		if cmd.state.CompareAndSwap(waiting, taken) {
			wanted = append(wanted, cmd)
		}
	}
	if len(wanted) == 0 {
		return
	}
	for _, cmd := range wanted {
		cmd.fate = fate{time.Since(cmd.asked), len(wanted)}
		t.waited(cmd.fate.waited)
	}
	err := t.commit(wanted)
	if errors.Is(err, errTogether) {
		// One of them broke the transaction for all, and which one is not
		// known: each gets its own.
		for _, cmd := range wanted {
			if err := t.commit([]*command{cmd}); err != nil && cmd.err == nil {
				cmd.err = err
			}
		}
		return
	}
	if err != nil {
		t.failed(err)
		for _, cmd := range wanted {
			cmd.err = err
		}
	}
}

// failed logs what went wrong with a whole batch.
func (t *Tenant) failed(err error) {
	slog.Error("a batch was not written", "company", t.name, "error", err)
}

// grown makes new entries visible: first to Head, then to all who wait for
// them, then to other nodes.
func (t *Tenant) grown(h Head) {
	t.reached(h)
	if t.committed != nil {
		t.committed(t.name, h.Size)
	}
}

// reached moves the head on, unless it is further already.
func (t *Tenant) reached(h Head) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.head.Load(); now != nil && now.Size >= h.Size {
		return
	}
	t.head.Store(&h)
	close(t.changed)
	t.changed = make(chan struct{})
}
