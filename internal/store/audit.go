package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"verbale/internal/journal"
)

// KindErased is the kind of an entry by which the body of an earlier one, its
// subject, is destroyed for good. A body that is gone without one was destroyed
// by hand.
const KindErased = "entry.erased"

// Audit is what walking a company's register found.
type Audit struct {
	Company     string   `json:"company"`
	Entries     int64    `json:"entries"`
	Erased      int64    `json:"erased"`
	Checkpoints int64    `json:"checkpoints"`
	Root        string   `json:"root"`
	Faults      []string `json:"faults"` // the first of each sort, in words; empty when all holds
}

// Audit recomputes every leaf and the tree from the rows, and compares them
// with what was committed and signed: the sealed leaf hash, the tiles, every
// checkpoint, and the head. It names the first entry that does not hold.
func (t *Tenant) Audit(ctx context.Context) (a Audit, err error) {
	err = t.Read(ctx, func(tx *Tx) error {
		a, err = tx.Audit(ctx)
		return err
	})
	a.Company = t.name
	return a, err
}

// Audit is Tenant.Audit of the rows that a transaction sees.
func (tx *Tx) Audit(ctx context.Context) (a Audit, err error) {
	a.Faults = []string{}
	w := &auditor{tx: tx, audit: &a}
	if err := w.loadCheckpoints(); err != nil {
		return a, err
	}
	if err := w.walk(ctx); err != nil {
		return a, err
	}
	err = w.finish()
	return a, err
}

type auditor struct {
	tx          *Tx
	audit       *Audit
	tree        journal.Frontier
	tile        []byte // the stored level-0 tile that tileN names
	tileN       int64
	checkpoints []SignedCheckpoint // still to be met, by size
	destroyed   []int64            // entries without a body that no entry has accounted for yet
	broken      bool               // an entry did not hold; later roots cannot either
}

func (w *auditor) fault(format string, args ...any) {
	w.audit.Faults = append(w.audit.Faults, fmt.Sprintf(format, args...))
}

func (w *auditor) loadCheckpoints() error {
	rows, err := w.tx.Query(`SELECT size, time, note FROM checkpoint ORDER BY size`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c SignedCheckpoint
		if err := rows.Scan(&c.Size, &c.Time, &c.Note); err != nil {
			return err
		}
		w.checkpoints = append(w.checkpoints, c)
	}
	w.audit.Checkpoints = int64(len(w.checkpoints))
	w.tileN = -1
	return classify(rows.Err())
}

