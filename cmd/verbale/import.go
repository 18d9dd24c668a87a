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
