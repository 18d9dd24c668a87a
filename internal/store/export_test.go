package store

import "context"

// Dialect says which engine a company is on.
func (t *Tenant) Dialect() Dialect { return t.db.dialect() }

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
