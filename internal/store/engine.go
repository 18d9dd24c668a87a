package store

import (
	"context"
	"database/sql"
	"io"
	"time"

	"verbale/internal/seal"
)

// engine keeps the databases of companies: SQLite a file for each, PostgreSQL
// rows of shared tables. What the rest of this package needs of one is here,
// and nothing else knows which it is.
type engine interface {
	// open gives a company's database, migrated.
	open(ctx context.Context, name string) (database, error)

	// catalog is the small database that knows companies and hosts.
	catalog() *catalog

	// schema says which version a company's tables have, and which are wanted.
	schema(ctx context.Context, name string) (have, want int64, err error)

	// shared says that other nodes may write the same companies.
	shared() bool

	// lookout tells of what other nodes do, until ctx ends; it returns at once
	// where there are none.
	lookout(ctx context.Context, told func([]TenantHead))

	close()
}

func openEngine(ctx context.Context, dir string, opts Options, root *seal.Root) (engine, error) {
	if opts.Database == "" {
		e, err := openSQLiteEngine(ctx, dir)
		if err != nil {
			return nil, err
		}
		return e, nil
	}
	e, err := openPostgres(ctx, opts, root)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// TenantHead is how far a company's register reaches.
type TenantHead struct {
	Tenant string
	Size   int64
}

// database is one company's.
type database interface {
	// reader gives a connection inside a transaction that sees one moment and
	// cannot write; done ends it.
	reader(ctx context.Context) (c conn, done func(), err error)

	// writer gives a connection that may write. Only one is in use at a time;
	// done gives it back.
	writer(ctx context.Context) (c writeConn, done func(), err error)

	// beside runs a statement as Tenant.Beside says.
	beside(ctx context.Context, query string, args ...any) error

	// snapshot gives the company as of one moment, as Tenant.Snapshot says.
	snapshot(ctx context.Context, t *Tenant, part func(name string, size int64) (io.Writer, error)) error

	dialect() Dialect
	close()
}

// conn runs statements in a transaction. It is used by one goroutine.
type conn interface {
	// exec runs a statement now and says how many rows it changed.
	exec(query string, args ...any) (int64, error)

	// later runs a statement that nothing is asked of, at the latest before
	// the next one is answered. An error of it is an error of the batch.
	later(query string, args ...any) error

	query(query string, args ...any) (Rows, error)

	// each asks one question for many sets of values.
	each(query string, sets [][]any, f func(i int, rows Rows) error) error
}

// writeConn runs the commands of one batch in one transaction.
type writeConn interface {
	conn

	// begin takes the right to write: no other node enters anything until the
	// transaction has ended. It gives the register's head as it is now, and the
	// engine's own clock in microseconds, or 0 if it is the caller's that
	// counts. The commit waits until the disk has it, or if it may be done
	// again after a power cut does not.
	begin(again bool) (head Head, clock int64, err error)

	// attempt runs a command. If that gives an error, what it did is undone
	// and the rest of the transaction stands. A broken transaction is told
	// apart: nothing of it can be kept.
	attempt(command func() error) (err, broken error)

	commit() error
	rollback()
}

// Rows are a query's answer; *sql.Rows is one.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Dialect is the SQL of an engine, where a room cannot do without knowing: the
// search index alone.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Dialect says which engine this company is on.
func (t *Tenant) Dialect() Dialect { return t.db.dialect() }

// Dialect says which engine this company is on.
func (tx *Tx) Dialect() Dialect { return tx.dialect }

// one scans the only row of an answer, or gives sql.ErrNoRows.
func one(rows Rows, err error, dest ...any) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return classify(err)
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return classify(err)
	}
	return classify(rows.Close())
}

// oneByOne asks for each set of values by itself.
func oneByOne(c conn, query string, sets [][]any, f func(i int, rows Rows) error) error {
	for i, args := range sets {
		rows, err := c.query(query, args...)
		if err != nil {
			return err
		}
		if err := each(rows, func() error { return f(i, rows) }); err != nil {
			return err
		}
	}
	return nil
}

// patience bounds one answer of an engine that is elsewhere. Past it the
// connection is given up and whoever waits is told to come again.
const patience = 15 * time.Second
