package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"verbale/internal/problem"
)

// Options are what to measure.
type Options struct {
	Short bool   // within 20 seconds in all, and so less exactly
	Scale bool   // W6 to W9 instead of W1 to W5, on a server of our own
	Large int    // of W7: how many messages, if not as many as is usual
	URL   string // a server elsewhere, instead of one of our own
	Token string // an owner's API token there

	// A PostgreSQL database to measure instead of SQLite, which must be empty:
	// as the application's role, and as the role that owns the tables.
	Database, DatabaseOwner string

	Program  string       // the verbale binary; this program if empty
	Progress func(string) // told what is being done
}

// extent is how much is done for each measurement.
type extent struct {
	people      int           // of the one big group
	saturation  time.Duration // W1
	half        time.Duration // W1 at half of it
	flat        time.Duration // W2 flat out
	paced       time.Duration // W2 at ten messages a second
	bare        time.Duration // each bare limit
	connections int           // W3
	settle      time.Duration // W3: until the memory is read
	messages    int           // W4
	reads       int           // W4 and W7: pages, and searches
	probes      int           // W6
	small       int           // W7: messages that the large company is compared with
	large       int           // W7
	companies   int           // W8: at rest
	shared      time.Duration // W8: active ones side by side, of each sort
}

var full = extent{
	people: 1000, saturation: 30 * time.Second, half: 15 * time.Second, flat: 15 * time.Second, paced: 15 * time.Second,
	bare: 10 * time.Second, connections: 5000, settle: 5 * time.Second, messages: 100_000, reads: 2000,
	probes: 40, small: 100_000, large: 1_000_000, companies: 200, shared: 60 * time.Second,
}

var short = extent{
	people: 1000, saturation: 2500 * time.Millisecond, half: 1500 * time.Millisecond, flat: 1500 * time.Millisecond, paced: 1500 * time.Millisecond,
	bare: time.Second, connections: 3000, settle: 500 * time.Millisecond, messages: 3000, reads: 200,
	probes: 5, small: 2000, large: 10_000, companies: 20, shared: 2 * time.Second,
}

var errToken = problem.New(problem.Invalid, "bench.token", "To measure a server elsewhere give both its --url and --token, an owner's API token there. The measuring makes people and conversations in that company.")

var errDatabase = problem.New(problem.Invalid, "bench.database", "To measure PostgreSQL give both --database and --database-owner, of an empty database. scripts/bench.sh makes one for the run.")

var errScale = problem.New(problem.Invalid, "bench.scale", "The measurements of --scale start servers of their own, and so cannot be taken of one elsewhere.")

// run is one run of the bench.
type run struct {
	extent
	server  *process
	company *company
	folder  string
	token   string
	say     func(string)
	report  Report
}

// Run measures everything.
func Run(ctx context.Context, o Options) (Report, error) {
	r := &run{extent: full, say: o.Progress, token: o.Token, server: &process{program: o.Program, url: o.URL, database: o.Database, databaseOwner: o.DatabaseOwner}}
	r.report.Engine = "sqlite"
	if o.Database != "" {
		r.report.Engine = "postgres"
	}
	if o.Short {
		r.extent, r.report.Short = short, true
	}
	if o.Large > 0 {
		r.large = o.Large
	}
	if o.Scale && o.URL != "" {
		return r.report, errScale
	}
	if r.say == nil {
		r.say = func(string) {}
	}
	if (o.URL == "") != (o.Token == "") {
		return r.report, errToken
	}
	if (o.Database == "") != (o.DatabaseOwner == "") {
		return r.report, errDatabase
	}
	var err error
	if r.server.program == "" {
		if r.server.program, err = os.Executable(); err != nil {
			return r.report, err
		}
	}
	if r.folder, err = os.MkdirTemp("", "verbale-bench-"); err != nil {
		return r.report, err
	}
	defer os.RemoveAll(r.folder)
	r.server.data = filepath.Join(r.folder, "data")
	defer r.server.stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	steps := []step{
		{"W5: starting", r.w5}, {"letting people in", r.people},
		{"W3: idle connections", r.w3}, {"W1: 50 senders", r.w1},
		{"W2: one group of 1,000", r.w2}, {"W4: a long conversation", r.w4},
	}
	if o.Scale {
		r.report.Scale, r.extent.people = new(Scale), groups*groupSize
		steps = []step{
			{"W5: starting", r.w5}, {"letting people in", r.people},
			{"W6: how far followers are behind", r.w6}, {"W7: a large company", r.w7}, {"W9: a backup", r.w9},
			{"W8: many companies", r.w8},
		}
	}
	for _, step := range steps {
		r.say(step.what)
		if err := step.do(ctx); err != nil {
			return r.report, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return r.report, ctx.Err()
}

type step struct {
	what string
	do   func(context.Context) error
}

// w5 starts the server, if it is ours.
func (r *run) w5(ctx context.Context) error {
	if r.server.url != "" {
		return nil
	}
	binary, err := os.Stat(r.server.program)
	if err != nil {
		return err
	}
	took, err := r.server.start(ctx)
	if err != nil {
		return err
	}
	r.report.W5.Start = float64(took) / 1e6
	r.report.W5.Binary = float64(binary.Size()) / (1 << 20)
	return nil
}

// people makes the company, and looks how much an idle server with a company
// holds.
func (r *run) people(ctx context.Context) (err error) {
	if r.company, err = newCompany(ctx, r.server, r.token, "bench"); err != nil {
		return err
	}
	pause(ctx, r.settle)
	r.report.W5.Idle = r.server.memory()
	return r.company.fill(ctx, r.extent.people)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
