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
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

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

func TestContentsComeBackWholeAndFromAnywhere(t *testing.T) {
	t.Parallel()
	d := openDisk(t, t.TempDir(), keysOf(t, "acme"))
	for i, size := range []int{0, 1, 65_536, 1_000_000} {
		b := contents(size, byte(i))
		sum := put(t, d, b)
		r, err := d.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, b); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if got, err := d.Stat(t.Context(), sum); err != nil || got != int64(size) {
			t.Errorf("size %d: stat %d, %v", size, got, err)
		}
	}
}

func TestDiskShowsNeitherContentsNorSums(t *testing.T) {
	t.Parallel()
	b := []byte(strings.Repeat("stipendio ", 100))
	names := map[string]bool{}
	for _, company := range []string{"acme", "globex"} {
		dir := t.TempDir()
		d := openDisk(t, dir, keysOf(t, company))
		sum := put(t, d, b)
		put(t, d, b) // the same again takes no room
		files := stored(t, dir)
		if len(files) != 1 {
			t.Fatalf("%d files", len(files))
		}
		raw, _ := os.ReadFile(files[0])
		if bytes.Contains(raw, []byte("stipendio")) || bytes.Contains(raw, sum[:]) || strings.Contains(files[0], sum.String()[2:]) {
			t.Error("readable on the disk")
		}
		name, _ := filepath.Rel(dir, files[0])
		if names[name] {
			t.Error("two companies' files have one name")
		}
		names[name] = true
		if info, _ := os.Stat(files[0]); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

func TestTamperedFileIsAnErrorNotBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir, keysOf(t, "acme"))
	b := contents(200_000, 1)
	sum, other := put(t, d, b), put(t, d, contents(200_000, 2))
	path, otherPath := filepath.Join(dir, d.Name(sum)), filepath.Join(dir, d.Name(other))
	good, _ := os.ReadFile(path)
	wrong, _ := os.ReadFile(otherPath)
	stream := len(good) - sealedFooterSize
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
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := get(d, sum)
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.HasPrefix(b, got) {
			t.Errorf("%s: false bytes", name)
		}
	}
	if err := os.WriteFile(path, flip(len(good)-1), 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged int
	if err := d.Walk(t.Context(), func(item Item) error {
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
	put(t, d, b) // the same contents again mend it
	if got, err := get(d, sum); err != nil || !bytes.Equal(got, b) {
		t.Errorf("not mended: %v", err)
	}
}

func TestFileUnderAnotherNameIsDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir, keysOf(t, "acme"))
	a, b := put(t, d, contents(100, 1)), put(t, d, contents(100, 2))
	if err := os.Rename(filepath.Join(dir, d.Name(a)), filepath.Join(dir, d.Name(b))); err != nil {
		t.Fatal(err)
	}
	if _, err := get(d, b); !errors.Is(err, ErrDamaged) {
		t.Errorf("open: %v", err)
	}
	if _, err := d.Stat(t.Context(), b); !errors.Is(err, ErrDamaged) {
		t.Errorf("stat: %v", err)
	}
	if err := d.Walk(t.Context(), func(item Item) error {
		if !item.Damaged {
			t.Error("walk takes it for genuine")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	d := openDisk(t, t.TempDir(), keysOf(t, "acme"))
	sum := put(t, d, []byte("ciao"))
	if err := d.Delete(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	if _, err := get(d, sum); !errors.Is(err, ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := d.Stat(t.Context(), sum); !errors.Is(err, ErrNotFound) {
		t.Errorf("stat: %v", err)
	}
	if err := d.Delete(t.Context(), sum); err != nil {
		t.Errorf("delete again: %v", err)
	}
}

func TestRefusedFileLeavesNothing(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
	}{
		"too large":       {context.Background(), bytes.NewReader(make([]byte, 10<<20+1)), ErrTooLarge},
		"endless":         {context.Background(), endless{}, ErrTooLarge},
		"cut on the way":  {context.Background(), io.MultiReader(bytes.NewReader(make([]byte, 100_000)), iotest.ErrReader(broken)), broken},
		"nobody waits":    {cancelled, bytes.NewReader([]byte("x")), context.Canceled},
		"reader timeouts": {context.Background(), iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), iotest.ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := openDisk(t, dir, keysOf(t, "acme"))
			if _, _, err := d.Put(c.ctx, c.r); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if left := stored(t, dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	d := openDisk(t, t.TempDir(), keysOf(t, "acme"))
	put(t, d, make([]byte, 10<<20)) // exactly as large as allowed
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

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

func TestSameContentsAtOnceAreKeptOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir, keysOf(t, "acme"))
	b := contents(150_000, 1)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			sum, _, err := d.Put(context.Background(), iotest.HalfReader(bytes.NewReader(b)))
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := get(d, sum); err != nil || !bytes.Equal(got, b) {
				t.Errorf("get while others put: %v", err)
			}
		})
	}
	all.Wait()
	if files := stored(t, dir); len(files) != 1 {
		t.Errorf("kept as %v", files)
	}
}

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
