package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"verbale/internal/blob"
	"verbale/internal/seal"
)

// MaxFile is the limit on one file that the suite expects.
const MaxFile = 10 << 20

// Place is where one company's files lie.
type Place struct {
	Store  blob.Store
	Folder string // in which each sealed file lies as a plain file under its name
}

// Run runs the suite. Make gives a place of its own for each company's keys.
func Run(t *testing.T, make func(t *testing.T, keys *seal.Keyset) Place) {
	for name, test := range map[string]func(*testing.T, suite){
		"contents come back whole and from anywhere":     whole,
		"neither contents nor sums are shown":            secret,
		"tampered files are an error, not bytes":         tampered,
		"a file under another name is damaged":           misplaced,
		"what was deleted is not found":                  deleted,
		"a refused file leaves nothing":                  refused,
		"the same contents at once are kept once":        atOnce,
		"listing, inspecting and walking tell the same":  listed,
		"only what is old and not put again is taken":    collected,
		"nothing is taken while it is put":               collectedWhilePut,
		"sealed bytes are what lies there":               sealedBytes,
		"a reader gets all or an error after a deletion": deletedWhileRead,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, suite{make(t, Keys(t, "acme")), make})
		})
	}
}

type suite struct {
	Place
	make func(t *testing.T, keys *seal.Keyset) Place
}

// Keys makes a company's keys.
func Keys(t testing.TB, company string) *seal.Keyset {
	t.Helper()
	root, err := seal.LoadRoot(filepath.Join(t.TempDir(), "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	k, _, err := root.NewKeyset(company)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Contents makes bytes that no compression makes smaller.
func Contents(size int, seed byte) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// Put puts contents, which must be taken.
func Put(t testing.TB, s blob.Store, b []byte) blob.Sum {
	t.Helper()
	sum, size, err := s.Put(context.Background(), bytes.NewReader(b))
	if err != nil || size != int64(len(b)) || sum != sha256.Sum256(b) {
		t.Fatalf("put: %v, %d bytes, %v", sum, size, err)
	}
	return sum
}

// Get reads contents to the end.
func Get(s blob.Store, sum blob.Sum) ([]byte, error) {
	r, err := s.Open(context.Background(), sum)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

// Stored lists what lies in a folder, but for folders.
func Stored(t testing.TB, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// same says whether contents are there and right.
func (s suite) same(t *testing.T, sum blob.Sum, want []byte) {
	t.Helper()
	if got, err := Get(s.Store, sum); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d: %v", len(got), len(want), err)
	}
}

func (s suite) path(sum blob.Sum) string { return filepath.Join(s.Folder, s.Store.Name(sum)) }

func secret(t *testing.T, first suite) {
	b := []byte(strings.Repeat("stipendio ", 100))
	names := map[string]bool{}
	for _, s := range []suite{first, {first.make(t, Keys(t, "globex")), nil}} {
		sum := Put(t, s.Store, b)
		Put(t, s.Store, b) // the same again takes no room
		files := Stored(t, s.Folder)
		if len(files) != 1 {
			t.Fatalf("%d files", len(files))
		}
		raw, _ := os.ReadFile(files[0])
		if bytes.Contains(raw, []byte("stipendio")) || bytes.Contains(raw, sum[:]) || strings.Contains(files[0], sum.String()[2:]) {
			t.Error("readable where it lies")
		}
		if name := s.Store.Name(sum); names[name] {
			t.Error("two companies' files have one name")
		} else {
			names[name] = true
		}
	}
}
