package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"verbale/internal/problem"
)

// commandLine is what can be typed.
type commandLine struct {
	Config string `placeholder:"FILE" help:"Read options from this file instead of ./verbale.toml (environment: VERBALE_CONFIG)."`

	Serve    serveCommand    `cmd:"" help:"Run the server."`
	Company  companyCommand  `cmd:"" help:"Make and list companies."`
	Person   personCommand   `cmd:"" help:"Add a person to a company."`
	Token    tokenCommand    `cmd:"" help:"Make an API token."`
	Audit    auditCommand    `cmd:"" help:"Walk a company's whole register and say whether it was changed by hand."`
	Backup   backupCommand   `cmd:"" help:"Write a company into one file, while it goes on."`
	Restore  restoreCommand  `cmd:"" help:"Put a company from a backup in place, after its register was audited."`
	Move     moveCommand     `cmd:"" help:"Take a company to another data directory or to PostgreSQL, while people go on reading."`
	Database databaseCommand `cmd:"" help:"Prepare a PostgreSQL database for many nodes."`
	Doctor   doctorCommand   `cmd:"" help:"Say what is wrong with this set-up, and the fix."`
	Import   importCommand   `cmd:"" help:"Bring in the past, from WhatsApp."`
	Files    filesCommand    `cmd:"" help:"Look after the files that people send."`
	Demo     demoCommand     `cmd:"" help:"Make a company of 60 people with a year of chats, to look around in."`
	Bench    benchCommand    `cmd:"" help:"Measure this machine: messages, deliveries, connections, pages, the start."`
	Verify   verifyCommand   `cmd:"" help:"Check a receipt or an export; needs no server."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// terminal is where a command speaks and listens.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func (t terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// Exit statuses: a usage error is told from everything else that went wrong.
const (
	exitFailed = 1
	exitUsage  = 2
)

// errSaid is a failure of which the command has already said all.
var errSaid = errors.New("")

func main() {
	// What this program writes is for its user alone; what others may have is
	// given to them by name.
	syscall.Umask(0o077)
	// A second signal ends the program at once: Stop is deferred by nobody.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() { <-ctx.Done(); stop() }()
	os.Exit(run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}))
}

// exited carries the status out of kong, which wants to end the program when
// it has printed a help text.
type exited int

func run(ctx context.Context, args []string, t terminal) (status int) {
	defer func() {
		if e, ok := recover().(exited); ok {
			status = int(e)
		}
	}()
	if len(args) == 0 {
		t.printf(overview, version)
		return 0
	}
	options, err := readConfig(configPath(args))
	if err != nil {
		return fail(t, err)
	}
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("verbale"),
		kong.Description("The messenger of a company that can prove every word."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(t.out, t.err),
		kong.Exit(func(status int) { panic(exited(status)) }),
		kong.Resolvers(options),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		return fail(t, err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(t.err, "error: %v\n", err)
		fmt.Fprintf(t.err, "See: %s --help\n", commandPath(err))
		return exitUsage
	}
	if err := command.Run(); err != nil {
		return fail(t, err)
	}
	return 0
}

// commandPath names the command whose help tells more about a usage error.
func commandPath(err error) string {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok || parse.Context == nil || parse.Context.Command() == "" {
		return "verbale"
	}
	path := "verbale"
	for _, step := range parse.Context.Path {
		if step.Command != nil {
			path += " " + step.Command.Name
		}
	}
	return path
}

// fail prints one sentence. A problem's code is for programs; people read the
// sentence.
func fail(t terminal, err error) int {
	switch p := problem.Of(err); {
	case errors.Is(err, errSaid):
	case p != nil:
		fmt.Fprintf(t.err, "error: %s\n", p.Detail)
		if p.Code == usageCode {
			return exitUsage
		}
	default:
		fmt.Fprintf(t.err, "error: %v\n", err)
	}
	return exitFailed
}

// usageCode marks a refusal of what was typed or configured.
const usageCode = "program.usage"

func usage(format string, args ...any) error {
	return problem.Newf(problem.Invalid, usageCode, format, args...)
}

// The panic of kong's exit must not be taken for another one's.
var _ fmt.Stringer = exited(0)

func (e exited) String() string { return fmt.Sprintf("exit status %d", int(e)) }
