package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"
)

// copiers is how many tables leave at a time. The database works at each with
// one processor, and has others to serve.
const copiers = 2

// snapshot sends the company's rows as they come out of the database, all of
// one moment. Nothing of it lies on a disk meanwhile.
func (d *pgDatabase) snapshot(ctx context.Context, t *Tenant, part func(name string, size int64) (io.Writer, error)) error {
	schema, all, err := portable(ctx, t.name)
	if err != nil {
		return err
	}
	said, err := json.MarshalIndent(describe(schema, all), "", "  ")
	if err != nil {
		return err
	}
	var sending sync.Mutex
	send := func(name string, contents []byte) error {
		sending.Lock()
		defer sending.Unlock()
		to, err := part(name, int64(len(contents)))
		if err == nil {
			_, err = to.Write(contents)
		}
		return err
	}
	if err := send(rowsFolder+"/"+tablesFile, said); err != nil {
		return err
	}
	from, done, err := d.sameMoment(ctx, copiers)
	if err != nil {
		return err
	}
	defer done()
	tables := make(chan table, len(all))
	for _, t := range all {
		tables <- t
	}
	close(tables)
	copying, ctx := errgroup.WithContext(ctx)
	for _, c := range from {
		copying.Go(func() error {
			for t := range tables {
				if err := c.sendTable(ctx, t, send); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return copying.Wait()
}

// sameMoment gives up to n connections that see the company as of one moment:
// one, and those that are free now. Who held one and waited for another might
// wait for somebody who does the same.
func (d *pgDatabase) sameMoment(ctx context.Context, n int) (all []*pgConn, done func(), err error) {
	first, end, err := d.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	ends := []func(){end}
	done = func() {
		for _, end := range ends {
			end()
		}
	}
	all = []*pgConn{first.(*pgConn)}
	var moment string // https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
	rows, err := first.query(`SELECT pg_export_snapshot()`)
	if err := one(rows, err, &moment); err != nil {
		done()
		return nil, nil, err
	}
	for len(all) < n {
		select {
		case d.reads <- struct{}{}:
		default:
			return all, done, nil
		}
		c, end, err := d.readAt(ctx, moment)
		if err == nil {
			all, ends = append(all, c), append(ends, end)
			_, err = c.send() // what names the company
		}
		if err != nil {
			done()
			return nil, nil, err
		}
	}
	return all, done, nil
}

// sendTable sends a table in parts.
func (c *pgConn) sendTable(ctx context.Context, t table, send func(name string, contents []byte) error) error {
	number := 0
	read := func(ctx context.Context, to io.Writer) error { return c.copyOut(ctx, t, to) }
	return inBlocks(ctx, partBytes, read, func(block []byte) error {
		number++
		return send(partName(t.name, number), block)
	})
}

// copyOut writes a table's rows in the binary form of COPY.
func (c *pgConn) copyOut(ctx context.Context, t table, to io.Writer) error {
	_, err := c.pg.CopyTo(ctx, to, `COPY (SELECT `+quoted(t.columns)+` FROM `+quoted([]string{t.name})+`) TO STDOUT (FORMAT binary)`)
	if err != nil {
		return c.fail(err)
	}
	return nil
}

// portable gives the tables of a company's portable form, and which schema
// that is.
func portable(ctx context.Context, name string) (schema int64, all []table, err error) {
	file, err := openLoose(":memory:")
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := migrateSQLite(ctx, file, name); err != nil {
		return 0, nil, err
	}
	if schema, _, err = schemaOf(ctx, file); err != nil {
		return 0, nil, err
	}
	all, err = tables(ctx, file)
	return schema, all, err
}
