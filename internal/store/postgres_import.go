package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"strconv"
	"time"
)

// Import takes a company from the database file in a directory, which no
// server has open, into a database that is shared: its name, the host names
// that nobody else has, and all its rows. It is one transaction, so a crash
// leaves nothing of it. Before it is committed, and so before anybody can reach
// the company, every row that has arrived is compared with what was sent, and
// proven looks at them; what it refuses is undone. The company's keys must be wrapped with this server's root.
func (s *Server) Import(ctx context.Context, name, dir string, hosts []string, proven func(*Tx) error) (err error) {
	e, ok := s.engine.(*pgEngine)
	if !ok {
		return errors.New("store: only a shared database takes in rows; a file is adopted")
	}
	if !validName.MatchString(name) {
		return ErrBadName
	}
	file, err := openSQLite(filepath.Join(dir, databaseFile), true, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	have, want, err := schemaOf(ctx, file)
	if err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("store: the file to be imported has schema %d, not %d; opening it brings it forward", have, want)
	}
	pooled, err := (&pgDatabase{engine: e}).acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	c := newPgConn(pooled)
	err = s.takeIn(ctx, c, file, name, hosts, proven)
	if err == nil {
		err = (&pgWriter{pgConn: c}).commit()
	}
	if err != nil {
		c.rollback()
		return classify(err)
	}
	if _, err := c.exec(`SELECT look_over()`); err != nil {
		slog.Warn("the planner was not told of a company that has come in; the database looks by itself within minutes", "company", name, "error", err)
	}
	return s.load(ctx)
}

// takeIn does all of an import but its end.
func (s *Server) takeIn(ctx context.Context, c *pgConn, file *sql.DB, name string, hosts []string, proven func(*Tx) error) error {
	if err := c.later(pgBegin); err != nil {
		return err
	}
	var id int64
	rows, err := c.query(`INSERT INTO tenant (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id`, name, time.Now().UnixMicro())
	if err := one(rows, err, &id); errors.Is(err, sql.ErrNoRows) {
		return ErrNameTaken
	} else if err != nil {
		return err
	}
	for _, host := range hosts {
		if err := c.later(`INSERT INTO host (host, tenant) VALUES (?, ?) ON CONFLICT DO NOTHING`, host, name); err != nil {
			return err
		}
	}
	if err := c.later(pgCompany, strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	all, err := tables(ctx, file)
	if err != nil {
		return err
	}
	from, err := newSQLiteConn(ctx, file)
	if err != nil {
		return err
	}
	defer from.close()
	if _, err := from.exec(`BEGIN`); err != nil {
		return err
	}
	defer from.exec(`ROLLBACK`)
	sent, arrived := digest{}, digest{}
	err = carry(ctx, all, fromRows(from), func(p page) error {
		if err := takePage(c, p); err != nil {
			return err
		}
		sent.add(p)
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := walk(ctx, c, t, func(p page) error { arrived.add(p); return nil }); err != nil {
			return err
		}
	}
	if !maps.Equal(sent, arrived) {
		return errors.New("store: the rows that arrived are not those that were sent")
	}
	if _, err := c.exec(searchFollowers); err != nil {
		return err
	}
	var wrapped []byte
	rows, err = c.query(`SELECT wrapped FROM keyset WHERE id = 1`)
	if err := one(rows, err, &wrapped); err != nil {
		return err
	}
	keys, err := s.root.OpenKeyset(name, wrapped)
	if err != nil {
		return err
	}
	return proven(&Tx{conn: c, keys: keys, dialect: Postgres, now: time.Now().UnixMicro()})
}

// digest is of the rows of tables, in whatever order they come. The head is
// left out: the register's audit holds it against the entries.
type digest map[string]rowSum

type rowSum struct {
	count int64
	sum   [sha256.Size]byte // of all rows' sums, by exclusive or
}

func (d digest) add(p page) {
	if p.table.name == "head" {
		return
	}
	all := d[p.table.name]
	for _, row := range p.rows {
		hash := sha256.New()
		for _, value := range row {
			switch v := value.(type) {
			case nil:
				fmt.Fprint(hash, "-")
			case []byte:
				fmt.Fprintf(hash, "b%d:", len(v))
				hash.Write(v)
			case string:
				fmt.Fprintf(hash, "t%d:%s", len(v), v)
			default:
				fmt.Fprintf(hash, "n%d:", v)
			}
		}
		all.count++
		for i, b := range hash.Sum(nil) {
			all.sum[i] ^= b
		}
	}
	d[p.table.name] = all
}

// takePage puts a page's rows in and waits for it, so that what is on its way
// stays small.
func takePage(c *pgConn, p page) error {
	for _, row := range p.rows {
		for i, value := range row {
			// Bytes of no length are not the absence of a value.
			if b, ok := value.([]byte); ok && b == nil {
				row[i] = []byte{}
			}
		}
	}
	if p.table.name == "head" { // it was made with the company
		for _, row := range p.rows {
			values := map[string]any{}
			for i, column := range p.table.columns {
				values[column] = row[i]
			}
			if err := c.later(`UPDATE head SET size = ?, time = ?, roots = ? WHERE id = 1`, values["size"], values["time"], values["roots"]); err != nil {
				return err
			}
		}
	} else if err := put(c, p); err != nil {
		return err
	}
	_, err := c.send()
	return err
}
