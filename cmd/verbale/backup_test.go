package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/store"
)

// opened gives a house in a directory of the test's own.
func opened(t *testing.T, data string) *house {
	t.Helper()
	h, err := openHouse(t.Context(), place{Data: data}, slog.New(slog.DiscardHandler), houseOptions{followers: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// busyCompany makes a company in which messages are posted until stop is
// called.
func busyCompany(t *testing.T, h *house) (tenant *store.Tenant, stop func()) {
	t.Helper()
	made, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	if tenant, err = h.server.Tenant(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	by := org.Actor{Person: made.ID}
	var conversation int64
	if err := tenant.Write(t.Context(), func(tx *store.Tx) error {
		conversation, err = chat.Create(tx, by, "group", "Site", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var posting sync.WaitGroup
	for range 4 {
		posting.Go(func() {
			for ctx.Err() == nil {
				err := tenant.Write(ctx, func(tx *store.Tx) error {
					_, err := chat.Post(tx, by, chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: "the crane comes on Monday"})
					return err
				})
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return tenant, func() { cancel(); posting.Wait() }
}

func TestABackupOfABusyCompanyIsOfOneMomentAndWhole(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := opened(t, data)
	tenant, stop := busyCompany(t, h)
	defer stop()
	files, err := h.blobs(tenant)
	if err != nil {
		t.Fatal(err)
	}
	sum, _, err := files.Put(t.Context(), strings.NewReader("a drawing"))
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		before := tenant.Head().Size
		var archive bytes.Buffer
		if err := h.backup(t.Context(), onCompany{"acme"}, nil, &archive); err != nil {
			t.Fatal(err)
		}
		elsewhere := filepath.Join(t.TempDir(), fmt.Sprint(round))
		moved := opened(t, elsewhere)
		root, err := os.ReadFile(filepath.Join(data, "root.key"))
		if err != nil {
			t.Fatal(err)
		}
		if err := moved.restore(t.Context(), restoreRequest{OldRoot: string(root)}, &archive, io.Discard); err != nil {
			t.Fatal(err)
		}
		copied, err := moved.server.Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		audit, err := copied.Audit(t.Context())
		if err != nil || len(audit.Faults) > 0 || audit.Entries < before {
			t.Fatalf("round %d: %d entries of at least %d, faults %v (%v)", round, audit.Entries, before, audit.Faults, err)
		}
		there, err := moved.blobs(copied)
		if err != nil {
			t.Fatal(err)
		}
		drawing, err := there.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(drawing); err != nil || string(text) != "a drawing" {
			t.Errorf("round %d: the file is %q (%v)", round, text, err)
		}
		drawing.Close()
	}
}

// Neither the archive nor the data directory holds a word that somebody wrote.
func TestABackupHoldsNoReadableMessage(t *testing.T) {
	t.Parallel()
	h := opened(t, t.TempDir())
	tenant, stop := busyCompany(t, h)
	defer stop()
	for tenant.Head().Size < 50 {
		<-tenant.Grown()
	}
	var archive bytes.Buffer
	if err := h.backup(t.Context(), onCompany{"acme"}, nil, &archive); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(archive.Bytes(), []byte("crane")) {
		t.Error("a message can be read in the backup")
	}
}

func TestAFileThatIsDamagedInABackupIsFound(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := opened(t, data)
	tenant, stop := busyCompany(t, h)
	stop()
	files, err := h.blobs(tenant)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := files.Put(t.Context(), strings.NewReader("a drawing")); err != nil {
		t.Fatal(err)
	}
	// Damaged on the disk before the backup, so that the archive's own sum holds.
	err = files.Walk(t.Context(), func(item blob.Item) error {
		text, err := os.ReadFile(item.Location)
		if err != nil {
			return err
		}
		text[len(text)-3] ^= 1
		return os.WriteFile(item.Location, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := h.backup(t.Context(), onCompany{"acme"}, nil, &archive); err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(filepath.Join(data, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	moved := opened(t, t.TempDir())
	err = moved.restore(t.Context(), restoreRequest{OldRoot: string(root)}, &archive, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "backup.not_clean") {
		t.Errorf("restored with a damaged file: %v", err)
	}
	if len(moved.server.Tenants()) != 0 {
		t.Error("something was put in place")
	}
}
