package search

import (
	"context"
	"errors"
	"strings"
	"time"

	"verbale/internal/store"
	"verbale/internal/trace"
)

// Follower names the index's position in the register. The number is the
// analyser's: a program that finds other terms in a text takes the next one,
// and so starts from the first entry with an empty index.
const Follower = "search.1"

// gather is how long the index waits for more before it writes, so that a busy
// company's messages share one commit.
const gather = 300 * time.Millisecond

// settleEvery is how many messages stand beside the index, where an engine has
// that, until they are put in. The more, the less each costs, and the more a
// question looks through one by one.
const settleEvery = 1024

// settled names how far the index itself reaches, where new messages stand
// beside it.
const settled = "search.settled"

var errMoved = errors.New("search: the index was set back meanwhile")

// Index keeps a company's index up to date until ctx ends. A crash at any
// moment leaves the index with its position: what was not committed is done
// again.
func Index(ctx context.Context, t *store.Tenant) {
	ix := newIndexer(t)
	t.Follow(ctx, Follower, ix.step)
}

// CatchUp brings the index up to date with all that is in the register now.
func CatchUp(ctx context.Context, t *store.Tenant) error {
	return t.CatchUp(ctx, Follower, newIndexer(t).prepare)
}

// Rebuild sets the index back to the first entry; the running Index, or CatchUp,
// then makes it again.
func Rebuild(ctx context.Context, t *store.Tenant) error {
	return t.Write(ctx, func(tx *store.Tx) error {
		err := tx.DoNote(`DELETE FROM follower WHERE name = ?`, Follower)
		return err
	})
}

type indexer struct {
	tenant *store.Tenant
	index  *index
	lines  *lineWriter
	wrote  time.Time
	beside int // messages that stand beside the index, or settleEvery while it is not known how many
}

func newIndexer(t *store.Tenant) *indexer {
	return &indexer{tenant: t, index: indexOf(t.Dialect()), lines: newLineWriter(t.Keys()), beside: settleEvery}
}

// change is what one message's place in the index becomes.
type change struct {
	id    int64
	terms string // empty: it has none
}

func (ix *indexer) step(ctx context.Context, batch []store.Entry) (func(*store.Tx) error, error) {
	if err := ix.pause(ctx, batch); err != nil {
		return nil, err
	}
	ctx, span := trace.Start(ctx, trace.Inside, "follower search")
	span.Count("verbale.entries", int64(len(batch)))
	write, err := ix.prepare(ctx, batch)
	span.End(err)
	return write, err
}

// prepare finds what a batch changes in the index, and gives the write of it.
func (ix *indexer) prepare(ctx context.Context, batch []store.Entry) (func(*store.Tx) error, error) {
	if err := ix.settle(ctx); err != nil {
		return nil, err
	}
	var changes []change
	err := ix.tenant.Read(ctx, func(tx *store.Tx) error {
		touched, err := touchedBy(tx, batch)
		if err != nil {
			return err
		}
		changes, err = ix.read(tx, touched, batch)
		return err
	})
	if err != nil {
		return nil, err
	}
	first := batch[0].Seq
	return func(tx *store.Tx) error {
		// Setting the index back must not be undone by a batch in hand.
		if at, err := tx.Followed(Follower); err != nil || at != first-1 {
			return errors.Join(err, errMoved)
		}
		if first == 1 {
			if err := each(tx, ix.index.clear); err != nil {
				return err
			}
		}
		return ix.write(tx, changes, first)
	}, nil
}

// settle puts what stands beside the index into it, if that has become much.
func (ix *indexer) settle(ctx context.Context) error {
	if ix.index.settle == "" || ix.beside < settleEvery {
		return nil
	}
	err := ix.tenant.Beside(ctx, ix.index.settle, Follower)
	if err == nil {
		ix.beside = 0
	}
	return err
}

