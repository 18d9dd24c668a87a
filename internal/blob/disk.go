package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

// arriving is where files are written before they have a name. What a crash
// leaves there was never acknowledged, and is swept at the next start.
const arriving = "arriving"

// Disk keeps files in a directory that no other process uses.
type Disk struct {
	root *os.Root
	keys *seal.Keyset
	max  int64

	// What tests put something else in the place of.
	create func(name string) (writable, error)
	step   func(name string) // called where a crash would matter
}

type writable interface {
	io.Writer
	Sync() error
	Close() error
}

var _ Store = (*Disk)(nil)

// OpenDisk opens the directory, which it makes if need be, for the company
// whose keys these are. No file may be larger than max bytes.
func OpenDisk(dir string, keys *seal.Keyset, max int64) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	d := &Disk{root: root, keys: keys, max: max, step: func(string) {}}
	d.create = func(name string) (writable, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("blob: open: %w", err), root.Close())
	}
	return d, nil
}

// prepare sweeps what a crash left and makes all folders, durably, so that Put
// has but one name to make durable.
func (d *Disk) prepare() error {
	if err := errors.Join(d.root.RemoveAll(arriving), d.root.Mkdir(arriving, 0o700)); err != nil {
		return err
	}
	for i := range 256 {
		if err := d.root.Mkdir(fmt.Sprintf("%02x", i), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return d.sync(".")
}

// Close gives the directory back. Open readers stay usable.
func (d *Disk) Close() error { return d.root.Close() }

// Put implements Store. The order is: write under a temporary name, make the
// bytes durable, give the final name, make the name durable. A crash in
// between leaves either nothing or the whole file under its name.
func (d *Disk) Put(ctx context.Context, r io.Reader) (Sum, int64, error) {
	temporary := path.Join(arriving, rand.Text())
	sum, size, err := d.write(ctx, temporary, r)
	if err == nil {
		err = d.settle(temporary, sum)
	}
	if err != nil {
		d.root.Remove(temporary) // best effort: the next start sweeps it
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
			err = fmt.Errorf("%w (%w)", ErrNoSpace, err)
		}
		return Sum{}, 0, fmt.Errorf("blob: put: %w", err)
	}
	return sum, size, nil
}

func (d *Disk) write(ctx context.Context, name string, r io.Reader) (sum Sum, size int64, err error) {
	file, err := d.create(name)
	if err != nil {
		return sum, 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	d.step("created")

	stream := &streamWriter{w: file}
	sealed, err := d.keys.Encrypt(stream, streamAAD)
	if err != nil {
		return sum, 0, err
	}
	contents := &measured{r: r, ctx: ctx, hash: sha256.New(), left: d.max}
	if size, err = io.Copy(sealed, contents); err != nil {
		return sum, 0, err
	}
	d.step("written")
	if err := sealed.Close(); err != nil {
		return sum, 0, err
	}
	contents.hash.Sum(sum[:0])
	end, err := sealFooter(d.keys, footer{sum: sum, size: size, stream: stream.header})
	if err != nil {
		return sum, 0, err
	}
	if _, err := file.Write(end); err != nil {
		return sum, 0, err
	}
	d.step("complete")
	return sum, size, file.Sync()
}

// settle gives a durable file its name. A file already there has the same
// contents; it is replaced, which mends it should it be damaged.
func (d *Disk) settle(temporary string, sum Sum) error {
	name := d.name(sum)
	d.step("durable")
	if err := d.root.Rename(temporary, name); err != nil {
		return err
	}
	d.step("named")
	return d.sync(path.Dir(name))
}

// Open implements Store.
func (d *Disk) Open(_ context.Context, sum Sum) (Reader, error) {
	file, err := d.root.Open(d.name(sum))
	if err != nil {
		return nil, notFound(err)
	}
	r, err := openSealed(file, d.keys, sum)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// Stat implements Store.
func (d *Disk) Stat(_ context.Context, sum Sum) (int64, error) {
	file, err := d.root.Open(d.name(sum))
	if err != nil {
		return 0, notFound(err)
	}
	defer file.Close()
	end, _, err := readFooter(file, d.keys)
	if err != nil {
		return 0, err
	}
	if end.sum != sum {
		return 0, ErrDamaged
	}
	return end.size, nil
}

// Delete implements Store. It returns when the name is durably gone.
func (d *Disk) Delete(_ context.Context, sum Sum) error {
	name := d.name(sum)
	if err := d.root.Remove(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("blob: delete: %w", err)
	}
	return d.sync(path.Dir(name))
}

// Walk implements Store.
func (d *Disk) Walk(ctx context.Context, f func(Item) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
			return nil
		case err != nil:
			return fmt.Errorf("blob: walk: %w", err)
		case entry.IsDir() && name == arriving:
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		item, err := d.item(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return fmt.Errorf("blob: walk: %w", err)
		}
		return f(item)
	})
}

func (d *Disk) item(name string) (Item, error) {
	file, err := d.root.Open(name)
	if err != nil {
		return Item{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Item{}, err
	}
	item := Item{Written: info.ModTime(), Location: path.Join(d.root.Name(), name)}
	end, _, err := readFooter(file, d.keys)
	switch {
	case errors.Is(err, ErrDamaged) || err == nil && d.name(end.sum) != name:
		item.Damaged = true
	case err != nil:
		return Item{}, err
	default:
		item.Sum, item.Size = end.sum, end.size
	}
	return item, nil
}

// name is where contents lie: a keyed hash, so that it says nothing.
func (d *Disk) name(sum Sum) string {
	h := d.keys.Hash("blob name", sum[:])
	text := hex.EncodeToString(h[:])
	return path.Join(text[:2], text[2:])
}

func (d *Disk) sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return fmt.Errorf("blob: open: %w", err)
}

// measured hashes and counts what passes, and ends it when it is too much or
// nobody waits for it any more.
type measured struct {
	r    io.Reader
	ctx  context.Context
	hash hash.Hash
	left int64
}

func (m *measured) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, ErrTooLarge
	}
	m.hash.Write(p[:n])
	return n, err
}

// ErrTooLarge says that a file has more bytes than one may have here.
var ErrTooLarge = problem.New(problem.TooLarge, "file.too_large", "This file is larger than a file may be here.")
