package blob

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"verbale/internal/problem"
)

// Counts are what has been done with files since the start.
type Counts struct {
	Puts, PutBytes, PutTime atomic.Int64 // the time in nanoseconds
	Opens, ReadBytes        atomic.Int64
	Errors                  atomic.Int64 // where files are kept, not where they come from
}

// Counted gives a store whose files are counted.
func Counted(s Store, c *Counts) Store { return &counted{s, c} }

type counted struct {
	Store
	counts *Counts
}

// failed counts what is the shelf's fault: who sends may break off, and what
// is asked for may not be there.
func (c *counted) failed(err, theirs error) {
	p := problem.Of(err)
	if err == nil || theirs != nil && errors.Is(err, theirs) || errors.Is(err, context.Canceled) || p != nil && p.Kind != problem.Unavailable {
		return
	}
	c.counts.Errors.Add(1)
}

// Put implements Store.
func (c *counted) Put(ctx context.Context, r io.Reader) (Sum, int64, error) {
	began, from := time.Now(), &sender{Reader: r}
	sum, size, err := c.Store.Put(ctx, from)
	if c.failed(err, from.err); err == nil {
		c.counts.Puts.Add(1)
		c.counts.PutBytes.Add(size)
		c.counts.PutTime.Add(int64(time.Since(began)))
	}
	return sum, size, err
}

// sender remembers what went wrong on the way here.
type sender struct {
	io.Reader
	err error
}

func (s *sender) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Open implements Store.
func (c *counted) Open(ctx context.Context, sum Sum) (Reader, error) {
	r, err := c.Store.Open(ctx, sum)
	if err != nil {
		c.failed(err, nil)
		return nil, err
	}
	c.counts.Opens.Add(1)
	return &countedReader{r, c}, nil
}

type countedReader struct {
	Reader
	counted *counted
}

func (r *countedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.counted.counts.ReadBytes.Add(int64(n))
	if err != io.EOF {
		r.counted.failed(err, nil)
	}
	return n, err
}