// pause lets a small batch wait, so that what comes next shares its commit.
// The batch stays small; it is the next one that is larger.
func (ix *indexer) pause(ctx context.Context, batch []store.Entry) error {
	if wait := gather - time.Since(ix.wrote); wait > 0 && len(batch) < store.FollowBatch {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	ix.wrote = time.Now()
	return nil
}

// write puts the changes into the index. What was made since its position is
// not in there yet, so that nothing has to be dropped for it.
func (ix *indexer) write(tx *store.Tx, changes []change, since int64) error {
	for _, c := range changes {
		if c.id < since {
			if err := each(tx, ix.index.drop, c.id); err != nil {
				return err
			}
		}
		if c.terms == "" {
			continue
		}
		put, err := ix.put(tx, c.id, since)
		if err != nil {
			return err
		}
		if err := tx.DoNote(put, c.id, c.terms); err != nil {
			return err
		}
		ix.beside++
	}
	return nil
}

// put gives the statement that puts in a message, where it is looked for.
func (ix *indexer) put(tx *store.Tx, id, since int64) (string, error) {
	if id >= since || ix.index.putSettled == "" {
		return ix.index.put, nil
	}
	reach, err := tx.Followed(settled)
	if id > reach {
		return ix.index.put, err
	}
	return ix.index.putSettled, err
}

// each runs all statements.
func each(tx *store.Tx, statements []string, args ...any) error {
	for _, s := range statements {
		if err := tx.DoNote(s, args...); err != nil {
			return err
		}
	}
	return nil
}

// touchedBy lists the messages that a batch made or changed, each once. What
// is no message's number does no harm: it is looked up, and is not there.
func touchedBy(tx *store.Tx, batch []store.Entry) ([]int64, error) {
	var out []int64
	seen := map[int64]bool{}
	add := func(ids ...int64) {
		for _, id := range ids {
			if id != 0 && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	for _, e := range batch {
		if strings.HasPrefix(e.Kind, "message.") {
			add(e.Seq)
		}
		add(e.Subject)
		if strings.HasSuffix(e.Kind, "erased") { // an edit may be what was erased
			edited, err := tx.Ints(`SELECT subject FROM entry WHERE seq = ?`, e.Subject)
			if err != nil {
				return nil, err
			}
			add(edited...)
		}
	}
	return out, nil
}

// read makes the changes for the messages as they are now. A change that came
// after this snapshot has an entry that is still to be followed.
func (ix *indexer) read(tx *store.Tx, ids []int64, batch []store.Entry) ([]change, error) {
	bodies := make(map[int64][]byte, len(batch))
	for _, e := range batch {
		bodies[e.Seq] = e.Body
	}
	documents, err := current(tx, ids, batch)
	if err != nil {
		return nil, err
	}
	var out []change
	for _, id := range ids {
		d, found := documents[id]
		c := change{id: id}
		if found {
			body := bodies[d.textSeq]
			if body == nil {
				body, err = tx.Body(d.textSeq)
			}
			if found, err = d.fill(tx, body, err); err != nil {
				return nil, err
			}
		}
		if found {
			c.terms = ix.lines.line(d)
		}
		out = append(out, c)
	}
	return out, nil
}

const currentMessages = `SELECT id, conversation, n, author, time, text_seq, files, imported <> 0 FROM message WHERE deleted = 0 AND `

// current gives those of the messages that have a text now, by their number:
// the ones that the batch made in one query, and earlier ones one by one.
func current(tx *store.Tx, ids []int64, batch []store.Entry) (map[int64]*document, error) {
	out := make(map[int64]*document, len(ids))
	first, last := batch[0].Seq, batch[len(batch)-1].Seq
	if err := readCurrent(tx, out, currentMessages+`id >= ? AND id <= ?`, first, last); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if id < first {
			if err := readCurrent(tx, out, currentMessages+`id = ?`, id); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func readCurrent(tx *store.Tx, out map[int64]*document, query string, args ...any) error {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		d := new(document)
		if err := rows.Scan(&d.id, &d.conversation, &d.n, &d.author, &d.time, &d.textSeq, &d.files, &d.imported); err != nil {
			return err
		}
		out[d.id] = d
	}
	return rows.Err()
}
