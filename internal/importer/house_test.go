package importer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// house is a company on a disk, which can be closed and opened again.
type house struct {
	t      *testing.T
	dir    string
	server *store.Server
	tenant *store.Tenant
	blobs  blob.Store
	anna   org.Actor
	bruno  org.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir()}
	h.open(func(s *store.Server) (*store.Tenant, error) { return s.CreateTenant(context.Background(), "acme", "") })
	h.write(func(tx *store.Tx) (err error) {
		if h.anna.Person, err = org.Create(tx, "Acme", "Anna", "it"); err == nil {
			h.bruno.Person, err = org.AddPerson(tx, org.Actor{}, 0, "Bruno", org.Member, "")
		}
		return err
	})
	t.Cleanup(func() { h.server.Close() })
	return h
}

func (h *house) open(tenant func(*store.Server) (*store.Tenant, error)) {
	h.t.Helper()
	var err error
	if h.server, err = storetest.Open(h.t, h.dir, store.Options{}); err != nil {
		h.t.Fatal(err)
	}
	if h.tenant, err = tenant(h.server); err != nil {
		h.t.Fatal(err)
	}
	if h.blobs, err = blob.OpenDisk(filepath.Join(h.dir, "files"), h.tenant.Keys(), 1<<30); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) reopen() {
	h.t.Helper()
	if err := h.server.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open(func(s *store.Server) (*store.Tenant, error) { return s.Tenant(context.Background(), "acme") })
}

func (h *house) write(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.tenant.Write(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) importer() *importer.Importer { return importer.New(h.tenant, h.blobs) }

func (h *house) analyse(name string, export []byte) importer.Import {
	h.t.Helper()
	m, err := h.importer().Analyse(context.Background(), h.anna, name, bytes.NewReader(export))
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *house) start(id int64, m importer.Mapping) importer.Import {
	h.t.Helper()
	out, err := h.importer().Start(context.Background(), h.anna, id, m)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) run(id int64, m importer.Mapping) importer.Import {
	h.t.Helper()
	h.start(id, m)
	if err := h.importer().Continue(context.Background(), id); err != nil {
		h.t.Fatal(err)
	}
	return h.get(id)
}

func (h *house) get(id int64) importer.Import {
	h.t.Helper()
	m, err := h.importer().Get(context.Background(), h.anna, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *house) messages(conversation int64) (out []chat.Message) {
	h.t.Helper()
	for before, more := int64(0), true; more; {
		var p chat.Page
		if err := h.tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
			p, err = chat.ReadPage(tx, h.anna.Person, conversation, chat.FromEnd, before, chat.MaxPage)
			return err
		}); err != nil {
			h.t.Fatal(err)
		}
		out = append(p.Messages, out...)
		if more = p.More; more {
			before = p.Messages[0].N
		}
	}
	return out
}

// entries is how much is in the register.
func (h *house) entries() (n int64) {
	h.t.Helper()
	if err := h.tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
		n, err = tx.Size()
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// export is a chat of so many messages, with a photo at every hundredth.
func export(messages int, photos bool) []byte {
	var text strings.Builder
	files := map[string][]byte{}
	text.WriteString("29/01/18, 08:00 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them. Tap to learn more.\n")
	at := time.Date(2018, 1, 29, 8, 0, 0, 0, time.UTC)
	for i := range messages {
		at = at.Add(time.Minute)
		name := []string{"Anna B.", "Bruno"}[i%2]
		body := fmt.Sprintf("message %d\nwith a second line", i)
		if i%100 == 99 {
			file := fmt.Sprintf("IMG-20180129-WA%04d.jpg", i)
			body = file + " (file attached)\ncaption " + fmt.Sprint(i)
			files[file] = append([]byte("\xff\xd8\xff\xe0 photo "), fmt.Sprint(i)...)
		}
		fmt.Fprintf(&text, "%s - %s: %s\n", at.Format("02/01/06, 15:04"), name, body)
	}
	if !photos {
		return []byte(text.String())
	}
	return zipped(map[string][]byte{"WhatsApp Chat with Team.txt": []byte(text.String())}, files)
}

func zipped(all ...map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, files := range all {
		for name, content := range files {
			w, _ := z.Create(name)
			_, _ = w.Write(content)
		}
	}
	_ = z.Close()
	return b.Bytes()
}

func (h *house) mapping() importer.Mapping {
	return importer.Mapping{
		Timezone: "Europe/Rome", Title: "Team",
		Names:   []importer.Name{{Name: "Bruno", Person: h.bruno.Person}, {Name: "Anna B.", Contact: "Anna of before"}},
		Members: []int64{h.bruno.Person},
	}
}
