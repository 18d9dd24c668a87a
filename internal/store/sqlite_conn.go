package store

import (
	"context"
	"database/sql"
	"time"
)

// sqliteConn is one connection to a database file with its prepared
// statements, by their text. Statements run without a context on purpose: a
// cancelled caller must not leave a half-run transaction behind.
type sqliteConn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
	given time.Time // back to the readers, at last
}

func newSQLiteConn(ctx context.Context, db *sql.DB) (*sqliteConn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, classify(err)
	}
	return &sqliteConn{c: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *sqliteConn) stmt(query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.c.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, classify(err)
	}
	c.stmts[query] = s
	return s, nil
}

func (c *sqliteConn) exec(query string, args ...any) (int64, error) {
	s, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.Exec(args...)
	if err != nil {
		return 0, classify(err)
	}
	return res.RowsAffected()
}

// later does it at once: there is no way to the database that could be saved.
func (c *sqliteConn) later(query string, args ...any) error {
	_, err := c.exec(query, args...)
	return err
}

func (c *sqliteConn) query(query string, args ...any) (Rows, error) {
	s, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return nil, classify(err)
	}
	return rows, nil
}

// each asks again and again, for the same reason.
func (c *sqliteConn) each(query string, sets [][]any, f func(i int, rows Rows) error) error {
	return oneByOne(c, query, sets, f)
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.c.Close()
}

// sqliteWriter is the one connection that writes a file.
type sqliteWriter struct {
	*sqliteConn
	relaxed bool // commits do not wait for the disk
}

func (w *sqliteWriter) begin(again bool) (Head, int64, error) {
	if err := w.relax(again); err != nil {
		return Head{}, 0, err
	}
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return Head{}, 0, err
	}
	head, err := readHead(w)
	return head, 0, err
}

// relax says whether commits wait for the disk from now on. The log tells a
// commit that was cut short, so in either case the file stays whole
// (https://www.sqlite.org/pragma.html#pragma_synchronous).
func (w *sqliteWriter) relax(relaxed bool) error {
	if relaxed == w.relaxed {
		return nil
	}
	pragma := "PRAGMA synchronous = FULL"
	if relaxed {
		pragma = "PRAGMA synchronous = NORMAL"
	}
	// Not kept ready: it takes effect while it is prepared.
	_, err := w.c.ExecContext(context.Background(), pragma)
	if err == nil {
		w.relaxed = relaxed
	}
	return classify(err)
}

func (w *sqliteWriter) attempt(command func() error) (err, broken error) {
	if _, broken = w.exec("SAVEPOINT command"); broken != nil {
		return nil, broken
	}
	if err = command(); err != nil {
		if _, undone := w.exec("ROLLBACK TO command"); undone != nil {
			return err, err // a full disk, say, has ended the whole transaction
		}
	}
	_, broken = w.exec("RELEASE command")
	return err, broken
}

func (w *sqliteWriter) commit() error {
	_, err := w.exec("COMMIT")
	return err
}

func (w *sqliteWriter) rollback() { w.exec("ROLLBACK") }
