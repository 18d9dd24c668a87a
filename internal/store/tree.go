package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"verbale/internal/journal"
	"verbale/internal/problem"
)

// checkpointEvery is how long an entry waits at most for a signed checkpoint
// that covers it, unless somebody asks for a receipt before.
const checkpointEvery = 10 * time.Second

// SignedCheckpoint is a checkpoint of the register as it is stored.
type SignedCheckpoint struct {
	Size int64
	Time int64 // microseconds since 1970, UTC
	Note []byte
}

var errTreeMoved = errors.New("store: another checkpoint came first")

// ErrTreeDamaged means that the entries no longer give the tree that was
// committed with them. Nothing is signed any more; the audit tells which entry.
var ErrTreeDamaged = errors.New("store: the entries do not give the committed tree; run verbale audit")

// keepTree is the follower that builds tiles and signs checkpoints, off the
// write path. A crash loses none of its work but the last pass.
func (t *Tenant) keepTree() {
	covered := int64(-1) // by the last checkpoint that this node knows of
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-t.closing:
			return
		case <-tick.C:
		}
		if t.Head().Size == covered {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), checkpointEvery)
		_, wait, err := t.Lease(ctx, "tree")
		if err == nil && wait == 0 {
			var last SignedCheckpoint
			last, err = t.Checkpoint(ctx)
			covered = last.Size
		}
		if err != nil && !errors.Is(err, errClosed) && !errors.Is(err, ErrMoving) {
			slog.Error("no checkpoint could be made", "company", t.name, "error", err)
		}
		cancel()
	}
}

// Checkpoint brings tiles and checkpoint up to the committed head and gives
// the newest checkpoint; of an empty register there is none (Size 0).
//
// The new checkpoint is stored by compare-and-swap on the last one, together
// with its tiles: a crash leaves either both or neither, and two nodes cannot
// fork the tree.
func (t *Tenant) Checkpoint(ctx context.Context) (SignedCheckpoint, error) {
	t.treeMu.Lock()
	defer t.treeMu.Unlock()
	var last, next SignedCheckpoint
	var changed []journal.Tile
	err := t.Read(ctx, func(tx *Tx) (err error) {
		if last, err = tx.LastCheckpoint(); err != nil {
			return err
		}
		head, err := readHead(tx.conn)
		if err != nil || head.Size == last.Size {
			return err
		}
		next, changed, err = growTree(tx, last, head)
		return err
	})
	if err != nil || next.Size == 0 {
		return last, err
	}
	err = t.Write(ctx, func(tx *Tx) error {
		now, err := tx.LastCheckpoint()
		if err != nil {
			return err
		}
		if now.Size != last.Size {
			return errTreeMoved
		}
		for _, tile := range changed {
			if err := tx.DoNote(`INSERT INTO tile (level, n, data) VALUES (?, ?, ?)
				ON CONFLICT (level, n) DO UPDATE SET data = excluded.data`, tile.Level, tile.N, tile.Data); err != nil {
				return err
			}
		}
		return tx.DoNote(`INSERT INTO checkpoint (size, time, note) VALUES (?, ?, ?)`, next.Size, next.Time, next.Note)
	})
	if errors.Is(err, errTreeMoved) {
		err = t.Read(ctx, func(tx *Tx) (err error) {
			next, err = tx.LastCheckpoint()
			return err
		})
	}
	return next, err
}

// growTree computes the tiles between the last checkpoint and the head, and
// signs the new root only if the tiles give the root that was committed.
func growTree(tx *Tx, last SignedCheckpoint, head Head) (next SignedCheckpoint, changed []journal.Tile, err error) {
	edge, err := journal.LoadEdge(last.Size, tx)
	if err != nil {
		return next, nil, err
	}
	keep := func(tile journal.Tile) error {
		tile.Data = append([]byte(nil), tile.Data...)
		changed = append(changed, tile)
		return nil
	}
	err = tx.Leaves(last.Size, head.Size, func(h journal.Header, c journal.Commitment) error {
		if h.Seq != edge.Size+1 {
			return fmt.Errorf("%w (entry %d is missing)", ErrTreeDamaged, edge.Size+1)
		}
		return edge.Append(journal.LeafHash(h, c), keep)
	})
	if err != nil {
		return next, nil, err
	}
	if err := edge.Growing(keep); err != nil {
		return next, nil, err
	}
	root, err := journal.RootOfTiles(head.Size, overlay{changed, tx})
	if err != nil {
		return next, nil, err
	}
	if edge.Size != head.Size || root != head.Root() {
		return next, nil, ErrTreeDamaged
	}
	note, err := journal.Checkpoint{Origin: tx.keys.Signer().Name(), Size: head.Size, Root: root}.Sign(tx.keys.Signer())
	return SignedCheckpoint{Size: head.Size, Time: tx.now, Note: note}, changed, err
}

