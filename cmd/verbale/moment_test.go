//go:build !race

package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// views are the tables that the register has to give again; the others are not
// of record, or made anew.
var views = []string{"company", "person", "device", "link", "password", "conversation", "direct", "member", "message", "message_key", "notice", "file", "attachment", "import", "entry", "head"}

// rowsIn gives every row of the views in a company's file, in words.
func rowsIn(t *testing.T, path string) (all []string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range views {
		rows, err := db.Query(`SELECT * FROM "` + table + `"`)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, places := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %v %v", table, names, values))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// life is a company in which things happen at random.
type life struct {
	t             *testing.T
	dice          *rand.Rand
	h             *house
	tenant        *store.Tenant
	people        []int64
	conversations []int64
	messages      []int64
	files         []int64
	secrets       []string // of invites
}

func (l *life) pick(from []int64) int64 { return from[l.dice.IntN(len(from))] }

// happen does one thing; what is refused has not happened.
func (l *life) happen() {
	by := org.Actor{Person: l.pick(l.people)}
	ctx := l.t.Context()
	what := l.dice.IntN(16)
	if what == 15 {
		l.bring(ctx, by)
		return
	}
	if what == 14 && l.dice.IntN(6) == 0 {
		_ = login.SetPassword(ctx, l.tenant, by, fmt.Sprint("login", by.Person), "correct horse battery staple", "")
		return
	}
	_ = l.tenant.Write(ctx, func(tx *store.Tx) error {
		switch what {
		case 0:
			id, err := org.AddPerson(tx, org.Actor{}, 0, fmt.Sprint("Person ", len(l.people)), org.Member, "en")
			if err == nil {
				l.people = append(l.people, id)
			}
			return err
		case 1:
			name, active := fmt.Sprint("Renamed ", l.dice.IntN(100)), l.dice.IntN(4) > 0
			_, err := login.ChangePerson(tx, org.Actor{Person: l.people[0]}, by.Person, org.Change{Name: &name, Active: &active})
			return err
		case 2:
			kind := []string{"group", "direct"}[l.dice.IntN(2)]
			id, err := chat.Create(tx, by, kind, "Site", []int64{l.pick(l.people)})
			if err == nil && !slices.Contains(l.conversations, id) {
				l.conversations = append(l.conversations, id)
			}
			return err
		case 3:
			return chat.Rename(tx, by, l.pick(l.conversations), fmt.Sprint("Title ", l.dice.IntN(100)))
		case 4:
			return chat.AddMembers(tx, by, l.pick(l.conversations), []int64{l.pick(l.people), l.pick(l.people)}, l.dice.IntN(2) == 0)
		case 5:
			return chat.RemoveMember(tx, by, l.pick(l.conversations), l.pick(l.people))
		case 6:
			return chat.SetRole(tx, by, l.pick(l.conversations), l.pick(l.people), []string{"admin", "member"}[l.dice.IntN(2)])
		case 7:
			_, err := chat.Edit(tx, by, l.pick(l.messages), fmt.Sprint("edited ", l.dice.IntN(1000)))
			return err
		case 8:
			return chat.Delete(tx, by, l.pick(l.messages))
		case 9:
			f, err := chat.AddFile(tx, by, "plan.pdf", "application/pdf", 9, make([]byte, 32))
			if err == nil {
				l.files = append(l.files, f.ID)
			}
			return err
		case 10:
			_, secret, err := login.MakeInvite(tx, org.Actor{Person: l.people[0]}, org.Member, int64(l.dice.IntN(3)), time.Hour)
			if err == nil {
				l.secrets = append(l.secrets, secret)
			}
			if l.dice.IntN(3) == 0 && err == nil {
				opened, _ := login.Look(tx, secret)
				err = login.RevokeInvite(tx, org.Actor{Person: l.people[0]}, opened.ID)
			}
			return err
		case 11:
			if len(l.secrets) == 0 {
				return errNoWrite
			}
			a, _, err := login.Join(tx, l.secrets[l.dice.IntN(len(l.secrets))], fmt.Sprint("Joined ", len(l.people)), "it", "phone")
			if err == nil && l.dice.IntN(2) == 0 {
				err = login.EndDevice(tx, a, a.Device)
			}
			if err == nil {
				l.people = append(l.people, a.Person)
			}
			return err
		}
		d := chat.Draft{Key: uuid.NewString(), Conversation: l.pick(l.conversations), Text: "the crane"}
		if len(l.files) > 0 && l.dice.IntN(3) == 0 {
			d.Files = []int64{l.pick(l.files)}
		}
		p, err := chat.Post(tx, by, d)
		if err == nil {
			l.messages = append(l.messages, p.ID)
		}
		return err
	})
}

// bring imports an export, and sometimes takes it back.
func (l *life) bring(ctx context.Context, by org.Actor) {
	im, err := l.h.importer(l.tenant)
	if err != nil {
		l.t.Fatal(err)
	}
	var text strings.Builder
	for i := range 1 + l.dice.IntN(4) {
		fmt.Fprintf(&text, "20/11/26, 10:0%d - Ann: word %d\n20/11/26, 10:0%d - Bob: yes %d\n", i, l.dice.Int(), i, i)
	}
	one, err := im.Analyse(ctx, by, "WhatsApp Chat with Ann.txt", strings.NewReader(text.String()))
	if err != nil || l.dice.IntN(4) == 0 {
		return
	}
	if one, err = im.Start(ctx, by, one.ID, importer.Mapping{Timezone: "Europe/Rome", Title: "Ann", Names: []importer.Name{{Name: "Ann", Person: by.Person}}}); err != nil {
		return
	}
	if err := im.Continue(ctx, one.ID); err != nil {
		l.t.Fatal(err)
	}
	l.conversations = append(l.conversations, one.Conversation)
	if l.dice.IntN(2) == 0 {
		if _, err := im.Undo(ctx, by, one.ID); err == nil {
			if err := im.Continue(ctx, one.ID); err != nil {
				l.t.Fatal(err)
			}
		}
	}
}

// The views of an earlier moment are what they were then, whatever came since.
func TestACompanyTakenBackToAMomentIsWhatItWasThen(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	data := t.TempDir()
	h := opened(t, data)
	made, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	l := &life{t: t, dice: rand.New(rand.NewPCG(seed, 1)), h: h, people: []int64{made.ID}}
	if l.tenant, err = h.server.Tenant(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if err := l.tenant.Write(t.Context(), func(tx *store.Tx) error {
		by := org.Actor{Person: made.ID}
		conversation, err := chat.Create(tx, by, "group", "Site", nil)
		if err != nil {
			return err
		}
		l.conversations = []int64{conversation}
		p, err := chat.Post(tx, by, chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: "first"})
		l.messages = []int64{p.ID}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	then := map[int64]string{} // the company's file as it was after so many entries
	for range 8 {
		for range 40 {
			l.happen()
		}
		path := storetest.SnapshotInto(t, l.tenant, t.TempDir())
		then[entriesIn(t, path)] = path
	}
	for entries, path := range then {
		dir := t.TempDir()
		storetest.SnapshotInto(t, l.tenant, dir)
		got, err := store.Rewind(t.Context(), dir, "acme", h.server.Root(), store.Moment{Entries: entries}, org.Rewind, login.Rewind, chat.Rewind, importer.Rewind)
		if err != nil || got != entries {
			t.Fatalf("%d entries, not %d (%v)", got, entries, err)
		}
		have, want := rowsIn(t, filepath.Join(dir, "verbale.db")), rowsIn(t, path)
		for _, row := range want {
			if !slices.Contains(have, row) && !sinceSet(row) {
				t.Errorf("after %d entries there was, and is not:\n%s", entries, row)
			}
		}
		for _, row := range have {
			if !slices.Contains(want, row) && !sinceSet(row) {
				t.Errorf("after %d entries there is, and was not:\n%s", entries, row)
			}
		}
		if len(have) != len(want) {
			t.Errorf("%d rows, not %d", len(have), len(want))
		}
	}
}

// sinceSet tells rows of passwords, whose text is in no entry: one that was set
// again since is the new one.
// entriesIn counts those of a company's file: what follows the register may
// have entered more into the company since.
func entriesIn(t *testing.T, path string) (size int64) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT size FROM head`).Scan(&size); err != nil {
		t.Fatal(err)
	}
	return size
}

func sinceSet(row string) bool { return strings.HasPrefix(row, "password ") }

func TestARestoreToAMomentIsProvenAndGoesOn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := opened(t, data)
	tenant, stop := busyCompany(t, h)
	for tenant.Head().Size < 60 {
		<-tenant.Grown()
	}
	stop()
	var archive, said bytes.Buffer
	before := tenant.Head().Size
	if err := h.backup(t.Context(), onCompany{"acme"}, nil, &archive); err != nil {
		t.Fatal(err)
	}
	after := tenant.Head().Size // marks may be entered meanwhile
	key, err := os.ReadFile(filepath.Join(data, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	for to, want := range map[store.Moment]string{
		{Entries: 40}: "", {Time: time.Now().Add(time.Hour).UnixMicro()}: "", {Entries: 1 << 40}: "restore.no_moment", {Time: 1}: "restore.no_moment",
	} {
		there := opened(t, t.TempDir())
		said.Reset()
		err = there.restore(t.Context(), restoreRequest{OldRoot: string(key), Moment: to}, bytes.NewReader(archive.Bytes()), &said)
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || len(there.server.Tenants()) > 0 {
				t.Errorf("%+v: %v", to, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		back, err := there.server.Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		if size := back.Head().Size; to.Entries != 0 && size != to.Entries || to.Entries == 0 && (size < before || size > after) {
			t.Errorf("%+v: %d entries", to, back.Head().Size)
		}
		if _, err := back.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		var person int64
		if err := back.Write(t.Context(), func(tx *store.Tx) (err error) {
			person, err = org.AddPerson(tx, org.Actor{}, 0, "New here", org.Member, "en")
			return err
		}); err != nil || person != back.Head().Size {
			t.Errorf("it does not go on: %v", err)
		}
		if audit, err := auditAll(t.Context(), back); err != nil || len(audit.Faults) > 0 {
			t.Errorf("%v %v", audit.Faults, err)
		}
	}
}
