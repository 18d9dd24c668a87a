package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"verbale/internal/problem"
)

type moveCommand struct {
	place
	Company string `help:"The company's short name; not needed when there is one."`
	To      string `required:"" placeholder:"PLACE" help:"Where to: another data directory, or a PostgreSQL database as the application's role (postgres://...)."`
	ToOwner string `placeholder:"URL" help:"With a database: the same as the role that owns the tables, if they are to be made or migrated first."`
	ToData  string `placeholder:"FOLDER" help:"With a database: the data directory of a node that works on it. If not given, the nodes are to use this data directory: its files and its root key stay where they are."`
	ToBlobs string `placeholder:"PLACE" help:"Where its files are kept there, if no server runs there: s3://bucket or s3://bucket/prefix, with the same --s3 options as here. Empty: in the data directory."`
	Keep    bool   `help:"Leave the company here as well, frozen: people can read it and not write."`
	Cancel  bool   `help:"Take back a move that was broken off: the company can be written here again. Refused if it has arrived."`
	JSON    bool   `help:"Print as JSON what was moved."`
}

type moveRequest struct {
	Company string
	To      place
	InPlace bool // the files stay where they are, and so does the root key
	Keep    bool
	Cancel  bool
	Owner   string // of the database that the company leaves, if it is one
}

// moving is a line of a move's answer: a step that was taken, or the end.
type moving struct {
	Step string `json:"step,omitempty"`
	Done *moved `json:"done,omitempty"`
}

type moved struct {
	Company string   `json:"company"`
	Entries int64    `json:"entries"`
	Root    string   `json:"root"`
	Arrived arrived  `json:"arrived"`
	Hosts   []string `json:"hosts"`
	Left    string   `json:"left"` // what became of it here, in words
}

// arrived is what the place where it came to says of it.
type arrived struct {
	Entries int64  `json:"entries"`
	Root    string `json:"root"`
}

func (c *moveCommand) Run(ctx context.Context, t terminal) error {
	request := moveRequest{Company: c.Company, Keep: c.Keep, Cancel: c.Cancel, Owner: c.DatabaseOwner}
	switch isURL := strings.HasPrefix(c.To, "postgres://") || strings.HasPrefix(c.To, "postgresql://"); {
	case isURL:
		request.To = place{Data: c.ToData, Database: c.To, DatabaseOwner: c.ToOwner}
		request.InPlace = c.ToData == ""
	case c.ToOwner != "" || c.ToData != "":
		return usage("--to-owner and --to-data belong to a database: --to postgres://...")
	default:
		request.To = place{Data: c.To}
	}
	if c.ToBlobs != "" && request.InPlace {
		return usage("--to-blobs belongs to a place of its own: the files stay here. Give --to-data as well.")
	}
	request.To.Blobs, request.To.S3 = c.ToBlobs, c.S3
	if _, err := request.To.bucket(); err != nil {
		return err
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(perform(ctx, c.place, "move", request, nil, writer)) }()
	defer reader.Close()
	var done *moved
	for lines := json.NewDecoder(reader); ; {
		var line moving
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if line.Done != nil {
			done = line.Done
		} else if !c.JSON {
			t.printf("%s\n", line.Step)
		}
	}
	switch {
	case done == nil && c.Cancel:
		return nil
	case done == nil:
		return problem.New(problem.Unavailable, "move.unfinished", "The move was not finished. Run the same command again: it goes on where it was.")
	case c.JSON:
		return printJSON(t, done)
	}
	t.printf("Moved %s: %d entries, root %s, here as there.\n%s\n", done.Company, done.Entries, done.Root, done.Left)
	if len(done.Hosts) > 0 {
		t.printf("Its host names went with it: %s.\n", strings.Join(done.Hosts, ", "))
	}
	return nil
}
