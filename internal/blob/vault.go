package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"regexp"
	"sync"
	"time"

	"verbale/internal/seal"
)

// shelf is where sealed files lie under their names.
type shelf interface {
	// open opens what lies under a name; ErrNotFound. Its last bytes, as many
	// as tail, are wanted at once.
	open(ctx context.Context, name string, tail int64) (object, error)
	list(ctx context.Context, f func(Lying) error) error
	location(name string) string
}

// object is an open sealed file.
type object struct {
	io.ReaderAt
	io.Closer
	size    int64
	written time.Time
}

// vault is what every store does alike with the sealed files on its shelf.
type vault struct {
	shelf
	keys    *seal.Keyset
	settled names
}

// Name implements Store: a keyed hash, so that it says nothing.
func (v *vault) Name(sum Sum) string {
	h := v.keys.Hash("blob name", sum[:])
	text := hex.EncodeToString(h[:])
	return path.Join(text[:2], text[2:])
}

// named tells our names from what somebody else has put there, which is shown
// and never touched.
var named = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{62}$`)

// Open implements Store. The last segment and the footer are read first.
func (v *vault) Open(ctx context.Context, sum Sum) (Reader, error) {
	file, err := v.open(ctx, v.Name(sum), 128<<10)
	if err != nil {
		return nil, err
	}
	r, err := openSealed(file, v.keys, sum)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// Stat implements Store.
func (v *vault) Stat(ctx context.Context, sum Sum) (int64, error) {
	item, err := v.Inspect(ctx, v.Name(sum))
	if err == nil && item.Damaged {
		err = ErrDamaged
	}
	return item.Size, err
}

// Inspect implements Store.
func (v *vault) Inspect(ctx context.Context, name string) (Item, error) {
	file, err := v.open(ctx, name, sealedFooterSize)
	if err != nil {
		return Item{}, err
	}
	item := Item{Written: file.written, Name: name, Location: v.location(name)}
	end, _, err := readFooter(file, file.size, v.keys)
	switch {
	case errors.Is(err, ErrDamaged) || err == nil && v.Name(end.sum) != name:
		item.Damaged, err = true, nil
	case err == nil:
		item.Sum, item.Size = end.sum, end.size
	}
	return item, errors.Join(err, file.Close())
}

// List implements Store.
func (v *vault) List(ctx context.Context, f func(Lying) error) error { return v.list(ctx, f) }

// Walk implements Store.
func (v *vault) Walk(ctx context.Context, f func(Item) error) error {
	return v.list(ctx, func(l Lying) error {
		item, err := v.Inspect(ctx, l.Name)
		if errors.Is(err, ErrNotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		return f(item)
	})
}

// Sealed implements Store.
func (v *vault) Sealed(ctx context.Context, name string) (*Sealed, error) {
	file, err := v.open(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	return &Sealed{io.NewSectionReader(file, 0, file.size), file}, nil
}

// names makes those who work on one name take turns, so that what is put is
// not collected in the same moment.
type names struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when it is free again; guarded by mu
}

// hold waits for a name, and gives what frees it.
func (n *names) hold(ctx context.Context, name string) (free func(), err error) {
	for {
		taken, free := n.try(name)
		if taken == nil {
			return free, nil
		}
		select {
		case <-taken:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// try takes a name if nobody has it.
func (n *names) try(name string) (taken chan struct{}, free func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if taken, ok := n.held[name]; ok {
		return taken, nil
	}
	if n.held == nil {
		n.held = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	n.held[name] = done
	return nil, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.held, name)
		close(done)
	}
}
