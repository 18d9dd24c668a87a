package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"verbale/internal/importer/whatsapp"
	"verbale/internal/problem"
)

type importCommand struct {
	Whatsapp importWhatsappCommand `cmd:"" name:"whatsapp" help:"Bring in WhatsApp's \"Export chat\" files (.txt or .zip)."`
}

type importWhatsappCommand struct {
	place
	Files    []string `arg:"" name:"file" help:"The exports."`
	Company  string   `help:"The company's short name; not needed when there is one."`
	Analyze  bool     `help:"Say what is in the files, and write nothing; needs no data directory."`
	Timezone string   `default:"Europe/Rome" help:"The zone of the phone that made the export."`
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
		found, err := analyzeFile(ctx, name)
		if p := problem.Of(err); p != nil {
			out.Refused = append(out.Refused, refused{filepath.Base(name), p.Code, p.Detail})
			fmt.Fprintf(t.err, "error: %s: %s (%s)\n", name, p.Detail, p.Code)
			continue
		}
		if err != nil {
			return err
		}
		out.Files = append(out.Files, found)
		if !c.JSON {
			printAnalysis(t, found)
		}
	}
	if c.JSON {
		if err := printJSON(t, out); err != nil {
			return err
		}
	}
	if len(out.Refused) > 0 {
		return silent
	}
	return nil
}

func analyzeFile(ctx context.Context, name string) (found whatsapp.Analysis, err error) {
	export, err := whatsapp.Open(name)
	if err != nil {
		if problem.Of(err) == nil {
			err = problem.Newf(problem.Invalid, "file.unreadable", "It cannot be read: %v.", pathReason(err))
		}
		return found, err
	}
	defer func() { err = errors.Join(err, export.Close()) }()
	return export.Analyze(ctx)
}

func printAnalysis(t terminal, a whatsapp.Analysis) {
	t.printf("%s\n", a.File)
	t.printf("  %d messages from %s to %s, %d of the app's own lines (%s, language %s)\n", a.Messages, a.First, a.Last, a.System, a.Platform, a.Language)
	t.printf("  dates are %s: %s\n", a.DateOrder, a.DateOrderReason)
	t.printf("  %d deleted, %d edited, media: %d present, %d missing\n", a.Deleted, a.Edited, a.Media.Present, a.Media.Missing)
	for _, p := range a.People {
		t.printf("  %7d  %s\n", p.Messages, p.Name)
	}
	for _, w := range a.Warnings {
		t.printf("  note: %s\n", w.Text)
	}
}

func (c *importWhatsappCommand) bringIn(context.Context, terminal) error {
	return problem.New(problem.Unavailable, "import.browser", "Bring exports in by the browser.")
}
