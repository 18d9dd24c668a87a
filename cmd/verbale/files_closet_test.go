package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/org"
	"verbale/internal/store"
)

// aged is a company's files on a disk whose clock is the test's.
type aged struct {
	blob.Store
	now func() time.Time
}

func (a aged) Put(ctx context.Context, r io.Reader) (blob.Sum, int64, error) {
	sum, size, err := a.Store.Put(ctx, r)
	if err == nil {
		item, inspectErr := a.Store.Inspect(ctx, a.Store.Name(sum))
		err = errors.Join(inspectErr, os.Chtimes(item.Location, a.now(), a.now()))
	}
	return sum, size, err
}

// closet is a company in which files come and go.
type closet struct {
	h            *house
	tenant       *store.Tenant
	files        blob.Store
	by           org.Actor
	conversation int64
	passed       atomic.Int64 // how far the clock is, in nanoseconds
	began        time.Time

	sent    map[blob.Sum]string    // contents that a message has, deleted or not
	unsent  map[int64]unsentFile   // uploads in no message
	put     map[blob.Sum]time.Time // all contents, when they were put last
	exports []int64
}

type unsentFile struct {
	sum  blob.Sum
	text string
	at   time.Time
}

func (c *closet) now() time.Time { return c.began.Add(time.Duration(c.passed.Load())) }

func newCloset(t *testing.T) *closet {
	c := &closet{began: time.Now(), sent: map[blob.Sum]string{}, unsent: map[int64]unsentFile{}, put: map[blob.Sum]time.Time{}}
	var err error
	if c.h, err = openHouse(t.Context(), place{Data: t.TempDir()}, slog.New(slog.DiscardHandler), houseOptions{clock: c.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.h.Close() })
	made, err := c.h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	if c.tenant, err = c.h.server.Tenant(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	disk, err := c.h.blobs(c.tenant)
	if err != nil {
		t.Fatal(err)
	}
	c.files = aged{disk, c.now}
	c.h.files["acme"] = c.files
	c.by = org.Actor{Person: made.ID}
	if err := c.write(func(tx *store.Tx) (err error) {
		c.conversation, err = chat.Create(tx, c.by, "group", "Site", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *closet) write(f func(tx *store.Tx) error) error {
	return c.tenant.Write(context.Background(), f)
}

func (c *closet) upload(text string) (int64, error) {
	sum, size, err := c.files.Put(context.Background(), strings.NewReader(text))
	if err != nil {
		return 0, err
	}
	c.put[sum] = c.now()
	var f chat.File
	err = c.write(func(tx *store.Tx) (err error) {
		if err := chat.MayUpload(tx, c.by, size); err != nil {
			return err
		}
		f, err = chat.AddFile(tx, c.by, "plan.txt", "text/plain", size, sum[:])
		return err
	})
	if err == nil {
		c.unsent[f.ID] = unsentFile{sum, text, c.now()}
	}
	return f.ID, err
}

func (c *closet) send(file int64) (id int64, err error) {
	err = c.write(func(tx *store.Tx) error {
		p, err := chat.Post(tx, c.by, chat.Draft{Key: uuid.NewString(), Conversation: c.conversation, Files: []int64{file}})
		id = p.ID
		return err
	})
	if f, ok := c.unsent[file]; ok && err == nil {
		c.sent[f.sum] = f.text
		delete(c.unsent, file)
	}
	return id, err
}

// export is a WhatsApp export with one picture.
func export(picture string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"_chat.txt":          "[26/11/23, 10:00:00] Anna: the plan\n[26/11/23, 10:01:00] Anna: \u200e<attached: 00000001-PHOTO.jpg>\n",
		"00000001-PHOTO.jpg": picture,
	} {
		w, _ := z.Create(name)
		io.WriteString(w, text)
	}
	z.Close()
	return b.Bytes()
}

// sweep sweeps, and compares what is there with what must be and may be.
func (c *closet) sweep(t *rapid.T) {
	if _, err := c.h.sweepFiles(context.Background(), c.tenant, c.now(), false); err != nil {
		t.Fatal(err)
	}
	for id, f := range c.unsent {
		gone := c.now().Sub(f.at) > chat.UnsentAge
		err := c.tenant.Read(context.Background(), func(tx *store.Tx) error { _, err := chat.VisibleFile(tx, c.by.Person, id); return err })
		if gone != errors.Is(err, chat.ErrNoFile) {
			t.Fatalf("an upload of %v ago: %v", c.now().Sub(f.at), err)
		}
		if gone {
			delete(c.unsent, id)
		}
	}
	named := map[string]bool{}
	for sum, text := range c.sent {
		c.there(t, sum, text)
		named[c.files.Name(sum)] = true
	}
	for _, f := range c.unsent {
		c.there(t, f.sum, f.text)
		named[c.files.Name(f.sum)] = true
	}
	_ = c.tenant.Read(context.Background(), func(tx *store.Tx) error {
		for _, keeps := range []func(*store.Tx, func([]byte)) error{chat.EachSum, importer.EachSum} {
			if err := keeps(tx, func(sum []byte) {
				named[c.files.Name(blob.Sum(sum))] = true
				if _, err := c.files.Stat(context.Background(), blob.Sum(sum)); err != nil {
					t.Fatalf("named contents are lost: %v", err)
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
		return nil
	})
	if err := c.files.List(context.Background(), func(l blob.Lying) error {
		if !named[l.Name] && c.now().Sub(l.Written) > blob.SafeAge {
			t.Fatalf("what nobody names lies there since %v", c.now().Sub(l.Written))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for sum, at := range c.put { // what was put of late is there, named or not
		if c.now().Sub(at) < blob.SafeAge {
			if _, err := c.files.Stat(context.Background(), sum); err != nil {
				t.Fatalf("put %v ago: %v", c.now().Sub(at), err)
			}
		}
	}
}

func (c *closet) there(t *rapid.T, sum blob.Sum, want string) {
	r, err := c.files.Open(context.Background(), sum)
	if err != nil {
		t.Fatalf("lost: %v", err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != want {
		t.Fatalf("not what it was: %v", err)
	}
}
