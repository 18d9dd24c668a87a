package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"verbale/internal/journal"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

func openServer(t testing.TB, dir string) *store.Server {
	t.Helper()
	s, err := storetest.Open(t, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newTenant(t testing.TB, s *store.Server, name string) *store.Tenant {
	t.Helper()
	tenant, err := s.CreateTenant(context.Background(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func say(text string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Enter(journal.Draft{Kind: "test.said", Actor: 1, Body: []byte(fmt.Sprintf("%q", text))})
		return err
	}
}

func write(t testing.TB, tenant *store.Tenant, f func(*store.Tx) error) {
	t.Helper()
	if err := tenant.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func TestConcurrentWritersGetGaplessNumbersAndOneAuditedTree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openServer(t, dir)
	tenant := newTenant(t, s, "acme")
	var wg sync.WaitGroup
	for w := range 20 {
		wg.Go(func() {
			for i := range 50 {
				if err := tenant.Write(context.Background(), say(fmt.Sprint(w, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if size := tenant.Head().Size; size != 1000 {
		t.Fatalf("the head counts %d entries, 1000 were acknowledged", size)
	}
	if _, err := tenant.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	write(t, tenant, say("after the checkpoint"))
	mustAudit(t, tenant, 1001)
	s.Close()

	again, err := openServer(t, dir).Tenant(context.Background(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	mustAudit(t, again, 1001)
}

func mustAudit(t testing.TB, tenant *store.Tenant, entries int64) {
	t.Helper()
	a, err := tenant.Audit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if a.Entries != entries || len(a.Faults) > 0 {
		t.Fatalf("audit of %d entries: %+v", entries, a)
	}
}

func TestFailingCommandLeavesNothingAndItsNeighboursPass(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	no := errors.New("no")
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			err := tenant.Write(context.Background(), func(tx *store.Tx) error {
				if err := say("x")(tx); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return no
				case 2:
					panic("at the disco")
				}
				return nil
			})
			if (err == nil) != (i%3 == 0) {
				t.Errorf("command %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	mustAudit(t, tenant, 20)
}

func TestChangeThatEntersNothingIsRefused(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	err := tenant.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO notice (seq, conversation) VALUES (7, 7)`)
		return err
	})
	if !errors.Is(err, store.ErrUnrecorded) {
		t.Fatalf("got %v", err)
	}
	err = tenant.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Note(`INSERT INTO notice (seq, conversation) VALUES (7, 7)`)
		return err
	})
	if err == nil {
		t.Fatal("a table of record was changed as if it were not")
	}
}

func TestRegisterCannotBeChangedThroughItsOwnDoor(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	write(t, tenant, say("one"))
	for _, query := range []string{
		`DELETE FROM entry`, `UPDATE entry SET time = time + 1`, `UPDATE entry SET sealed = commitment`, `UPDATE entry SET kind = 'x.y', sealed = NULL`,
	} {
		err := tenant.Write(context.Background(), func(tx *store.Tx) error {
			if err := say("cover")(tx); err != nil {
				return err
			}
			_, err := tx.Exec(query)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "append-only") && !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", query, err)
		}
	}
	mustAudit(t, tenant, 1)
}

func TestSecondServerOnTheSameDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openServer(t, dir)
	if _, err := storetest.Open(t, dir, store.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("got %v", err)
	}
}

func TestReceiptHoldsOfflineAndNotWhenAWordIsChanged(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	for i := range 600 { // more than two tiles, and then some
		write(t, tenant, say(fmt.Sprint("word ", i)))
	}
	checkpoint, err := tenant.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []int64{1, 2, 255, 256, 257, 512, 599, 600} {
		var d journal.Disclosed
		err := tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
			d, err = tx.Disclose(seq, checkpoint)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		receipt := journal.Receipt{Format: journal.ReceiptFormat, Key: tenant.Keys().VerifierKey(), Entry: d}
		if _, err := receipt.Verify(""); err != nil {
			t.Errorf("entry %d: %v", seq, err)
		}
		for what, change := range map[string]func(*journal.Disclosed){
			"body": func(d *journal.Disclosed) { d.Body = strings.Replace(d.Body, "word", "ward", 1) },
			"time": func(d *journal.Disclosed) { d.Time++ },
			"who":  func(d *journal.Disclosed) { d.Actor++ },
			"salt": func(d *journal.Disclosed) { d.Salt = append([]byte{d.Salt[0] ^ 1}, d.Salt[1:]...) },
			"seq":  func(d *journal.Disclosed) { d.Seq++ },
		} {
			changed := receipt
			change(&changed.Entry)
			if _, err := changed.Verify(""); err == nil {
				t.Errorf("entry %d holds although its %s was changed", seq, what)
			}
		}
	}
}

func TestAuditNamesTheFirstEntryEditedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		checkpointed bool
		edit         string
		want         string
	}{
		"text changed":            {true, `UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = 9) WHERE seq = 5`, "entry 5 "},
		"text changed at the end": {false, `UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = 9) WHERE seq = 300`, "entry 300 "},
		"header changed":          {true, `UPDATE entry SET actor = 7 WHERE seq = 5`, "entry 5 "},
		"header changed at end":   {false, `UPDATE entry SET actor = 7 WHERE seq = 300`, "entry 300 "},
		"row deleted":             {true, `DELETE FROM entry WHERE seq = 6`, "entry 6 was removed"},
		"last row deleted":        {false, `DELETE FROM entry WHERE seq = 300`, "entry 300 was removed"},
		"rows swapped":            {true, `UPDATE entry SET seq = -1 WHERE seq = 5; UPDATE entry SET seq = 5 WHERE seq = 6; UPDATE entry SET seq = 6 WHERE seq = -1`, "entry 5 "},
		"row inserted":            {true, `INSERT INTO entry (seq, time, kind, actor, device, conversation, subject, commitment, sealed) SELECT 301, time, kind, actor, device, conversation, subject, commitment, sealed FROM entry WHERE seq = 300`, "entry 301 "},
		"row inserted unsealed":   {true, `INSERT INTO entry (seq, time, kind, actor, device, conversation, subject, commitment, sealed) SELECT 301, time, kind, actor, device, conversation, subject, commitment, NULL FROM entry WHERE seq = 300`, "entry 301 was inserted"},
		"row inserted between":    {true, `UPDATE entry SET seq = -seq WHERE seq > 4; INSERT INTO entry (seq, time, kind, actor, device, conversation, subject, commitment, sealed) SELECT 5, time, kind, actor, device, conversation, subject, commitment, sealed FROM entry WHERE seq = 4; UPDATE entry SET seq = 1 - seq WHERE seq < 0; UPDATE head SET size = 301`, "entry 5 "},
		"checkpoint replaced":     {true, `UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 100) WHERE size = 300`, "the checkpoint of 300 entries was replaced"},
		"tile changed":            {true, `UPDATE tile SET data = (SELECT data FROM tile WHERE level = 0 AND n = 0) WHERE level = 1`, "tile 1/0"},
		"head moved back":         {false, `DELETE FROM entry WHERE seq > 290; DELETE FROM checkpoint; UPDATE head SET size = 290`, "head"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openServer(t, dir)
			tenant := newTenant(t, s, "acme")
			for i := range 300 {
				write(t, tenant, say(fmt.Sprint(i)))
				if i == 99 || i == 299 && c.checkpointed {
					if _, err := tenant.Checkpoint(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := storetest.ByHand(t, dir, "acme").Exec(c.edit); err != nil {
				t.Fatal(err)
			}
			a, err := tenant.Audit(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Faults) == 0 || !strings.Contains(a.Faults[0], c.want) {
				t.Fatalf("wanted %q first, found %q", c.want, a.Faults)
			}
		})
	}
}

func TestNoReadableWordInTheDatabaseFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openServer(t, dir)
	tenant := newTenant(t, s, "acme")
	write(t, tenant, say("canarybird"))
	s.Close()
	assertNoWord(t, dir, "canarybird")
}

// TestCompanyThatACrashLeftUnmadeCanBeMade: the directory comes first.
func TestCompanyThatACrashLeftUnmadeCanBeMade(t *testing.T) {
	t.Parallel()
	storetest.OnlySQLite(t)
	dir := t.TempDir()
	s := openServer(t, dir)
	if err := os.Mkdir(filepath.Join(dir, "tenants", "acme"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, newTenant(t, s, "acme"), say("hello"))
	if _, err := s.CreateTenant(context.Background(), "acme", ""); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("a second of that name: %v", err)
	}
	// What an operator put aside is not taken for it.
	if err := os.MkdirAll(filepath.Join(dir, "tenants", "beta", "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateTenant(context.Background(), "beta", ""); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("over another's directory: %v", err)
	}
}

func TestHostIsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	s := openServer(t, t.TempDir())
	if _, err := s.CreateTenant(context.Background(), "acme", "Chat.Acme.example"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"chat.acme.example": "acme", "CHAT.acme.EXAMPLE": "acme", "chat.acme.example.": "acme",
		"acme.example": "", "x.chat.acme.example": "", "chat.acme.example..": "", "": "", ".": "", "chat.acme.example:443": "",
	} {
		if got := s.ByHost(host); got != want {
			t.Errorf("%q is the company %q", host, got)
		}
	}
}
