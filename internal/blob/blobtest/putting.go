package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"verbale/internal/blob"
)

func deleted(t *testing.T, s suite) {
	b := Contents(1000, 1)
	sum := Put(t, s.Store, b)
	for range 2 {
		if err := s.Store.Delete(t.Context(), sum); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := Get(s.Store, sum); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := s.Store.Stat(t.Context(), sum); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("stat: %v", err)
	}
	Put(t, s.Store, b)
	s.same(t, sum, b)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func refused(t *testing.T, s suite) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
	}{
		"too large":       {context.Background(), bytes.NewReader(make([]byte, MaxFile+1)), blob.ErrTooLarge},
		"endless":         {context.Background(), endless{}, blob.ErrTooLarge},
		"cut on the way":  {context.Background(), io.MultiReader(bytes.NewReader(make([]byte, 100_000)), iotest.ErrReader(broken)), broken},
		"nobody waits":    {cancelled, bytes.NewReader([]byte("x")), context.Canceled},
		"reader timeouts": {context.Background(), iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), iotest.ErrTimeout},
	} {
		if _, _, err := s.Store.Put(c.ctx, c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
		if left := Stored(t, s.Folder); len(left) != 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	Put(t, s.Store, make([]byte, MaxFile)) // exactly as large as allowed
}

func atOnce(t *testing.T, s suite) {
	b := Contents(150_000, 1)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			sum, _, err := s.Store.Put(context.Background(), iotest.HalfReader(bytes.NewReader(b)))
			if err != nil {
				t.Error(err)
				return
			}
			s.same(t, sum, b)
		})
	}
	all.Wait()
	if files := Stored(t, s.Folder); len(files) != 1 {
		t.Errorf("kept as %v", files)
	}
}

func listed(t *testing.T, s suite) {
	want := map[string]blob.Sum{}
	began := time.Now().Add(-2 * time.Second) // a listing may know whole seconds only
	for i := range 5 {
		sum := Put(t, s.Store, Contents(1000*i, byte(i)))
		want[s.Store.Name(sum)] = sum
	}
	seen := 0
	if err := s.Store.List(t.Context(), func(l blob.Lying) error {
		seen++
		item, err := s.Store.Inspect(t.Context(), l.Name)
		if err != nil || item.Damaged || item.Sum != want[l.Name] || item.Name != l.Name || l.Size <= item.Size {
			t.Errorf("%v is %v: %v", l, item, err)
		}
		if l.Written.Before(began) || item.Written.Before(began) || l.Written.After(time.Now().Add(time.Minute)) {
			t.Errorf("written %v", l.Written)
		}
		return nil
	}); err != nil || seen != len(want) {
		t.Errorf("%d listed: %v", seen, err)
	}
	if err := s.Store.Walk(t.Context(), func(item blob.Item) error {
		delete(want, s.Store.Name(item.Sum))
		return nil
	}); err != nil || len(want) != 0 {
		t.Errorf("not found: %v, %v", want, err)
	}
	enough := errors.New("enough")
	if err := s.Store.List(t.Context(), func(blob.Lying) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the listing goes on: %v", err)
	}
	if _, err := s.Store.Inspect(t.Context(), s.Store.Name(blob.Sum{1})); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("inspected what is not there: %v", err)
	}
}

func collected(t *testing.T, s suite) {
	b := Contents(100_000, 1)
	sum := Put(t, s.Store, b)
	name := s.Store.Name(sum)
	collect := func(since time.Time, want bool) {
		t.Helper()
		if took, err := s.Store.Collect(t.Context(), name, since); err != nil || took != want {
			t.Fatalf("taken %v: %v", took, err)
		}
	}
	collect(time.Now().Add(-time.Hour), false)
	s.same(t, sum, b)

	// Old, and put again: not a byte moves, yet it counts as new.
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(s.path(sum), old, old); err != nil {
		t.Fatal(err)
	}
	Put(t, s.Store, b)
	collect(time.Now().Add(-time.Hour), false)
	s.same(t, sum, b)

	collect(time.Now().Add(time.Hour), true)
	collect(time.Now().Add(time.Hour), false)
	if _, err := Get(s.Store, sum); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("still there: %v", err)
	}
}

// collectedWhilePut: whatever was acknowledged after a sweep's last look is
// there, however the two meet.
func collectedWhilePut(t *testing.T, s suite) {
	b := Contents(100_000, 1)
	sum := Put(t, s.Store, b)
	name := s.Store.Name(sum)
	old := time.Now().Add(-48 * time.Hour)
	for range 20 {
		if err := s.Store.Delete(t.Context(), sum); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(s.path(Put(t, s.Store, b)), old, old); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := s.Store.Collect(context.Background(), name, time.Now().Add(-24*time.Hour)); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() { s.same(t, Put(t, s.Store, b), b) })
		both.Wait()
	}
}
