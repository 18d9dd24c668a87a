package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
)

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
	send := func(name string, contents []byte) error {
		to, err := part(name, int64(len(contents)))
		if err == nil {
			_, err = to.Write(contents)
		}
		return err
	}
	if err := send(rowsFolder+"/"+tablesFile, said); err != nil {
		return err
	}
	reading, done, err := d.reader(ctx)
	if err != nil {
		return err
	}
	defer done()
	from := reading.(*pgConn)
	if _, err := from.query(`SELECT size FROM head WHERE id = 1`); err != nil { // the moment is that of the first question
		return err
	}
	for _, t := range all {
		number := 0
		read := func(ctx context.Context, to io.Writer) error { return from.copyOut(ctx, t, to) }
		err := inBlocks(ctx, partBytes, read, func(block []byte) error {
			number++
			return send(partName(t.name, number), block)
		})
		if err != nil {
			return err
		}
	}
	return nil
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
