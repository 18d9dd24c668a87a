package main

import (
	"context"
	"fmt"

	"verbale/bench"
)

type benchCommand struct {
	Short bool   `help:"Within 20 seconds in all, and so less exactly."`
	Scale bool   `help:"Measure how it grows instead: followers, a large company, many companies, a backup. It takes about fifteen minutes."`
	Large int    `placeholder:"MESSAGES" help:"With --scale: how many messages the large company has, a million if not given."`
	URL   string `placeholder:"URL" help:"Measure the server at this address instead of one of the bench's own. It gets a thousand people and as many messages as it can take."`
	Token string `env:"VERBALE_BENCH_TOKEN" placeholder:"TOKEN" help:"With --url: an API token of an owner there."`
	JSON  bool   `help:"Print as JSON."`

	Database      string `placeholder:"URL" help:"Measure on this empty PostgreSQL database, as the application's role, instead of SQLite."`
	DatabaseOwner string `placeholder:"URL" help:"The same database as the role that is to own the tables."`
}

func (c *benchCommand) Run(ctx context.Context, t terminal) error {
	report, err := bench.Run(ctx, bench.Options{
		Short: c.Short, Scale: c.Scale, Large: c.Large, URL: c.URL, Token: c.Token, Database: c.Database, DatabaseOwner: c.DatabaseOwner,
		Progress: func(what string) { fmt.Fprintf(t.err, "%s ...\n", what) },
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, report)
	}
	return report.Print(t.out)
}
