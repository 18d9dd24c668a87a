package store

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"
)

// inBlocks lets what is produced be consumed in blocks of size bytes, the last
// one shorter, while the next are filled. A block is consume's until it
// returns.
func inBlocks(ctx context.Context, size int, produce func(ctx context.Context, to io.Writer) error, consume func(block []byte) error) error {
	const ahead = 2
	both, ctx := errgroup.WithContext(ctx)
	w := &blockWriter{ctx: ctx, size: size, full: make(chan []byte, ahead), spare: make(chan []byte, ahead+2)}
	both.Go(func() error {
		defer close(w.full)
		if err := produce(ctx, w); err != nil {
			return err
		}
		return w.pass()
	})
	both.Go(func() error {
		for block := range w.full {
			if err := consume(block); err != nil {
				return err
			}
			w.spare <- block[:0]
		}
		return nil
	})
	return both.Wait()
}

// blockWriter gathers what is written to it.
type blockWriter struct {
	ctx         context.Context
	size        int
	block       []byte
	full, spare chan []byte
	made        int // of the blocks, which are used again
}

func (w *blockWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if w.block == nil {
			w.block = w.fresh()
		}
		part := min(len(p), w.size-len(w.block))
		w.block = append(w.block, p[:part]...)
		p, n = p[part:], n+part
		if len(w.block) == w.size {
			if err := w.pass(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// fresh gives an empty block: one comes back for each that is consumed.
func (w *blockWriter) fresh() []byte {
	if w.made < cap(w.spare) {
		w.made++
		return make([]byte, 0, w.size)
	}
	select {
	case block := <-w.spare:
		return block
	case <-w.ctx.Done():
		return make([]byte, 0, w.size) // it will not be passed on
	}
}

// pass hands the block on.
func (w *blockWriter) pass() error {
	if len(w.block) == 0 {
		return w.ctx.Err()
	}
	select {
	case w.full <- w.block:
		w.block = nil
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}
