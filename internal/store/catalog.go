package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// catalog is the server's own small database: the companies and the host names
// they have claimed. There is no content in it.
type catalog struct {
	db     *sql.DB
	shared bool // in PostgreSQL: parameters are $1, $2 instead of "?", and a company that moved stays until the owner forgets it
}

func (c *catalog) text(query string) string {
	if c.shared {
		return numbered(query)
	}
	return query
}

// load gives the companies' names in order, and whose each host name is.
func (c *catalog) load(ctx context.Context) (names []string, hosts map[string]string, err error) {
	query := `SELECT t.name, COALESCE(h.host, '') FROM tenant t LEFT JOIN host h ON h.tenant = t.name ORDER BY t.name`
	if c.shared {
		query = `SELECT t.name, COALESCE(h.host, '') FROM tenant t LEFT JOIN host h ON h.tenant = t.name WHERE t.moved = 0 ORDER BY t.name COLLATE "C"`
	}
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return nil, nil, classify(err)
	}
	defer rows.Close()
	hosts = map[string]string{}
	for rows.Next() {
		var name, host string
		if err := rows.Scan(&name, &host); err != nil {
			return nil, nil, err
		}
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
		if host != "" {
			hosts[host] = name
		}
	}
	return names, hosts, classify(rows.Err())
}

// add enters a company with its host names. What is there already is left as
// it is.
func (c *catalog) add(ctx context.Context, name string, hosts []string) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(ctx, c.text(`INSERT INTO tenant (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`), name, time.Now().UnixMicro())
	for _, host := range hosts {
		if err == nil {
			_, err = tx.ExecContext(ctx, c.text(`INSERT INTO host (host, tenant) VALUES (?, ?) ON CONFLICT (host) DO NOTHING`), host, name)
		}
	}
	if err != nil {
		return classify(err)
	}
	return classify(tx.Commit())
}

// drop takes a company and its host names out.
func (c *catalog) drop(ctx context.Context, name string) error {
	_, err := c.db.ExecContext(ctx, c.text(`DELETE FROM host WHERE tenant = ?`), name)
	if err == nil && c.shared {
		_, err = c.db.ExecContext(ctx, c.text(`UPDATE tenant SET moved = ? WHERE name = ? AND moved = 0`), time.Now().UnixMicro(), name)
	} else if err == nil {
		_, err = c.db.ExecContext(ctx, c.text(`DELETE FROM tenant WHERE name = ?`), name)
	}
	return classify(err)
}

// id is the number by which a shared table knows a company.
func (c *catalog) id(ctx context.Context, name string) (id int64, err error) {
	err = c.db.QueryRowContext(ctx, c.text(`SELECT id FROM tenant WHERE name = ?`), name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoCompany
	}
	return id, classify(err)
}
