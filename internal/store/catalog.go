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
	db       *sql.DB
	numbered bool // parameters are $1, $2 instead of "?"
}

func (c *catalog) text(query string) string {
	if c.numbered {
		return numbered(query)
	}
	return query
}

// load gives the companies' names in order, and whose each host name is.
func (c *catalog) load(ctx context.Context) (names []string, hosts map[string]string, err error) {
	rows, err := c.db.QueryContext(ctx, `SELECT t.name, COALESCE(h.host, '') FROM tenant t LEFT JOIN host h ON h.tenant = t.name ORDER BY t.name`)
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

// add enters a company. One that is there already is left as it is.
func (c *catalog) add(ctx context.Context, name string) (added bool, err error) {
	done, err := c.db.ExecContext(ctx, c.text(`INSERT INTO tenant (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`), name, time.Now().UnixMicro())
	if err != nil {
		return false, classify(err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

func (c *catalog) claim(ctx context.Context, host, name string) error {
	_, err := c.db.ExecContext(ctx, c.text(`INSERT INTO host (host, tenant) VALUES (?, ?)`), host, name)
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
