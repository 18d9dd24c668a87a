package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"verbale/internal/seal"
)

// arriving is where files are written before they have a name. What a crash
// leaves there was never acknowledged, and is swept at the next start.
const arriving = "arriving"

// Disk keeps files in a directory that no other process uses.
type Disk struct {
	vault
	root *os.Root
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
	d := &Disk{root: root, max: max, step: func(string) {}}
	d.vault = vault{shelf: d, keys: keys}
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
		err = d.settle(ctx, temporary, sum)
	}
	if err != nil {
		d.root.Remove(temporary) // best effort: the next start sweeps it
		return Sum{}, 0, fmt.Errorf("blob: put: %w", noSpace(err))
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
	if sum, size, err = sealTo(ctx, file, r, d.keys, d.max, d.step); err != nil {
		return sum, 0, err
	}
	d.step("complete")
	return sum, size, file.Sync()
}

// noSpace tells a full disk from a failing one.
func noSpace(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w (%w)", ErrNoSpace, err)
	}
	return err
}

// settle gives a durable file its name. A file already there has the same
// contents; it is replaced, which mends it should it be damaged.
func (d *Disk) settle(ctx context.Context, temporary string, sum Sum) error {
	name := d.Name(sum)
	free, err := d.settled.hold(ctx, name)
	if err != nil {
		return err
	}
	defer free()
	d.step("durable")
	if err := d.root.Rename(temporary, name); err != nil {
		return err
	}
	d.step("named")
	return d.sync(path.Dir(name))
}

// open is of shelf.
func (d *Disk) open(_ context.Context, name string, _ int64) (object, error) {
	file, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return object{}, ErrNotFound
	} else if err != nil {
		return object{}, fmt.Errorf("blob: open: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return object{}, errors.Join(fmt.Errorf("blob: open: %w", err), file.Close())
	}
	o := object{ReaderAt: file, Closer: file, size: info.Size(), written: info.ModTime()}
	if !info.Mode().IsRegular() {
		o.size = 0 // nothing that we wrote
	}
	return o, nil
}

func (d *Disk) location(name string) string { return path.Join(d.root.Name(), name) }

// Delete implements Store. It returns when the name is durably gone.
func (d *Disk) Delete(_ context.Context, sum Sum) error { return d.remove(d.Name(sum)) }

func (d *Disk) remove(name string) error {
	if err := d.root.Remove(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("blob: delete: %w", err)
	}
	return d.sync(path.Dir(name))
}

// Collect implements Store. No Put of the same contents comes in between.
func (d *Disk) Collect(_ context.Context, name string, since time.Time) (bool, error) {
	taken, free := d.settled.try(name)
	if taken != nil {
		return false, nil
	}
	defer free()
	info, err := d.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(since) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: collect: %w", err)
	}
	return true, d.remove(name)
}

// Tidy implements Store. What is still being written to has a newer time.
func (d *Disk) Tidy(_ context.Context, before time.Time) (tidied int, err error) {
	left, err := fs.ReadDir(d.root.FS(), arriving)
	for _, entry := range left {
		if info, statErr := entry.Info(); statErr == nil && info.ModTime().Before(before) {
			err = errors.Join(err, d.root.Remove(path.Join(arriving, entry.Name())))
			tidied++
		}
	}
	return tidied, err
}

// list is of shelf.
func (d *Disk) list(ctx context.Context, f func(Lying) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
			return nil
		case err != nil:
			return fmt.Errorf("blob: list: %w", err)
		case entry.IsDir() && name == arriving:
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return fmt.Errorf("blob: list: %w", err)
		}
		return f(Lying{Name: name, Size: info.Size(), Written: info.ModTime()})
	})
}

func (d *Disk) sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
