package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgConn is a connection to PostgreSQL inside a transaction. Statements that
// nothing is asked of wait in it and go out together with the next one that
// is, so that a command costs as many round trips as it asks questions
// (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
//
// Answers are read to their end before the caller sees them, so that another
// statement may be run while one is walked through: a walk through more than
// fits in memory is made in pages.
type pgConn struct {
	pg       *pgconn.PgConn
	prepared map[string]*pgStatement

	waiting []pgCall
	sent    bool // something of this transaction has reached the server
	broken  error

	// Of the command that is running:
	own   int  // where its statements begin in waiting; -1 outside a command
	saved bool // a savepoint was set before its first statement went out
}

// pgStatement is a statement prepared on one connection.
type pgStatement struct {
	name    string
	params  []uint32
	columns []uint32
	formats []int16 // of the columns
	many    *manyOf // how it is run for many sets of values at once; nil: one by one
}

type pgCall struct {
	statement *pgStatement
	values    [][]byte
	formats   []int16
}

const preparedKey = "verbale.prepared"

func newPgConn(pooled *pgxpool.Conn) *pgConn {
	pg := pooled.Conn().PgConn()
	prepared, ok := pg.CustomData()[preparedKey].(map[string]*pgStatement)
	if !ok {
		prepared = map[string]*pgStatement{}
		pg.CustomData()[preparedKey] = prepared
	}
	return &pgConn{pg: pg, prepared: prepared, own: -1}
}

