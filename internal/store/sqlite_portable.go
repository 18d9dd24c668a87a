package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// A company's portable form is a SQLite database file of the same schema. Its
// tables are taken from the schema itself, so that a table that is new is
// carried without anybody's thinking of it. What is derived and differs between
// the engines is not carried: the search index, which its follower makes again,
// and leases, which are of the nodes that held them.
const (
	portableTables = `SELECT m.name, c.name, c.type, c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'message_index%' AND m.name <> 'lease'
		ORDER BY m.name, c.cid`
	portableReferences = `SELECT m.name, f."table" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`

	searchFollowers = `DELETE FROM follower WHERE name LIKE 'search.%'`
	atRest          = `UPDATE head SET frozen = 0`
	noLeases        = `DELETE FROM lease`
)

// table is one of a company's, as its portable form has it.
type table struct {
	name    string
	columns []string
	types   []string // as they were declared: INTEGER, BIGINT, TEXT or BLOB
	key     []int    // the columns of its primary key, in the key's order
}

// tables gives a file's tables; one that refers to another comes after it.
func tables(ctx context.Context, file *sql.DB) (all []table, err error) {
	rows, err := file.QueryContext(ctx, portableTables)
	if err != nil {
		return nil, classify(err)
	}
	places := map[string]map[int]int{}
	err = each(rows, func() error {
		var name, column, kind string
		var place int
		if err := rows.Scan(&name, &column, &kind, &place); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
			places[name] = map[int]int{}
		}
		t := &all[len(all)-1]
		if place > 0 {
			places[name][place] = len(t.columns)
		}
		t.columns, t.types = append(t.columns, column), append(t.types, kind)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		for place := 1; place <= len(places[all[i].name]); place++ {
			all[i].key = append(all[i].key, places[all[i].name][place])
		}
		if len(all[i].key) == 0 {
			return nil, fmt.Errorf("store: table %s has no primary key, so it cannot be read in pages", all[i].name)
		}
	}
	return all, sortByReference(ctx, file, all)
}

func sortByReference(ctx context.Context, file *sql.DB, all []table) error {
	rows, err := file.QueryContext(ctx, portableReferences)
	if err != nil {
		return classify(err)
	}
	refers := map[string][]string{}
	err = each(rows, func() error {
		var from, to string
		err := rows.Scan(&from, &to)
		refers[from] = append(refers[from], to)
		return err
	})
	var depth func(name string) int
	depth = func(name string) (d int) {
		for _, to := range refers[name] {
			if to != name {
				d = max(d, 1+depth(to))
			}
		}
		return d
	}
	slices.SortStableFunc(all, func(a, b table) int { return depth(a.name) - depth(b.name) })
	return err
}

// Pages bound what is in memory: rows read at once, and rows to one INSERT.
const (
	pageRows   = 2000
	insertRows = 100
)

// page is some rows of a table.
type page struct {
	table table
	rows  [][]any
}

// first and next are the queries that read a table in pages.
func (t table) first() string {
	return `SELECT ` + quoted(t.columns) + ` FROM ` + quoted([]string{t.name}) + ` ORDER BY ` + quoted(t.keyNames()) + ` LIMIT ?`
}

func (t table) next() string {
	marks := strings.TrimPrefix(strings.Repeat(", ?", len(t.key)), ", ")
	return `SELECT ` + quoted(t.columns) + ` FROM ` + quoted([]string{t.name}) + ` WHERE (` + quoted(t.keyNames()) + `) > (` + marks + `) ORDER BY ` + quoted(t.keyNames()) + ` LIMIT ?`
}

func (t table) keyNames() (names []string) {
	for _, i := range t.key {
		names = append(names, t.columns[i])
	}
	return names
}

// insert puts so many rows in.
func (t table) insert(rows int) string {
	one := `(` + strings.TrimPrefix(strings.Repeat(", ?", len(t.columns)), ", ") + `)`
	return `INSERT INTO ` + quoted([]string{t.name}) + ` (` + quoted(t.columns) + `) VALUES ` + strings.TrimPrefix(strings.Repeat(", "+one, rows), ", ")
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// walk reads all rows of a table, page by page in the order of its key.
func walk(ctx context.Context, c conn, t table, f func(page) error) error {
	query, args := t.first(), []any{pageRows}
	for {
		rows, err := c.query(query, args...)
		if err != nil {
			return err
		}
		p := page{table: t}
		err = each(rows, func() error {
			values, places := make([]any, len(t.columns)), make([]any, len(t.columns))
			for i := range values {
				places[i] = &values[i]
			}
			p.rows = append(p.rows, values)
			return rows.Scan(places...)
		})
		if err == nil {
			err = ctx.Err()
		}
		if err == nil && len(p.rows) > 0 {
			err = f(p)
		}
		if err != nil || len(p.rows) < pageRows {
			return err
		}
		last := p.rows[len(p.rows)-1]
		query, args = t.next(), nil
		for _, i := range t.key {
			args = append(args, last[i])
		}
		args = append(args, pageRows)
	}
}

// put inserts a page's rows.
func put(c conn, p page) error {
	for rows := p.rows; len(rows) > 0; {
		n := insertRows
		if len(rows) < n {
			n = 1 // two statements a table are enough to prepare
		}
		args := make([]any, 0, n*len(p.table.columns))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if err := c.later(p.table.insert(n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// carry copies tables, reading the next page while the last is written.
func carry(ctx context.Context, all []table, read func(ctx context.Context, t table, f func(page) error) error, write func(page) error) error {
	both, ctx := errgroup.WithContext(ctx)
	pages := make(chan page, 1)
	both.Go(func() error {
		defer close(pages)
		for _, t := range all {
			err := read(ctx, t, func(p page) error {
				select {
				case pages <- p:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	both.Go(func() error {
		for p := range pages {
			if err := write(p); err != nil {
				return err
			}
		}
		return nil
	})
	return both.Wait()
}

// fromRows reads tables page by page from a connection.
func fromRows(from conn) func(ctx context.Context, t table, f func(page) error) error {
	return func(ctx context.Context, t table, f func(page) error) error { return walk(ctx, from, t, f) }
}
