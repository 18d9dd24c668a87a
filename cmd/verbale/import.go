package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"verbale/internal/importer/whatsapp"
	"verbale/internal/problem"
)

type importCommand struct {
	Whatsapp importWhatsappCommand `cmd:"" name:"whatsapp" help:"Bring in WhatsApp's \"Export chat\" files (.txt or .zip)."`
}

type importWhatsappCommand struct {
	place
	Files    []string `arg:"" name:"file" help:"The exports; - reads one from the standard input."`
	Company  string   `help:"The company's short name; not needed when there is one."`
	Analyze  bool     `help:"Say what is in the files, and write nothing; needs no data directory."`
	Timezone string   `default:"Europe/Rome" help:"The zone of the phone that made the export."`
	Order    string   `default:"" enum:",dmy,mdy,ymd" help:"The order of the dates, if the analysis got it wrong: dmy, mdy or ymd."`
	Person   string   `help:"Who brings it in: a number or a whole name; the owner if not given."`
	Title    string   `help:"The conversation's title; the chat's own name if not given."`
	Name     []string `placeholder:"NAME=PERSON" sep:"none" help:"Which name of the file is which person, e.g. \"Marco Work=Marco Rossi\". Names that are spelt as here are found by themselves."`
	Member   []string `placeholder:"PERSON" sep:"none" help:"Who else sees the conversation, beside those who wrote in it."`
	JSON     bool     `help:"Print as JSON."`
}

// refused is a file that is no export.
type refused struct {
	File string `json:"file"`
	Code string `json:"code"`
	Text string `json:"text"`
}

func (c *importWhatsappCommand) Run(ctx context.Context, t terminal) error {
	if c.Analyze {
		return c.analyze(ctx, t)
	}
	return c.bringIn(ctx, t)
}

func (c *importWhatsappCommand) analyze(ctx context.Context, t terminal) error {
	var out struct {
		Files   []whatsapp.Analysis `json:"files"`
		Refused []refused           `json:"refused,omitempty"`
	}
	out.Files = []whatsapp.Analysis{}
	for _, name := range c.Files {
		found, err := analyzeFile(ctx, t, name)
		if p := problem.Of(err); p != nil {
			out.Refused = append(out.Refused, refused{name, p.Code, p.Detail})
			fmt.Fprintf(t.err, "error: %s: %s (%s)\n", name, p.Detail, p.Code)
			continue
		}
		if err != nil {
			return err
		}
		out.Files = append(out.Files, found)
		if !c.JSON {
			t.printf("%s", whatsapp.Report(found))
		}
	}
	if c.JSON {
		if err := printJSON(t, out); err != nil {
			return err
		}
	}
	if len(out.Refused) > 0 {
		return errSaid
	}
	return nil
}

func analyzeFile(ctx context.Context, t terminal, name string) (whatsapp.Analysis, error) {
	if piped(name) {
		return analyzePiped(ctx, t, name)
	}
	export, err := whatsapp.Open(name)
	if err != nil {
		return whatsapp.Analysis{}, unreadable(err)
	}
	defer export.Close()
	return export.Analyze(ctx)
}

// piped tells a file that can be read only once: the standard input, a pipe.
func piped(name string) bool {
	info, err := os.Stat(name)
	return name == "-" || err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// analyzePiped first keeps what comes in a file without a name, since an export
// is read twice, and a zip from its end.
func analyzePiped(ctx context.Context, t terminal, name string) (none whatsapp.Analysis, err error) {
	in, err := openInput(t, name)
	if err != nil {
		return none, err
	}
	defer in.Close()
	kept, err := os.CreateTemp("", "verbale-export-*")
	if err != nil {
		return none, unreadable(err)
	}
	defer kept.Close()
	if err := os.Remove(kept.Name()); err != nil {
		return none, unreadable(err)
	}
	size, err := io.Copy(kept, in)
	if err != nil {
		return none, unreadable(err)
	}
	export, err := whatsapp.OpenReaderAt(name, kept, size)
	if err != nil {
		return none, unreadable(err)
	}
	return export.Analyze(ctx)
}

// unreadable is the refusal of a file that the system does not let be read.
func unreadable(err error) error {
	if problem.Of(err) != nil {
		return err
	}
	return problem.Newf(problem.Invalid, "file.unreadable", "It cannot be read: %v.", pathReason(err))
}
