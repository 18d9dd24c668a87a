package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"verbale/internal/journal"
	"verbale/internal/problem"
	"verbale/internal/seal"
)

// Moment is where a company is taken back to: after so many entries, or after
// all that were made up to a time (microseconds since 1970).
type Moment struct {
	Entries int64
	Time    int64
}

// ErrNoMoment refuses a moment of which the register knows nothing.
var ErrNoMoment = problem.New(problem.Invalid, "restore.no_moment", "The register of this backup does not reach to that moment, or begins after it. Nothing was restored.")

// Rewind takes a company's file, which no server has open, back to an earlier
// moment, and says how many entries it then has. An entry cannot be taken out
// of a register, so a new file is written: the first entries as they are, and
// the views, which each room then takes back to what those entries say. Tiles
// and checkpoints are made anew. A crash leaves the file as it was.
func Rewind(ctx context.Context, dir, name string, root *seal.Root, to Moment, rooms ...func(tx *Tx, entries int64) error) (entries int64, err error) {
	path, next := filepath.Join(dir, databaseFile), filepath.Join(dir, "rewound.db")
	if err := rewind(ctx, path, next, name, root, to, rooms, &entries); err != nil {
		return 0, errors.Join(err, os.RemoveAll(next))
	}
	if err := os.Rename(next, path); err != nil {
		return 0, err
	}
	return entries, syncDir(dir)
}

func rewind(ctx context.Context, path, next, name string, root *seal.Root, to Moment, rooms []func(*Tx, int64) error, entries *int64) (err error) {
	file, err := openSQLite(path, true, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	from, err := newSQLiteConn(ctx, file)
	if err != nil {
		return err
	}
	defer from.close()
	made, err := openLoose(next)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, made.Close()) }()
	if *entries, err = from.moment(to); err != nil {
		return err
	}
	if err := migrateSQLite(ctx, made, name); err != nil {
		return err
	}
	all, err := tables(ctx, made)
	if err != nil {
		return err
	}
	into, err := newSQLiteConn(ctx, made)
	if err != nil {
		return err
	}
	defer into.close()
	if err := carryBack(ctx, all, from, into, *entries); err != nil {
		return err
	}
	tx, err := rewound(into, name, root, *entries)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		if err := room(tx, *entries); err != nil {
			return err
		}
	}
	_, err = into.exec(`COMMIT`)
	return err
}

// moment finds how many entries there were.
func (c *sqliteConn) moment(to Moment) (entries int64, err error) {
	var size int64
	rows, err := c.query(`SELECT (SELECT size FROM head WHERE id = 1), (SELECT COALESCE(MAX(seq), 0) FROM entry WHERE time <= ?)`, to.Time)
	if err := one(rows, err, &size, &entries); err != nil {
		return 0, err
	}
	if to.Entries != 0 {
		entries = to.Entries
	}
	if entries < 1 || entries > size {
		return 0, ErrNoMoment
	}
	return entries, nil
}

// carryBack copies what can be of use: the first entries, and all views.
func carryBack(ctx context.Context, all []table, from, into *sqliteConn, entries int64) error {
	if _, err := into.exec(`BEGIN`); err != nil {
		return err
	}
	return carry(ctx, all, fromRows(from), func(p page) error {
		switch p.table.name {
		case "head", "tile", "checkpoint", "follower":
			return nil
		case "entry":
			for i, row := range p.rows {
				if seq, ok := row[p.table.key[0]].(int64); ok && seq > entries {
					p.rows = p.rows[:i]
					break
				}
			}
		}
		return put(into, p)
	})
}

// rewound gives the new file the head of its entries.
func rewound(into *sqliteConn, name string, root *seal.Root, entries int64) (*Tx, error) {
	var wrapped []byte
	rows, err := into.query(`SELECT wrapped FROM keyset WHERE id = 1`)
	if err := one(rows, err, &wrapped); err != nil {
		return nil, err
	}
	keys, err := root.OpenKeyset(name, wrapped)
	if err != nil {
		return nil, err
	}
	b := &batch{}
	tx := &Tx{conn: into, keys: keys, dialect: SQLite, w: b}
	err = tx.Leaves(0, entries, func(h journal.Header, c journal.Commitment) error {
		b.frontier.Append(journal.LeafHash(h, c))
		b.time = h.Time
		return nil
	})
	if err != nil {
		return nil, err
	}
	if b.frontier.Size != entries {
		return nil, ErrTreeDamaged
	}
	tx.now = b.time
	head := Head{Frontier: b.frontier, Time: b.time}
	_, err = into.exec(`UPDATE head SET size = ?, time = ?, roots = ? WHERE id = 1`, head.Size, head.Time, head.MarshalRoots())
	return tx, err
}
