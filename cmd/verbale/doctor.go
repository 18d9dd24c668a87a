package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"verbale/internal/problem"
	"verbale/internal/store"
)

type doctorCommand struct {
	config `embed:""`
	JSON   bool `help:"Print as JSON."`
}

// finding is what one look has found.
type finding struct {
	Level string `json:"level"` // ok, warning or fault
	About string `json:"about"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

const (
	fine    = "ok"
	warning = "warning"
	fault   = "fault"
)

func (c *doctorCommand) Run(ctx context.Context, t terminal) error {
	s, err := c.checked()
	if err != nil {
		return err
	}
	found := lookAtMachine(ctx, s)
	found = append(found, lookAtCompanies(ctx, s)...)

	faults, warnings := 0, 0
	for _, f := range found {
		switch f.Level {
		case fault:
			faults++
		case warning:
			warnings++
		}
	}
	if c.JSON {
		if err := printJSON(t, found); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			t.printf("%-8s %-11s %s\n", f.Level, f.About, f.Text)
			if f.Fix != "" {
				t.printf("%-20s fix: %s\n", "", f.Fix)
			}
		}
		switch {
		case faults > 0:
			t.printf("\n%d to be mended, %d to be looked at.\n", faults, warnings)
		case warnings > 0:
			t.printf("\nIt works; %d to be looked at.\n", warnings)
		default:
			t.printf("\nAll is well.\n")
		}
	}
	if faults > 0 {
		return errSaid
	}
	return nil
}

// lookAtCompanies has the companies looked at from inside: by the server that
// runs, or here.
func lookAtCompanies(ctx context.Context, s settings) []finding {
	if existing(s.Data) != nil || lostRoot(s.Data) {
		return nil // already said
	}
	var out bytes.Buffer
	if err := perform(ctx, s.place, "doctor", struct{}{}, nil, &out); err != nil {
		f := finding{Level: fault, About: "data", Text: fmt.Sprintf("The data directory cannot be opened: %v", err)}
		if p := problem.Of(err); p != nil {
			f.Text = p.Detail
		}
		return []finding{f}
	}
	var found []finding
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		return []finding{{Level: fault, About: "data", Text: "The server's answer cannot be read.", Fix: "Restart the server with this version of the program."}}
	}
	return found
}

// doctor looks at each company: its schema, its database file, its clock and
// how far its checkpoint is behind.
func (h *house) doctor(ctx context.Context, _ struct{}) ([]finding, error) {
	found := h.lookAtNodes(ctx)
	companies := []finding{}
	for _, name := range h.server.Tenants() {
		companies = append(companies, h.examine(ctx, name)...)
	}
	if len(companies) == 0 {
		companies = append(companies, finding{fine, "companies", "There is no company yet.", ""})
	}
	return append(found, companies...), nil
}

func (h *house) examine(ctx context.Context, name string) []finding {
	about := func(err error, fix string) []finding {
		text := err.Error()
		if p := problem.Of(err); p != nil {
			text = p.Detail
		}
		return []finding{{fault, "company", name + ": " + text, fix}}
	}
	have, want, err := h.server.Schema(ctx, name)
	switch {
	case err != nil:
		return about(err, "verbale restore, from the last backup, into another data directory.")
	case have > want:
		return []finding{{fault, "company", fmt.Sprintf("%s: its schema is %d, this program knows %d.", name, have, want), "Use the version of Verbale that wrote it, or a later one."}}
	case have < want && h.public == nil:
		return []finding{{warning, "company", fmt.Sprintf("%s: its schema is %d, this program's is %d.", name, have, want), "Make a backup with the version that wrote it; the next start brings it forward."}}
	}
	tenant, err := h.server.Tenant(ctx, name)
	if err != nil {
		return about(err, "")
	}
	faults, err := tenant.Check(ctx)
	if err != nil {
		return about(err, "verbale restore, from the last backup, into another data directory.")
	}
	if len(faults) > 0 {
		return []finding{{fault, "company", fmt.Sprintf("%s: the database file is damaged: %s", name, faults[0]), "Stop the server, keep a copy of the file, and restore the last backup."}}
	}
	head := tenant.Head()
	if ahead := time.Until(time.UnixMicro(head.Time)); ahead > 5*time.Minute {
		return []finding{{fault, "clock", fmt.Sprintf("%s: its last entry is %s in the future.", name, ahead.Round(time.Minute)), "Set this machine's clock (timedatectl set-ntp true)."}}
	}
	var last store.SignedCheckpoint
	if err := tenant.Read(ctx, func(tx *store.Tx) (err error) { last, err = tx.LastCheckpoint(); return err }); err != nil {
		return about(err, "")
	}
	if head.Size > last.Size && time.Since(time.UnixMicro(head.Time)) > 5*time.Minute {
		return []finding{{warning, "company", fmt.Sprintf("%s: its last checkpoint covers %d of %d entries.", name, last.Size, head.Size), "Run verbale audit " + name + "; the log says why no checkpoint is made."}}
	}
	return []finding{{fine, "company", fmt.Sprintf("%s: schema %d, database sound, %d entries.", name, have, head.Size), ""}}
}
