package store

import (
	"context"
	"crypto/rand"
	"io"
	"strings"
)

func init() { partBytes = 1000 } // so that every snapshot has many

// Prepare has the engine look at a statement without running it.
func Prepare(ctx context.Context, t *Tenant, query string) error {
	c, done, err := t.db.reader(ctx)
	if err != nil {
		return err
	}
	defer done()
	switch c := c.(type) {
	case *sqliteConn:
		_, err = c.stmt(query)
	case *pgConn:
		_, err = c.prepare(query)
	}
	return err
}

// Explain has the engine say how it would find the rows of a statement.
func Explain(ctx context.Context, t *Tenant, query string) (plan string, err error) {
	c, done, err := t.db.reader(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	if c, ok := c.(*pgConn); ok {
		return c.explain(ctx, query)
	}
	rows, err := c.query("EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(numbered(query), "$"))...)
	if err != nil {
		return "", err
	}
	err = each(rows, func() error {
		var id, parent, unused int64
		var step string
		err := rows.Scan(&id, &parent, &unused, &step)
		plan += step + "\n"
		return err
	})
	return plan, err
}

// explain asks for the plan that serves whatever values there may be.
func (c *pgConn) explain(ctx context.Context, query string) (plan string, err error) {
	if _, err := c.query("SELECT 1"); err != nil { // sends what names the company
		return "", err
	}
	name, bound := "explained_"+rand.Text(), rebindPostgres(query)
	values := strings.TrimSuffix(strings.Repeat("NULL, ", strings.Count(bound, "$")), ", ")
	if values != "" {
		values = "(" + values + ")"
	}
	results, err := c.pg.Exec(ctx, `SET LOCAL plan_cache_mode = force_generic_plan; PREPARE `+name+` AS `+bound+`; EXPLAIN (COSTS OFF) EXECUTE `+name+values).ReadAll()
	if err != nil {
		return "", err
	}
	for _, row := range results[2].Rows {
		plan += string(row[0]) + "\n"
	}
	return plan, nil
}

// ReadCopy reads rows of a number, a text and bytes.
func ReadCopy(from io.Reader, f func(row []any)) error {
	return readCopy(from, table{types: []string{"BIGINT", "TEXT", "BLOB"}, columns: make([]string, 3)}, func(p page) error {
		for _, row := range p.rows {
			f(row)
		}
		return nil
	})
}

// IdleReads says how many read connections a company keeps for the next who
// needs one.
func IdleReads(t *Tenant) int {
	readers := t.db.(*sqliteDatabase).readers
	readers.mu.Lock()
	defer readers.mu.Unlock()
	return len(readers.idle)
}
