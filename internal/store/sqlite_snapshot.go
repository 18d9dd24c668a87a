package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"verbale/internal/problem"
)

// Snapshot gives the company as of one moment, while it goes on, as files that
// Unpack makes a database of: from SQLite the file itself, from PostgreSQL the
// rows (see rows.go). part is told each file's name and length in bytes, in the
// order in which they are to be kept, and says where it is to be written. Until
// Snapshot has returned without an error, nothing that was written is of any
// worth.
func (t *Tenant) Snapshot(ctx context.Context, part func(name string, size int64) (io.Writer, error)) error {
	return classify(t.db.snapshot(ctx, t, part))
}

// Unpack makes of what a Snapshot was, in a directory that no server has open,
// the database file of the company of that name. It says nothing of the server
// that it came from: it is not frozen, and no node has a lease in it.
func Unpack(ctx context.Context, dir, name string) error {
	path, rows := filepath.Join(dir, databaseFile), filepath.Join(dir, rowsFolder)
	if _, err := os.Lstat(rows); err == nil {
		if _, err := os.Lstat(path); err == nil {
			return ErrStrange
		}
		if err := gatherRows(ctx, rows, path, name); err != nil {
			return classify(err)
		}
		return os.RemoveAll(rows)
	}
	file, err := openLoose(path)
	if err != nil {
		return err
	}
	_, err = file.ExecContext(ctx, atRest+`; `+noLeases)
	return classify(errors.Join(err, file.Close()))
}

// openLoose opens a file that is of no worth until it is whole: nothing is
// journalled and nothing made durable on the way.
func openLoose(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "cache_size(-32000)", "temp_store(MEMORY)", "trusted_schema(0)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// Through https://sqlite.org/dbpage.html the engine gives the pages of its
// file as its transaction sees them, wherever they lie.
const (
	pagesOfFile = `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`
	allPages    = `SELECT pgno, data FROM sqlite_dbpage`
	onePage     = `SELECT data FROM sqlite_dbpage WHERE pgno = ?`

	tablesOfFile = `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`
	usedPages    = `SELECT pageno FROM dbstat` // https://sqlite.org/dbstat.html
)

// errDamagedFile ends a backup of what could not be brought back.
var errDamagedFile = problem.New(problem.Unavailable, "store.corrupt", "The database file is damaged, so no backup was made of it. Stop the server, keep the file, and restore the last backup.")

// snapshot sends the file's pages, with no copy of it beside. Meanwhile the
// engine looks whether its tables are whole: a backup is not the place to find
// out that they are not.
func (d *sqliteDatabase) snapshot(ctx context.Context, t *Tenant, part func(name string, size int64) (io.Writer, error)) (err error) {
	db, err := openSQLite(filepath.Join(t.dir, databaseFile), true, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	both, ctx := errgroup.WithContext(ctx)
	for _, work := range []func(context.Context, *sql.Tx) error{
		checkTables,
		func(ctx context.Context, tx *sql.Tx) error { return sendPages(ctx, tx, part) },
	} {
		both.Go(func() error {
			// A deferred transaction sees the moment of its first read.
			tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
			if err != nil {
				return err
			}
			defer tx.Rollback()
			return work(ctx, tx)
		})
	}
	return both.Wait()
}

// checkTables looks at each table with its indexes, and that none of them uses
// a page that is sent empty. What the words of the search index say of
// themselves is left out: that takes twice as long as all else, and the index
// is made of the register.
func checkTables(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, tablesOfFile)
	if err != nil {
		return err
	}
	var names []string
	err = each(rows, func() error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		var said string
		if err := tx.QueryRowContext(ctx, `PRAGMA quick_check(`+quoted([]string{name})+`)`).Scan(&said); err != nil {
			return err
		}
		if said != "ok" {
			return errDamagedFile
		}
	}
	unused, err := unusedPages(ctx, tx)
	if err != nil || len(unused) == 0 {
		return err
	}
	if rows, err = tx.QueryContext(ctx, usedPages); err != nil {
		return err
	}
	return each(rows, func() error {
		var number uint32
		if err := rows.Scan(&number); err != nil {
			return err
		}
		if _, free := unused[number]; free {
			return errDamagedFile
		}
		return nil
	})
}

// sendPages reads pages while the ones before are written.
func sendPages(ctx context.Context, tx *sql.Tx, part func(name string, size int64) (io.Writer, error)) error {
	var size int64
	if err := tx.QueryRowContext(ctx, pagesOfFile).Scan(&size); err != nil {
		return err
	}
	unused, err := unusedPages(ctx, tx)
	if err != nil {
		return err
	}
	to, err := part(databaseFile, size)
	if err != nil {
		return err
	}
	read := func(ctx context.Context, to io.Writer) error {
		rows, err := tx.QueryContext(ctx, allPages)
		if err != nil {
			return err
		}
		return each(rows, func() error {
			var number uint32
			var page sql.RawBytes
			if err := rows.Scan(&number, &page); err != nil {
				return err
			}
			if kept, free := unused[number]; free {
				clear(page[kept:])
			}
			_, err := to.Write(page)
			return err
		})
	}
	err = inBlocks(ctx, 1<<20, read, func(block []byte) error {
		n, err := to.Write(block)
		size -= int64(n)
		return err
	})
	if err == nil && size != 0 {
		return errDamagedFile
	}
	return err
}

// unusedPages are those of which nothing is left but what once was there, and
// that is not carried on: https://sqlite.org/fileformat2.html#the_freelist.
// For each it says how many bytes at its beginning are of the list itself.
func unusedPages(ctx context.Context, tx *sql.Tx) (map[uint32]int, error) {
	read := func(number uint32) (page []byte, err error) {
		err = tx.QueryRowContext(ctx, onePage, number).Scan(&page)
		return page, err
	}
	first, err := read(1)
	if err != nil || len(first) < 100 {
		return nil, errors.Join(err, errDamagedFile)
	}
	unused := map[uint32]int{}
	most := binary.BigEndian.Uint32(first[36:])
	for next := binary.BigEndian.Uint32(first[32:]); next != 0; most-- {
		trunk, err := read(next)
		if err != nil {
			return nil, err
		}
		n := binary.BigEndian.Uint32(trunk[4:])
		if most == 0 || int64(n) > int64(len(trunk))/4-2 {
			return nil, errDamagedFile
		}
		unused[next] = int(8 + 4*n)
		for i := range n {
			unused[binary.BigEndian.Uint32(trunk[8+4*i:])] = 0
		}
		next = binary.BigEndian.Uint32(trunk)
	}
	return unused, nil
}