func (w *auditor) walk(ctx context.Context) error {
	last := int64(math.MinInt64) // numbers below zero are put there by hand as well
	for more := true; more; {
		rows, err := w.tx.Query(`SELECT `+entryColumns+`, commitment, sealed FROM entry WHERE seq > ? ORDER BY seq LIMIT ?`, last, walkPage)
		if err != nil {
			return err
		}
		read := 0
		err = each(rows, func() error {
			h, commitment, sealed, err := scanRow(rows, true)
			if err != nil {
				return err
			}
			read++
			last = h.Seq
			w.next(h, commitment, sealed)
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		more = read == walkPage
	}
	return nil
}

// next takes the next row of the register.
func (w *auditor) next(h journal.Header, commitment, sealed []byte) {
	w.audit.Entries++
	if w.broken {
		return
	}
	if want := w.tree.Size + 1; h.Seq != want {
		w.broken = true
		w.fault("entry %d was removed: after %d comes %d", want, want-1, h.Seq)
		return
	}
	if why := w.entry(h, commitment, sealed); why != "" {
		w.broken = true
		w.fault("entry %d (%s) does not hold: %s", h.Seq, h.Kind, why)
		return
	}
	w.meetCheckpoints()
}

// entry checks one row and appends its leaf; it says what is wrong, if
// anything is.
func (w *auditor) entry(h journal.Header, commitment, sealed []byte) string {
	var c journal.Commitment
	if len(commitment) != len(c) {
		return "its commitment was changed"
	}
	copy(c[:], commitment)
	leaf := journal.LeafHash(h, c)
	if stored, ok := w.storedLeaf(h.Seq); ok && stored != leaf {
		return "the row is not what the tree has at this place; it was changed, swapped or inserted"
	}
	if h.Kind == KindErased {
		w.destroyed = slices.DeleteFunc(w.destroyed, func(seq int64) bool { return seq == h.Subject })
	}
	if sealed == nil {
		w.audit.Erased++
		w.destroyed = append(w.destroyed, h.Seq)
	} else {
		salt, sealedLeaf, body, err := openBody(w.tx.keys, h.Seq, sealed)
		switch {
		case err != nil:
			return "its body was changed or swapped: it cannot be opened"
		case journal.Commit(salt, body) != c:
			return "its body is not the one committed to"
		case sealedLeaf != leaf:
			return "its header was changed"
		}
	}
	w.tree.Append(leaf)
	return ""
}

// storedLeaf is the hash that the tiles have for an entry.
func (w *auditor) storedLeaf(seq int64) (journal.Hash, bool) {
	n, i := (seq-1)/journal.TileWidth, int((seq-1)%journal.TileWidth)*len(journal.Hash{})
	if n != w.tileN {
		w.tile, _ = w.tx.ReadTile(0, n)
		w.tileN = n
	}
	if i >= len(w.tile) {
		return journal.Hash{}, false // not yet in a tile: the head's root covers it
	}
	return journal.Hash(w.tile[i:]), true
}

// meetCheckpoints compares the checkpoints of the size now reached.
func (w *auditor) meetCheckpoints() {
	for len(w.checkpoints) > 0 && w.checkpoints[0].Size <= w.tree.Size {
		stored := w.checkpoints[0]
		w.checkpoints = w.checkpoints[1:]
		c, err := journal.OpenCheckpoint(stored.Note, w.tx.keys.VerifierKey())
		switch {
		case err != nil:
			w.fault("the checkpoint of %d entries was changed: %v", stored.Size, err)
		case c.Size != stored.Size || c.Size != w.tree.Size:
			w.fault("the checkpoint of %d entries was replaced by one of %d", stored.Size, c.Size)
		case c.Root != w.tree.Root():
			w.fault("the checkpoint of %d entries signs another tree: an entry up to %d was changed before it was made, or the checkpoint is of another register", stored.Size, stored.Size)
		}
	}
}

func (w *auditor) finish() error {
	head, err := readHead(w.tx.conn)
	if err != nil {
		w.fault("the register's head cannot be read: %v", err)
		return nil
	}
	root := w.tree.Root()
	w.audit.Root = root.String()
	if len(w.destroyed) > 0 && w.destroyed[0] <= head.Size { // it stands before whatever else was found
		w.audit.Faults = slices.Insert(w.audit.Faults, 0, fmt.Sprintf("entry %d does not hold: its body was destroyed, and no later entry says by whom and why", w.destroyed[0]))
	}
	if w.broken {
		return nil
	}
	switch {
	case head.Size > w.tree.Size:
		w.fault("entry %d was removed: the head counts %d entries", w.tree.Size+1, head.Size)
	case head.Size < w.tree.Size:
		w.fault("entry %d was inserted: the head counts %d entries", head.Size+1, head.Size)
	case head.Root() != root:
		w.fault("the head has another root than the entries give: it was changed by hand")
	}
	for _, c := range w.checkpoints {
		w.fault("a checkpoint of %d entries is signed, but there are only %d: entries were removed", c.Size, w.tree.Size)
	}
	return w.checkTiles()
}

// checkTiles rebuilds all tiles that the last checkpoint needs and compares.
func (w *auditor) checkTiles() error {
	last, err := w.tx.LastCheckpoint()
	if err != nil || last.Size == 0 || last.Size > w.tree.Size {
		return err
	}
	edge, err := journal.LoadEdge(0, w.tx)
	if err != nil {
		return err
	}
	same := func(t journal.Tile) error {
		var stored []byte
		err := w.tx.Row(`SELECT data FROM tile WHERE level = ? AND n = ?`, t.Level, t.N).Scan(&stored)
		if errors.Is(err, sql.ErrNoRows) || err == nil && string(stored) != string(t.Data) {
			if len(w.audit.Faults) == 0 {
				w.fault("tile %d/%d of the tree was changed or removed", t.Level, t.N)
			}
			return nil
		}
		return err
	}
	err = w.tx.Leaves(0, last.Size, func(h journal.Header, c journal.Commitment) error {
		return edge.Append(journal.LeafHash(h, c), same)
	})
	if err != nil {
		return err
	}
	return edge.Growing(same)
}
