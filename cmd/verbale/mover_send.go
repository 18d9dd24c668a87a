package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"verbale/internal/blob"
	"verbale/internal/journal"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// send brings the company to the other place, as a backup that is restored
// there and held until this side has sealed its own.
func (m *mover) send(ctx context.Context) (made restored, err error) {
	key, err := m.h.rootText()
	if err != nil {
		return made, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	archive, sending := io.Pipe()
	answers, answering := io.Pipe()
	defer answers.Close()
	word := make(chan bool, 1)
	sent := make(chan error, 1)
	go func() {
		sent <- m.archive(ctx, sending, word)
		sending.Close() // without the word, which is no error of the stream
	}()
	performed := make(chan error, 1)
	go func() {
		// Past the seal it goes through, whether or not the asker waits.
		err := perform(context.WithoutCancel(ctx), m.r.To, "restore", restoreRequest{OldRoot: key, Hold: true}, archive, answering)
		archive.CloseWithError(io.ErrClosedPipe)
		answering.CloseWithError(err)
		performed <- err
	}()
	lines := json.NewDecoder(answers)
	refuse := func(err error) (restored, error) {
		cancel()
		word <- false
		go io.Copy(io.Discard, answers)
		if refused := <-performed; problem.Of(refused) != nil {
			err = refused
		}
		return made, err
	}
	if err := lines.Decode(&made); err != nil || made.Refused {
		var unsent error
		select {
		case unsent = <-sent: // then that is why
		default:
		}
		_, why := refuse(err)
		if unsent != nil && !errors.Is(unsent, io.ErrClosedPipe) {
			return made, unsent
		}
		return made, why
	}
	if made.Entries != m.entries || made.Root != m.root {
		return refuse(problem.New(problem.Unavailable, "move.changed", "What arrived is not what was sent. Nothing was moved."))
	}
	if err := m.say("All %d entries have arrived and are as they were entered, root %s.", made.Entries, made.Root); err != nil {
		return refuse(err) // whoever asked is gone
	}
	reached("arrived")
	if err := m.frozen.Seal(ctx); err != nil {
		return refuse(err)
	}
	reached("sealed")
	word <- true
	// The other side need not read to the end of what comes after the word.
	err = lines.Decode(&made)
	if err = errors.Join(err, <-performed); err != nil {
		return made, m.unsure(context.WithoutCancel(ctx), err)
	}
	m.keepSealed(true)
	reached("reachable")
	return made, nil
}

// unsure finds out, after the seal, whether what failed was done all the same.
func (m *mover) unsure(ctx context.Context, failed error) error {
	there, err := m.ask(ctx, m.entries)
	switch {
	case err != nil: // nobody knows: it stays sealed until somebody does
		m.keepSealed(true)
		return errors.Join(problem.New(problem.Unavailable, "move.unsure", "The other place fell silent in the last moment. The company is read-only here until the same command is run again, or one with --cancel."), failed, err)
	case there.There && there.Root == m.root:
		m.keepSealed(true)
		return nil
	}
	return failed
}

// archive writes the company as a backup, and at its end the mover's word.
func (m *mover) archive(ctx context.Context, out io.Writer, word <-chan bool) error {
	var files blob.Store
	if !m.r.InPlace {
		var err error
		if files, err = m.h.blobs(m.tenant); err != nil {
			return err
		}
	}
	w := newArchive(ctx, out)
	if err := w.company(m.h.manifestOf(m.tenant), m.tenant, files); err != nil {
		return err
	}
	if err := w.tar.Flush(); err != nil {
		return err
	}
	if !<-word {
		return nil
	}
	return errors.Join(w.json(goName, struct{}{}), w.tar.Close())
}

// holding is what a place says of a company.
type holding struct {
	There   bool   `json:"there"`
	Key     string `json:"key"`
	Entries int64  `json:"entries"`
	Root    string `json:"root"` // of as many entries as were asked for
}

type holdsRequest struct {
	Company string
	UpTo    int64 // entries; all of them if 0
}

// ask asks the other place for the company.
func (m *mover) ask(ctx context.Context, upTo int64) (holding, error) {
	if _, err := os.Stat(m.r.To.Data); errors.Is(err, os.ErrNotExist) {
		return holding{}, nil
	}
	return ask[holding](context.WithoutCancel(ctx), m.r.To, "company.holds", holdsRequest{m.r.Company, upTo})
}

func (h *house) holds(ctx context.Context, r holdsRequest) (found holding, err error) {
	tenant, err := h.server.Tenant(ctx, r.Company)
	if errors.Is(err, store.ErrNoCompany) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	found.There, found.Key = true, tenant.Keys().VerifierKey()
	found.Entries, found.Root, err = headOf(ctx, tenant, r.UpTo)
	return found, err
}

// headOf counts a register's entries, and gives the root of so many of them,
// or of all.
func headOf(ctx context.Context, tenant *store.Tenant, upTo int64) (entries int64, root string, err error) {
	err = tenant.Read(ctx, func(tx *store.Tx) error {
		if entries, err = tx.Size(); err != nil {
			return err
		}
		if upTo == 0 {
			upTo = entries
		}
		var tree journal.Frontier
		err := tx.Leaves(0, upTo, func(h journal.Header, c journal.Commitment) error {
			tree.Append(journal.LeafHash(h, c))
			return nil
		})
		if tree.Size == upTo {
			root = tree.Root().String()
		}
		return err
	})
	return entries, root, err
}
