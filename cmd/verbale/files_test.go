package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/problem"
	"verbale/internal/store"
)

func flagGiven(name string) (given bool) {
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

func TestSweepsTakeAllThatIsLeftAndNothingThatIsNamed(t *testing.T) {
	t.Parallel()
	if checks := 25; !flagGiven("rapid.checks") { // each is a company of its own
		if raced {
			checks = 5
		}
		flag.Set("rapid.checks", strconv.Itoa(checks))
	}
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		c := newCloset(outer)
		text := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("drawing %d", rapid.IntRange(0, 7).Draw(t, "which")) })
		anyOf := func(t *rapid.T) (int64, bool) {
			for id := range c.unsent {
				return id, true
			}
			return 0, false
		}
		t.Repeat(map[string]func(*rapid.T){
			"upload": func(t *rapid.T) {
				if _, err := c.upload(text.Draw(t, "text")); err != nil {
					t.Fatal(err)
				}
			},
			"upload that is not recorded": func(t *rapid.T) {
				sum, _, err := c.files.Put(context.Background(), strings.NewReader(text.Draw(t, "text")))
				if err != nil {
					t.Fatal(err)
				}
				c.put[sum] = c.now()
			},
			"send": func(t *rapid.T) {
				if id, ok := anyOf(t); ok {
					if _, err := c.send(id); err != nil && c.now().Sub(c.unsent[id].at) <= chat.UnsentAge {
						t.Fatal(err)
					}
				}
			},
			"send and delete": func(t *rapid.T) {
				id, ok := anyOf(t)
				if !ok {
					return
				}
				message, err := c.send(id)
				if err != nil {
					return // let go before
				}
				if err := c.write(func(tx *store.Tx) error { return chat.Delete(tx, c.by, message) }); err != nil {
					t.Fatal(err)
				}
			},
			"import": func(t *rapid.T) {
				room := importer.New(c.tenant, c.files)
				m, err := room.Analyse(context.Background(), c.by, "chat.zip", bytes.NewReader(export(text.Draw(t, "text"))))
				if err != nil {
					t.Fatal(err)
				}
				if rapid.Bool().Draw(t, "begun") {
					_, err = room.Start(context.Background(), c.by, m.ID, importer.Mapping{Timezone: "Europe/Rome"})
					if errors.Is(err, importer.ErrAlready) {
						return
					}
					if err := errors.Join(err, room.Continue(context.Background(), m.ID)); err != nil {
						t.Fatal(err)
					}
					c.exports = append(c.exports, m.ID)
				}
			},
			"undo": func(t *rapid.T) {
				if len(c.exports) == 0 {
					return
				}
				room, id := importer.New(c.tenant, c.files), c.exports[0]
				c.exports = c.exports[1:]
				_, err := room.Undo(context.Background(), c.by, id)
				if err := errors.Join(err, room.Continue(context.Background(), id)); err != nil {
					t.Fatal(err)
				}
			},
			"what is no export": func(t *rapid.T) {
				_, err := importer.New(c.tenant, c.files).Analyse(context.Background(), c.by, "x.txt", strings.NewReader(text.Draw(t, "text")))
				if problem.Of(err) == nil {
					t.Fatal(err)
				}
			},
			"hours pass": func(t *rapid.T) {
				c.passed.Add(int64(time.Hour) * rapid.Int64Range(1, 60).Draw(t, "hours"))
			},
			"sweep": c.sweep,
		})
		c.passed.Add(int64(chat.UnsentAge + blob.SafeAge + time.Hour))
		c.sweep(t)
	})
}

// An upload that begins again while it is swept is kept, whoever comes first.
func TestAFileUploadedAgainWhileItIsSweptIsKept(t *testing.T) {
	t.Parallel()
	c := newCloset(t)
	disk := c.files.(aged).Store
	c.files = disk // by the machine's clock
	old := time.Now().Add(-2 * blob.SafeAge)
	for range 30 {
		sum, _, err := disk.Put(t.Context(), strings.NewReader("a drawing"))
		if err != nil {
			t.Fatal(err)
		}
		item, err := disk.Inspect(t.Context(), disk.Name(sum))
		if err := errors.Join(err, os.Chtimes(item.Location, old, old)); err != nil {
			t.Fatal(err)
		}
		swept := make(chan error, 1)
		go func() {
			_, err := blob.Sweep(context.Background(), c.tenant, disk, named, time.Now().Add(-blob.SafeAge), false)
			swept <- err
		}()
		if _, err := c.upload("a drawing"); err != nil {
			t.Fatal(err)
		}
		if err := <-swept; err != nil {
			t.Fatal(err)
		}
		if _, err := c.files.Stat(t.Context(), sum); err != nil {
			t.Fatalf("the upload is lost: %v", err)
		}
		if err := c.write(func(tx *store.Tx) error {
			for id := range c.unsent {
				if err := chat.Release(tx, id); err != nil {
					return err
				}
			}
			clear(c.unsent)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhoSendsNothingCannotUploadForEver(t *testing.T) {
	t.Parallel()
	c := newCloset(t)
	add := func(size int64) error {
		return c.write(func(tx *store.Tx) error {
			if err := chat.MayUpload(tx, c.by, size); err != nil {
				return err
			}
			f, err := chat.AddFile(tx, c.by, "x", "text/plain", size, make([]byte, 32))
			c.unsent[f.ID] = unsentFile{}
			return err
		})
	}
	if err := add(5 << 30); err != nil {
		t.Fatal(err)
	}
	if err := add(1); !errors.Is(err, chat.ErrUnsent) {
		t.Errorf("more bytes: %v", err)
	}
	for id := range c.unsent {
		if _, err := c.send(id); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		if err := add(1); err != nil {
			t.Fatal(err)
		}
	}
	if err := add(1); !errors.Is(err, chat.ErrUnsent) {
		t.Errorf("more files: %v", err)
	}
	for id := range c.unsent {
		if _, err := c.send(id); err != nil {
			t.Fatal(err)
		}
		break
	}
	if err := add(1); err != nil {
		t.Errorf("one was sent: %v", err)
	}
}
