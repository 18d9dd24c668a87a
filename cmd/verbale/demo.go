package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"verbale/cmd/verbale/demo"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

type demoCommand struct {
	Data     string `default:"./demo-data" placeholder:"FOLDER" help:"Where the made-up company is kept; made at the first call, found again later."`
	Seed     uint64 `default:"1" help:"The same seed makes the same company."`
	Messages int    `default:"20000" help:"About how many messages."`
	Until    string `placeholder:"DATE" help:"The last day of the story, as 2026-11-20 (the default) or \"today\"."`
	Serve    bool   `help:"Start the server on it and print sign-in links."`
	Listen   string `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"With --serve: where to listen."`
	JSON     bool   `help:"Print as JSON what was made."`
}

// made is what --json prints.
type demoMade struct {
	Company  string `json:"company"`
	Data     string `json:"data"`
	People   int    `json:"people"`
	Messages int    `json:"messages"`
	Entries  int64  `json:"entries"`
	Made     bool   `json:"made"` // false: it was there already
}

func (c *demoCommand) Run(ctx context.Context, t terminal) error {
	until, err := c.until()
	if err != nil {
		return err
	}
	story, err := demo.Make(demo.Options{Seed: c.Seed, Messages: c.Messages, Until: until})
	if err != nil {
		return err
	}
	made, err := c.make(ctx, t, story)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(t, made); err != nil {
			return err
		}
	} else {
		t.printf("%s: %d people, %d messages, %d entries in the register, in %s\n", story.Title, made.People, made.Messages, made.Entries, c.Data)
	}
	if !c.Serve {
		if !c.JSON {
			t.printf("Look around: verbale demo --serve --data %s\n", c.Data)
		}
		return nil
	}
	s, err := config{Listen: c.Listen, place: place{Data: c.Data}, TLS: tlsConfig{Mode: "none"}, Limits: limitsConfig{500, 2}, MetricsFrom: []string{"127.0.0.1"}}.checked()
	if err != nil {
		return err
	}
	log := newLog(logConfig{Level: "warn", Format: "auto"}, t.err)
	slog.SetDefault(log)
	return serve(ctx, s, log, func(h *house) error { return c.welcome(ctx, t, h, s, story) })
}

func (c *demoCommand) until() (time.Time, error) {
	switch c.Until {
	case "":
		return demo.Until, nil
	case "today":
		return time.Now(), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, c.Until, demo.Until.Location())
	if err != nil {
		return day, usage("--until takes a date such as 2026-11-20, or today.")
	}
	return day.Add(17*time.Hour + 40*time.Minute), nil
}

// unfinished marks a demonstration whose making was broken off.
const unfinished = "unfinished"

// make plays the story into the data directory, unless it was before. One that
// was broken off is made anew; any other data is left alone.
func (c *demoCommand) make(ctx context.Context, t terminal, story demo.Story) (demoMade, error) {
	made := demoMade{Company: story.Name, Data: c.Data, People: len(story.People)}
	mark := filepath.Join(c.Data, unfinished)
	if _, err := os.Stat(mark); err == nil {
		if err := os.RemoveAll(c.Data); err != nil {
			return made, err
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return made, noRoom(err)
	}
	clock := &playClock{}
	h, err := openHouse(ctx, place{Data: c.Data}, slog.New(slog.DiscardHandler), houseOptions{clock: clock.now})
	if err != nil {
		return made, err
	}
	defer h.Close()
	if names := h.server.Tenants(); len(names) > 0 {
		return c.found(ctx, h, made)
	}
	if err := os.WriteFile(mark, []byte("The demonstration was broken off while it was made.\n"), 0o600); err != nil {
		return made, noRoom(err)
	}
	tenant, err := h.server.CreateTenant(ctx, story.Name, "")
	if err != nil {
		return made, err
	}
	p := &player{tenant: tenant, story: story, clock: clock, said: t.err, actors: make([]org.Actor, len(story.People))}
	if err := p.play(ctx); err != nil {
		return made, err
	}
	if err := os.Remove(mark); err != nil {
		return made, err
	}
	made.Made, made.Messages, made.Entries = true, len(p.messages), tenant.Head().Size
	return made, nil
}

// found describes a demonstration that is there already.
func (c *demoCommand) found(ctx context.Context, h *house, made demoMade) (demoMade, error) {
	tenant, err := h.server.Tenant(ctx, made.Company)
	if errors.Is(err, store.ErrNoCompany) {
		return made, problem.Newf(problem.Conflict, "demo.other_data", "%s has other companies in it. Choose another directory for the demonstration with --data.", c.Data)
	}
	if err != nil {
		return made, err
	}
	made.Entries = tenant.Head().Size
	err = tenant.Read(ctx, func(tx *store.Tx) error {
		counts, err := tx.Ints(`SELECT COALESCE(SUM(last_n), 0) FROM conversation`)
		if err == nil && len(counts) == 1 {
			made.Messages = int(counts[0])
		}
		people, listErr := org.People(tx)
		made.People = len(people)
		return errors.Join(err, listErr)
	})
	return made, err
}

// welcome prints links for a few people of the company.
func (c *demoCommand) welcome(ctx context.Context, t terminal, h *house, s settings, story demo.Story) error {
	tenant, err := h.server.Tenant(ctx, story.Name)
	if err != nil {
		return err
	}
	t.printf("\nVerbale %s is at %s\n\nSign in, each once, as:\n", version, s.publicURL)
	guests := []struct{ name, who string }{
		{"Elena Bianchi", "the owner, in Italian"},
		{"Oliver Bennett", "an administrator, in English"},
		{"Antonio Russo", "on site, in Italian"},
	}
	for _, guest := range guests {
		var secret string
		err := tenant.Write(ctx, func(tx *store.Tx) error {
			person, err := findPerson(tx, guest.name)
			if err != nil {
				return err
			}
			_, secret, err = login.MakeLink(tx, org.Actor{}, person, login.SignInLife)
			return err
		})
		if err != nil {
			return err
		}
		link, err := h.link("", tenant.Name(), secret)
		if err != nil {
			return err
		}
		t.printf("  %-15s (%s)\n    %s\n", guest.name, guest.who, link)
	}
	t.printf("\nAnybody else: verbale person link %q --data %s\nCtrl-C ends it.\n", story.People[50].Name, c.Data)
	return nil
}
