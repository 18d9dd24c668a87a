package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"verbale/internal/seal"
)

func keysOf(t testing.TB, company string) *seal.Keyset {
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

func openDisk(t testing.TB, dir string, keys *seal.Keyset) *Disk {
	t.Helper()
	d, err := OpenDisk(dir, keys, 10<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func contents(size int, seed byte) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func put(t testing.TB, d *Disk, b []byte) Sum {
	t.Helper()
	sum, size, err := d.Put(context.Background(), bytes.NewReader(b))
	if err != nil || size != int64(len(b)) || sum != sha256.Sum256(b) {
		t.Fatalf("put: %v, %d bytes, %v", sum, size, err)
	}
	return sum
}

func get(d *Disk, sum Sum) ([]byte, error) {
	r, err := d.Open(context.Background(), sum)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// stored lists what lies under the directory, but for folders.
func stored(t testing.TB, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFullOrFailingDiskIsAClearErrorAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		room     int
		fail     error
		failSync error
		want     error
	}{
		"full at the beginning": {0, syscall.ENOSPC, nil, ErrNoSpace},
		"full in the middle":    {100_000, syscall.ENOSPC, nil, ErrNoSpace},
		"full at the footer":    {200_000 + 16*4 + seal.StreamHeaderSize, syscall.ENOSPC, nil, ErrNoSpace},
		"quota":                 {100_000, syscall.EDQUOT, nil, ErrNoSpace},
		"limit on files":        {100_000, syscall.EFBIG, nil, ErrNoSpace},
		"failing":               {100_000, syscall.EIO, nil, syscall.EIO},
		"failing to be durable": {1 << 30, nil, syscall.EIO, syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := openDisk(t, dir, keysOf(t, "acme"))
			kept := put(t, d, []byte("already here"))
			create := d.create
			d.create = func(name string) (writable, error) {
				w, err := create(name)
				return &small{w, c.room, c.fail, c.failSync}, err
			}
			_, _, err := d.Put(t.Context(), bytes.NewReader(contents(200_000, 1)))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if files := stored(t, dir); len(files) != 1 {
				t.Errorf("left behind: %v", files)
			}
			if got, err := get(d, kept); err != nil || string(got) != "already here" {
				t.Errorf("what was here is not: %v", err)
			}
			d.create = create
			put(t, d, contents(200_000, 1)) // there is room again
		})
	}
}

// small is a disk with little room.
type small struct {
	writable
	room           int
	fail, failSync error
}

func (s *small) Write(p []byte) (int, error) {
	if s.room -= len(p); s.room < 0 {
		return 0, s.fail
	}
	return s.writable.Write(p)
}

func (s *small) Sync() error { return errors.Join(s.failSync, s.writable.Sync()) }

func TestReaderLivesOnWhileItsFileIsDeleted(t *testing.T) {
	t.Parallel()
	d := openDisk(t, t.TempDir(), keysOf(t, "acme"))
	b := contents(300_000, 1)
	sum := put(t, d, b)
	r, err := d.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := d.Delete(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%v", err)
	}
}

func TestDirectoryCannotBeLeftThroughALink(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	d := openDisk(t, dir, keysOf(t, "acme"))
	b := []byte("ciao")
	folder := filepath.Join(dir, filepath.Dir(d.Name(sha256.Sum256(b))))
	if err := errors.Join(os.Remove(folder), os.Symlink(outside, folder)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Put(t.Context(), bytes.NewReader(b)); err == nil {
		t.Error("put followed the link")
	}
	if files := stored(t, outside); len(files) != 0 {
		t.Errorf("written outside: %v", files)
	}
}
