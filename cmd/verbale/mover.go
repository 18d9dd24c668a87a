package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

// reached is told of every step of a move after which a crash would leave
// another state. Tests put something else in its place.
var reached = func(step string) {}

// mover takes one company elsewhere. At every moment the company can be
// written in one place at most and be read in one at least:
//
//  1. frozen      here it is read and not written; ends by itself if the mover dies
//  2. arrived     there it is whole, proven, and reachable by nobody
//  3. sealed      the freeze here outlives the mover
//  4. reachable   there it is served
//  5. put aside   here it is served no more
//
// A crash before 3 leaves it here as it was. One between 3 and 4 leaves it
// here, read-only; the same command, or one that cancels, ends that. One after
// 4 leaves it there, and the same command clears up here.
type mover struct {
	h       *house
	r       moveRequest
	tenant  *store.Tenant
	frozen  *store.Freeze
	entries int64
	root    string
	lines   *json.Encoder
}

func (h *house) move(ctx context.Context, r moveRequest, _ io.Reader, out io.Writer) error {
	m := &mover{h: h, r: r, lines: json.NewEncoder(out)}
	if r.InPlace {
		scratch, err := h.scratch()
		if err != nil {
			return err
		}
		defer os.RemoveAll(scratch)
		m.r.To.Data = scratch
	} else if same(r.To.Data, h.server.Dir()) {
		return problem.New(problem.Invalid, "move.same_place", "That is where the company is. Give another directory with --to.")
	}
	var err error
	m.tenant, err = h.company(ctx, r.Company)
	if errors.Is(err, store.ErrNoCompany) {
		return m.clearUp(ctx, err)
	}
	if err != nil {
		return err
	}
	m.r.Company = m.tenant.Name()
	if _, err := m.ask(ctx, 0); err != nil { // before anything is frozen for it
		return err
	}
	return m.run(ctx)
}

// moverSilent is after how long a mover that was killed holds up no other.
const moverSilent = 12 * time.Second

func (m *mover) say(format string, args ...any) error {
	return m.lines.Encode(moving{Step: fmt.Sprintf(format, args...)})
}

// run moves a company that is here.
func (m *mover) run(ctx context.Context) (err error) {
	frozen, sealed, err := m.tenant.Freeze(ctx)
	for deadline := time.Now().Add(moverSilent); errors.Is(err, store.ErrMoving) && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(200 * time.Millisecond)
		frozen, sealed, err = m.tenant.Freeze(ctx)
	}
	if errors.Is(err, store.ErrMoving) {
		err = problem.Newf(problem.Conflict, "move.another", "Another command is moving %s. Wait for its end.", m.r.Company)
	}
	if err != nil {
		return err
	}
	m.frozen = frozen
	defer func() {
		if m.frozen != nil { // not sealed, so nothing has gone elsewhere
			err = errors.Join(err, m.thaw(ctx))
		}
	}()
	if m.entries, m.root, err = headOf(ctx, m.tenant, 0); err != nil {
		return err
	}
	there, err := m.ask(ctx, m.entries)
	ours := there.Key == m.tenant.Keys().VerifierKey() && there.Root == m.root
	switch {
	case err != nil:
		m.keepSealed(sealed)
		return err
	case there.There && sealed && ours: // killed between its arrival and its end
		m.keepSealed(true)
		return m.finish(ctx, restored{Hosts: []string{}, Entries: m.entries, Root: there.Root})
	case there.There:
		m.keepSealed(sealed)
		return problem.Newf(problem.Conflict, "company.exists", "Where it is to go there is a company %s already; nothing was moved.", m.r.Company)
	case m.r.Cancel:
		return m.say("%s can be written here again.", m.r.Company)
	}
	reached("frozen")
	if err := m.say("%s is read-only from now on; what people write waits in their outboxes.", m.r.Company); err != nil {
		return err
	}
	made, err := m.send(ctx)
	if err != nil {
		return err
	}
	return m.finish(context.WithoutCancel(ctx), made)
}

// keepSealed lets go of a freeze that stays.
func (m *mover) keepSealed(sealed bool) {
	if sealed {
		m.frozen.Release()
		m.frozen = nil
	}
}

func (m *mover) thaw(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	err := m.frozen.Thaw(ctx)
	m.h.background(m.tenant, func(ctx context.Context) { m.h.resumeOnce(ctx, m.tenant) })
	return err
}

// finish ends the company here.
func (m *mover) finish(ctx context.Context, made restored) error {
	left, err := m.leave(ctx)
	if err != nil {
		return err
	}
	return m.lines.Encode(moving{Done: &moved{
		Company: m.r.Company, Entries: m.entries, Root: m.root, Hosts: made.Hosts, Left: left,
		Arrived: arrived{made.Entries, made.Root},
	}})
}

func (m *mover) leave(ctx context.Context) (string, error) {
	if m.r.Keep {
		return "Here it stays as well, read-only.", nil
	}
	where, err := m.h.server.PutAside(ctx, m.r.Company, !m.r.InPlace)
	reached("put aside")
	switch {
	case err != nil:
		return "", err
	case m.h.server.Shared() && m.r.Owner == "":
		return fmt.Sprintf("Its rows are still in the database, and served no more. The tables' owner deletes them: SELECT verbale.forget_company('%s');", m.r.Company), nil
	case m.h.server.Shared():
		return "Its rows here were deleted.", store.Forget(ctx, m.r.Owner, m.r.Company)
	case where == "":
		return "It was put aside here before.", nil
	}
	return fmt.Sprintf("What was here is in %s; delete it when you have seen that all is well.", where), nil
}

// clearUp ends a move that was killed when the company was no longer served
// here.
func (m *mover) clearUp(ctx context.Context, missing error) error {
	there, err := m.ask(ctx, 0)
	if err != nil {
		return err
	}
	if !there.There || m.r.Company == "" || m.r.Keep || m.r.Cancel {
		return missing
	}
	m.entries, m.root = there.Entries, there.Root
	return m.finish(ctx, restored{Hosts: []string{}, Entries: there.Entries, Root: there.Root})
}

// scratch makes a data directory for a moment, with the same root key.
func (h *house) scratch() (string, error) {
	dir, err := os.MkdirTemp(h.server.Dir(), workPrefix)
	if err != nil {
		return "", noRoom(err)
	}
	text, err := os.ReadFile(filepath.Join(h.server.Dir(), "root.key"))
	if errors.Is(err, os.ErrNotExist) {
		return dir, nil // it is in the environment
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "root.key"), text, 0o600)
	}
	if err != nil {
		return "", errors.Join(noRoom(err), os.RemoveAll(dir))
	}
	return dir, nil
}

// rootText is this server's root key, for whoever wraps a company's keys anew.
func (h *house) rootText() (string, error) {
	if text := os.Getenv(seal.RootVariable); text != "" {
		return text, nil
	}
	text, err := os.ReadFile(filepath.Join(h.server.Dir(), "root.key"))
	return strings.TrimSpace(string(text)), err
}

func same(one, other string) bool {
	a, errA := os.Stat(one)
	b, errB := os.Stat(other)
	return errA == nil && errB == nil && os.SameFile(a, b)
}
