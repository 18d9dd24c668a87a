package main

import (
	"context"
	"encoding/json"

	"verbale/internal/store"
)

type databaseCommand struct {
	Prepare databasePrepareCommand `cmd:"" help:"Make or migrate the tables in PostgreSQL, and give the application's role what it needs."`
}

type databasePrepareCommand struct {
	place
	JSON bool `help:"Print as JSON."`
}

type prepared struct {
	Schema int64 `json:"schema"`
}

func (c *databasePrepareCommand) Run(ctx context.Context, t terminal) error {
	if c.Database == "" || c.DatabaseOwner == "" {
		return usage("Two addresses of the database are needed: --database as the application's role, --database-owner as the role that is to own the tables.")
	}
	schema, err := store.PreparePostgres(ctx, c.DatabaseOwner, c.Database)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(t.out).Encode(prepared{schema})
	}
	t.printf("The database is ready (schema %d). Start the nodes with --database alone; the owner's password is needed again only for an update.\n", schema)
	return nil
}
