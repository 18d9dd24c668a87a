package blobtest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"

	"verbale/internal/blob"
	"verbale/internal/seal"
)

func whole(t *testing.T, s suite) {
	for i, size := range []int{0, 1, 65_536, 1_000_000} {
		b := Contents(size, byte(i))
		sum := Put(t, s.Store, b)
		r, err := s.Store.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, b); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if got, err := s.Store.Stat(t.Context(), sum); err != nil || got != int64(size) {
			t.Errorf("size %d: stat %d, %v", size, got, err)
		}
	}
}

func tampered(t *testing.T, s suite) {
	b := Contents(200_000, 1)
	sum, other := Put(t, s.Store, b), Put(t, s.Store, Contents(200_000, 2))
	good, err := os.ReadFile(s.path(sum))
	if err != nil {
		t.Fatal(err)
	}
	wrong, _ := os.ReadFile(s.path(other))
	const footer = 2*seal.StreamHeaderSize + 32 + 8 + 16
	stream := len(good) - footer
	flip := func(i int) []byte {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		return bad
	}
	for name, bad := range map[string][]byte{
		"header":                 flip(3),
		"first segment":          flip(1000),
		"a segment within":       flip(100_000),
		"last segment":           flip(stream - 1),
		"footer":                 flip(len(good) - 1),
		"footer's header":        flip(stream + 3),
		"cut":                    good[:len(good)-1],
		"cut to nothing":         nil,
		"longer":                 append(bytes.Clone(good), 0),
		"another file":           wrong,
		"another file's body":    append(bytes.Clone(wrong[:stream]), good[stream:]...),
		"another file's footer":  append(bytes.Clone(good[:stream]), wrong[stream:]...),
		"another file's segment": append(append(bytes.Clone(good[:65_536]), wrong[65_536:131_072]...), good[131_072:]...),
	} {
		if err := os.WriteFile(s.path(sum), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Get(s.Store, sum)
		if !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.HasPrefix(b, got) {
			t.Errorf("%s: false bytes", name)
		}
	}
	if err := os.WriteFile(s.path(sum), flip(len(good)-1), 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged int
	if err := s.Store.Walk(t.Context(), func(item blob.Item) error {
		if item.Damaged {
			damaged++
		} else if item.Sum != other {
			t.Errorf("found %v", item)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if damaged != 1 {
		t.Errorf("%d damaged files found, there is one", damaged)
	}
	for _, bad := range [][]byte{flip(len(good) - 1), flip(100_000)} {
		if err := os.WriteFile(s.path(sum), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		Put(t, s.Store, b) // the same contents again mend it
		s.same(t, sum, b)
	}
}

func misplaced(t *testing.T, s suite) {
	a, b := Put(t, s.Store, Contents(100, 1)), Put(t, s.Store, Contents(100, 2))
	raw, err := os.ReadFile(s.path(a))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(b), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Get(s.Store, b); !errors.Is(err, blob.ErrDamaged) {
		t.Errorf("open: %v", err)
	}
	if _, err := s.Store.Stat(t.Context(), b); !errors.Is(err, blob.ErrDamaged) {
		t.Errorf("stat: %v", err)
	}
}

func sealedBytes(t *testing.T, s suite) {
	sum := Put(t, s.Store, Contents(700_000, 1))
	want, err := os.ReadFile(s.path(sum))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Store.Sealed(t.Context(), s.Store.Name(sum))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) || r.Size() != int64(len(want)) {
		t.Errorf("%d bytes of %d, said %d: %v", len(got), len(want), r.Size(), err)
	}
}

// deletedWhileRead: a disk lets the reader read on, a bucket does not; neither
// may give false or missing bytes for the file.
func deletedWhileRead(t *testing.T, s suite) {
	b := Contents(3_000_000, 1)
	sum := Put(t, s.Store, b)
	r, err := s.Store.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.Store.Delete(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, b) || !bytes.HasPrefix(b, got) || err != nil && !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