// prepare gives a statement ready to be run. Preparing stands outside of what
// waits, so it does not send that.
func (c *pgConn) prepare(query string) (*pgStatement, error) {
	if s, ok := c.prepared[query]; ok {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := c.pg.Prepare(ctx, "v"+strconv.Itoa(len(c.prepared)), rebindPostgres(query), nil)
	if err != nil {
		return nil, c.fail(err)
	}
	s := &pgStatement{name: d.Name, params: d.ParamOIDs, many: ofMany(query, d.ParamOIDs)}
	for _, f := range d.Fields {
		s.columns = append(s.columns, f.DataTypeOID)
		s.formats = append(s.formats, resultFormat(f.DataTypeOID))
	}
	c.prepared[query] = s
	return s, nil
}

// fail remembers an error after which the transaction cannot go on.
func (c *pgConn) fail(err error) error {
	if c.broken == nil {
		c.broken = err
	}
	return classify(err)
}

func (c *pgConn) later(query string, args ...any) error {
	if c.broken != nil {
		return classify(c.broken)
	}
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	call, err := s.call(args)
	if err != nil {
		return err
	}
	c.waiting = append(c.waiting, call)
	return nil
}

// call is the statement with a set of values.
func (s *pgStatement) call(args []any) (call pgCall, err error) {
	if len(args) != len(s.params) {
		return call, fmt.Errorf("store: a statement wants %d values and was given %d", len(s.params), len(args))
	}
	call = pgCall{statement: s, values: make([][]byte, len(args)), formats: make([]int16, len(args))}
	for i, arg := range args {
		if call.values[i], call.formats[i], err = encodeValue(arg, s.params[i]); err != nil {
			return call, err
		}
	}
	return call, nil
}

// exec also sends what waits.
func (c *pgConn) exec(query string, args ...any) (int64, error) {
	rows, err := c.run(query, args...)
	if err != nil {
		return 0, err
	}
	return rows.changed, nil
}

func (c *pgConn) query(query string, args ...any) (Rows, error) {
	rows, err := c.run(query, args...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (c *pgConn) run(query string, args ...any) (*pgRows, error) {
	mine := len(c.waiting)
	if err := c.later(query, args...); err != nil {
		return nil, err
	}
	return c.answer(query, mine)
}

// answer sends all that waits, of which the last is the question, and gives its
// answer; mine is how much waited before it.
func (c *pgConn) answer(query string, mine int) (*pgRows, error) {
	if c.own >= 0 && !c.saved && (mine > c.own || !reads(query)) {
		if err := c.save(); err != nil {
			return nil, err
		}
	}
	return c.send()
}

// see has the transaction, which has asked nothing yet, see a moment that
// another connection has exported.
func (c *pgConn) see(ctx context.Context, moment string) error {
	if _, err := c.send(); err != nil {
		return err
	}
	if _, err := c.pg.Exec(ctx, `SET TRANSACTION SNAPSHOT '`+moment+`'`).ReadAll(); err != nil {
		return c.fail(err)
	}
	return nil
}

// reads says that a statement leaves nothing to be undone.
func reads(query string) bool { return strings.HasPrefix(query, "SELECT") }

const (
	setSavepoint     = "SAVEPOINT command"
	releaseSavepoint = "RELEASE SAVEPOINT command"
	undoSavepoint    = "ROLLBACK TO SAVEPOINT command"
)

// save puts a savepoint before the command's own statements: they are about to
// go out, and the command may still fail.
func (c *pgConn) save() error {
	s, err := c.prepare(setSavepoint)
	if err != nil {
		return err
	}
	c.waiting = append(c.waiting, pgCall{})
	copy(c.waiting[c.own+1:], c.waiting[c.own:])
	c.waiting[c.own] = pgCall{statement: s}
	c.saved = true
	return nil
}

// send sends all that waits in one go and gives the answer to the last of it.
func (c *pgConn) send() (*pgRows, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return c.sendWithin(ctx)
}

func (c *pgConn) sendWithin(ctx context.Context) (*pgRows, error) {
	calls, err := c.merged(c.waiting)
	if err != nil {
		return nil, err
	}
	var batch pgconn.Batch
	for _, call := range calls {
		batch.ExecPrepared(call.statement.name, call.values, call.formats, call.statement.formats)
	}
	last, left := calls[len(calls)-1].statement, len(calls)
	c.waiting = c.waiting[:0]
	if c.own >= 0 {
		c.own = 0
	}
	c.sent = true
	rows := &pgRows{types: last.columns}
	answers := c.pg.ExecBatch(ctx, &batch)
	for answers.NextResult() {
		answer := answers.ResultReader()
		left--
		if left == 0 {
			for answer.NextRow() {
				rows.keep(answer.Values())
			}
		}
		tag, err := answer.Close()
		if err != nil {
			answers.Close()
			return nil, c.fail(err)
		}
		rows.changed = tag.RowsAffected()
	}
	if err := answers.Close(); err != nil {
		return nil, c.fail(err)
	}
	return rows, nil
}

// pgRows is an answer that has been read to its end.
type pgRows struct {
	types   []uint32
	values  [][]byte // of all rows, one after the other
	at      int      // the row that Scan reads, counted from 1
	changed int64
}

func (r *pgRows) keep(row [][]byte) {
	size := 0
	for _, v := range row {
		size += len(v)
	}
	memory := make([]byte, 0, size)
	for _, v := range row {
		if v == nil {
			r.values = append(r.values, nil)
			continue
		}
		start := len(memory)
		memory = append(memory, v...)
		r.values = append(r.values, memory[start:len(memory):len(memory)])
	}
}

func (r *pgRows) Next() bool {
	r.at++
	return r.at*len(r.types) <= len(r.values) && len(r.types) > 0
}

func (r *pgRows) Scan(dest ...any) error {
	return scanColumns(r.row(), r.types, dest)
}

// row gives the columns of the row that Scan reads.
func (r *pgRows) row() [][]byte { return r.values[(r.at-1)*len(r.types) : r.at*len(r.types)] }

func scanColumns(row [][]byte, types []uint32, dest []any) error {
	if len(dest) != len(types) {
		return fmt.Errorf("store: a row has %d columns and %d are asked for", len(types), len(dest))
	}
	for i, d := range dest {
		if err := scanValue(row[i], types[i], d); err != nil {
			return err
		}
	}
	return nil
}

func (r *pgRows) Err() error   { return nil }
func (r *pgRows) Close() error { return nil }
