//go:build !race

package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"verbale/cmd/verbale/demo"
	"verbale/internal/store"
)

// entriesOf makes a demonstration and gives its register.
func entriesOf(t *testing.T, seed uint64) []store.Entry {
	t.Helper()
	data := t.TempDir()
	story, err := demo.Make(demo.Options{Seed: seed, Messages: 600})
	if err != nil {
		t.Fatal(err)
	}
	command := demoCommand{Data: data}
	if _, err := command.make(t.Context(), terminal{out: io.Discard, err: io.Discard}, story); err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), place{Data: data}, slog.New(slog.DiscardHandler), houseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	tenant, err := h.server.Tenant(t.Context(), story.Name)
	if err != nil {
		t.Fatal(err)
	}
	audit, err := tenant.Audit(t.Context())
	if err != nil || len(audit.Faults) > 0 {
		t.Fatalf("the demonstration's register does not hold: %v %v", audit.Faults, err)
	}
	var all []store.Entry
	err = tenant.Read(t.Context(), func(tx *store.Tx) error {
		for {
			page, err := tx.Entries(int64(len(all)), 1000)
			if err != nil || len(page) == 0 {
				return err
			}
			all = append(all, page...)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// unsecret takes out what stands for a secret: it is drawn anew each time,
// whatever the seed.
func unsecret(body []byte) []byte { return secret.ReplaceAll(body, nil) }

var secret = regexp.MustCompile(`"secret":"[0-9a-f]{64}"`)

func TestTheSameSeedEntersTheSameRegister(t *testing.T) {
	t.Parallel()
	first, second := entriesOf(t, 11), entriesOf(t, 11)
	if len(first) != len(second) {
		t.Fatalf("%d entries, then %d", len(first), len(second))
	}
	for i := range first {
		if first[i].Header != second[i].Header || !bytes.Equal(unsecret(first[i].Body), unsecret(second[i].Body)) {
			t.Fatalf("entry %d (%s) is another", first[i].Seq, first[i].Kind)
		}
	}
	if len(first) < 600 {
		t.Errorf("only %d entries", len(first))
	}
}

func TestADemonstrationIsFoundAgainAndOneThatWasBrokenOffIsMadeAnew(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	story, err := demo.Make(demo.Options{Seed: 1, Messages: 300})
	if err != nil {
		t.Fatal(err)
	}
	command := demoCommand{Data: data}
	quiet := terminal{out: io.Discard, err: io.Discard}
	first, err := command.make(t.Context(), quiet, story)
	if err != nil || !first.Made {
		t.Fatal(first, err)
	}
	again, err := command.make(t.Context(), quiet, story)
	if err != nil || again.Made || again.Messages != first.Messages || again.Entries != first.Entries {
		t.Fatalf("found %+v (%v), made %+v", again, err, first)
	}
	if err := os.WriteFile(filepath.Join(data, unfinished), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	anew, err := command.make(t.Context(), quiet, story)
	if err != nil || !anew.Made {
		t.Fatal(anew, err)
	}
}

func TestADemonstrationIsNotMadeAmongOtherData(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h, err := openHouse(t.Context(), place{Data: data}, slog.New(slog.DiscardHandler), houseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	story, err := demo.Make(demo.Options{Messages: 300})
	if err != nil {
		t.Fatal(err)
	}
	command := demoCommand{Data: data}
	if _, err := command.make(t.Context(), terminal{out: io.Discard, err: io.Discard}, story); err == nil || !strings.Contains(err.Error(), "other companies") {
		t.Fatalf("made among other data: %v", err)
	}
}