// overlay reads tiles just made before those stored.
type overlay struct {
	made   []journal.Tile
	stored journal.TileReader
}

func (o overlay) ReadTile(level int, n int64) ([]byte, error) {
	for _, t := range o.made {
		if t.Level == level && t.N == n {
			return t.Data, nil
		}
	}
	return o.stored.ReadTile(level, n)
}

// walkPage is how many entries a walk through all of them reads at once.
const walkPage = 2000

// Leaves walks the entries after one number up to another.
func (tx *Tx) Leaves(after, upTo int64, f func(journal.Header, journal.Commitment) error) error {
	for more := true; more; {
		rows, err := tx.Query(`SELECT `+entryColumns+`, commitment FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, after, upTo, walkPage)
		if err != nil {
			return err
		}
		read := 0
		err = each(rows, func() error {
			read++
			h, commitment, _, err := scanRow(rows, false)
			if err != nil {
				return err
			}
			after = h.Seq
			var c journal.Commitment
			copy(c[:], commitment)
			return f(h, c)
		})
		if err != nil {
			return err
		}
		more = read == walkPage
	}
	return nil
}

// each walks through an answer and closes it.
func each(rows Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// scanRow reads a row of an entry as it lies in the table.
func scanRow(rows Rows, withBody bool) (h journal.Header, commitment, sealed []byte, err error) {
	dest := []any{&h.Seq, &h.Time, &h.Kind, &h.Actor, &h.Device, &h.Conversation, &h.Subject, &commitment}
	if withBody {
		dest = append(dest, &sealed)
	}
	return h, commitment, sealed, rows.Scan(dest...)
}

// ReadTile gives a stored tile; Tx is a journal.TileReader.
func (tx *Tx) ReadTile(level int, n int64) (data []byte, err error) {
	err = tx.Row(`SELECT data FROM tile WHERE level = ? AND n = ?`, level, n).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("store: there is no tile %d/%d", level, n)
	}
	return data, err
}

// LastCheckpoint gives the newest stored checkpoint, or one of size 0.
func (tx *Tx) LastCheckpoint() (c SignedCheckpoint, err error) {
	err = tx.Row(`SELECT size, time, note FROM checkpoint ORDER BY size DESC LIMIT 1`).Scan(&c.Size, &c.Time, &c.Note)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// Disclose lays an entry open with its proof towards a checkpoint.
func (tx *Tx) Disclose(seq int64, c SignedCheckpoint) (d journal.Disclosed, err error) {
	var sealed []byte
	h := &d.Header
	if err := tx.Row(`SELECT `+entryColumns+`, sealed FROM entry WHERE seq = ?`, seq).
		Scan(&h.Seq, &h.Time, &h.Kind, &h.Actor, &h.Device, &h.Conversation, &h.Subject, &sealed); err != nil {
		return d, err
	}
	if sealed == nil {
		return d, ErrErased
	}
	salt, _, body, err := openBody(tx.keys, seq, sealed)
	if err != nil {
		return d, err
	}
	hashes, err := journal.Inclusion(c.Size, seq, tx)
	if err != nil {
		return d, err
	}
	d.Salt, d.Body = salt[:], string(body)
	d.Proof = string(journal.Proof{Index: seq - 1, Hashes: hashes, Checkpoint: c.Note}.Marshal())
	return d, nil
}

// EntryBundle gives the leaves of a tile of entries, each with its length in
// two bytes before it (C2SP tlog-tiles). It discloses headers, no bodies.
func (tx *Tx) EntryBundle(n int64, width int) ([]byte, error) {
	var out []byte
	count := 0
	first := n * journal.TileWidth
	err := tx.Leaves(first, first+int64(width), func(h journal.Header, c journal.Commitment) error {
		leaf := journal.Leaf(h, c)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(leaf))), leaf...)
		count++
		return nil
	})
	if err == nil && count < width {
		err = problem.New(problem.NotFound, "register.no_tile", "There is no such tile.")
	}
	return out, err
}
