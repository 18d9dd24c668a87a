package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Forget deletes all rows of a company from PostgreSQL, as the owner of the
// tables, whom alone the register lets do so. One that is not there is no
// error.
func Forget(ctx context.Context, owner, name string) error {
	config, err := pgx.ParseConfig(owner)
	if err != nil {
		return refuse("store.database_url", "The address of the database's owner cannot be read. It looks like postgres://user:password@host:5432/name.", hideURL(err))
	}
	config.RuntimeParams["search_path"] = pgSchema
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return classify(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	_, err = c.Exec(ctx, `SELECT forget_company(name) FROM tenant WHERE name = $1`, name)
	return classify(err)
}
