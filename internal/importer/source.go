package importer

import (
	"context"
	"errors"
	"io"
	"sync"

	"verbale/internal/blob"
	"verbale/internal/importer/whatsapp"
)

// source is a kept file opened as an export.
type source struct {
	*whatsapp.Export
	file *readerAt
}

// open opens the evidence; it must be closed.
func (i *Importer) open(ctx context.Context, name string, sum blob.Sum) (*source, error) {
	r, err := i.blobs.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	at := &readerAt{r: r}
	e, err := whatsapp.OpenReaderAt(name, at, r.Size())
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return &source{Export: e, file: at}, nil
}

// Close closes the evidence.
func (s *source) Close() error { return s.file.r.Close() }

// readerAt lets the text and the media of one export be read at the same time
// from one kept file.
type readerAt struct {
	mu  sync.Mutex
	r   blob.Reader
	pos int64
}

// ReadAt reads at an offset, as io.ReaderAt asks.
func (a *readerAt) ReadAt(p []byte, off int64) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pos != off {
		if _, err := a.r.Seek(off, io.SeekStart); err != nil {
			return 0, err
		}
	}
	n, err := io.ReadFull(a.r, p)
	a.pos = off + int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
