package sim

import (
	"context"
	"fmt"
	"time"

	"verbale/e2e/history"
	"verbale/internal/chat"
	"verbale/internal/journal"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// heal ends the trouble and goes on until all is at rest; that this comes
// about is a promise too. It gives the steps that it took.
func (w *world) heal() (steps int) {
	const enough = 20_000
	w.healing = true
	for w.err == nil && !w.atRest() {
		if steps++; steps == enough {
			w.fail("it does not come to rest: %s", w.unrest())
			break
		}
		w.step()
	}
	return steps
}

// atRest says that every letter has been answered, every client has all there
// is, and so has the search index.
func (w *world) atRest() bool { return w.unrest() == "" }

func (w *world) unrest() string {
	head := w.house.tenant.Head().Size
	for _, c := range w.clients {
		switch {
		case len(c.outbox)+len(c.flights) > 0:
			return fmt.Sprintf("%s has %d letters in its outbox and %d under way", c.name, len(c.outbox), len(c.flights))
		case c.line == nil || c.state != whole:
			return c.name + " is not connected"
		}
		if frames, over := c.line.frames(); len(frames) > 0 || over {
			return c.name + " has not taken all frames"
		}
	}
	if names := w.house.turns.names(); len(names) > 0 || len(w.house.calls) > 0 {
		return fmt.Sprintf("%d calls and %q go on", len(w.house.calls), names)
	}
	var indexed, marks int64
	err := w.house.read(func(tx *store.Tx) (err error) {
		if err = tx.Row(`SELECT COALESCE(MIN(seq), 0) FROM follower WHERE name LIKE 'search.%'`).Scan(&indexed); err == nil {
			err = tx.Row(`SELECT COUNT(*) FROM mark WHERE entered = 0`).Scan(&marks)
		}
		return err
	})
	switch {
	case err != nil:
		return err.Error()
	case indexed != head:
		return fmt.Sprintf("the index has come to %d of %d", indexed, head)
	case marks > 0:
		return fmt.Sprintf("%d marks are not entered", marks)
	}
	return ""
}

// look reads everything at the end: each member's conversations, as the server
// has them and as the member's client has them, and the register's leaves; and
// audits the register and what is made of it.
func (w *world) look() {
	if w.err != nil {
		return
	}
	w.house.turns.end()
	signed, err := w.house.tenant.Checkpoint(context.Background())
	if err == nil {
		w.saw(signed)
		err = w.house.read(w.readAll)
	}
	if err != nil {
		w.fail("%v", err)
		return
	}
	found, err := w.house.tenant.Audit(context.Background())
	if err == nil {
		err = w.house.read(func(tx *store.Tx) error {
			for _, room := range []func(*store.Tx) ([]string, error){org.Audit, login.Audit, chat.Audit} {
				faults, err := room(tx)
				if err != nil {
					return err
				}
				found.Faults = append(found.Faults, faults...)
			}
			return nil
		})
	}
	if err != nil || len(found.Faults) > 0 {
		w.fail("the audit is not clean: %v %q", err, found.Faults)
	}
}

func (w *world) readAll(tx *store.Tx) error {
	for _, c := range w.clients {
		list, err := chat.List(tx, c.who.Person)
		if err != nil {
			return err
		}
		for _, conversation := range list {
			all, err := wholeOf(tx, c.who.Person, conversation.ID)
			if err != nil {
				return err
			}
			final := history.Record{Op: history.Final, Time: time.Now().UnixMicro(), Client: c.name, Conversation: conversation.ID, From: conversation.FirstN, Messages: all}
			w.log.Add(final)
			final.Client, final.Messages = "the copy of "+c.name, nil
			for _, m := range c.copies[conversation.ID] {
				if m.N >= conversation.FirstN {
					final.Messages = append(final.Messages, m)
				}
			}
			w.log.Add(final)
		}
	}
	size, err := tx.Size()
	if err != nil {
		return err
	}
	leaves := history.Record{Op: history.Leaves}
	err = tx.Leaves(0, size, func(h journal.Header, c journal.Commitment) error {
		leaf := journal.LeafHash(h, c)
		leaves.Leaves = append(leaves.Leaves, leaf[:])
		return nil
	})
	w.log.Add(leaves)
	return err
}

// wholeOf is a conversation as one member reads it, page by page.
func wholeOf(tx *store.Tx, person, conversation int64) (all []history.Message, err error) {
	for after, more := int64(0), true; more; {
		page, err := chat.ReadPage(tx, person, conversation, after, 0, 7)
		if err != nil {
			return nil, err
		}
		all = append(all, asRead(page.Messages)...)
		if more = page.More; more {
			after = all[len(all)-1].N
		}
	}
	return all, nil
}
