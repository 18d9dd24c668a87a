package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"verbale/internal/seal"
)

// Where it lies a file is its sealed contents, then a footer of fixed length,
// itself sealed, that says whose contents they are. The footer names the
// header of the sealed contents, from which their key is derived, so contents
// and footer of two files cannot be exchanged, and it stands at the end, so a
// file can be written in one pass.
var (
	streamAAD = []byte("blob contents 1")
	footerAAD = []byte("blob footer 1")
)

type footer struct {
	sum    Sum
	size   int64
	stream [seal.StreamHeaderSize]byte
}

const (
	footerSize       = 32 + 8 + seal.StreamHeaderSize
	sealedFooterSize = seal.StreamHeaderSize + footerSize + 16
)

// sealTo writes contents, sealed, in one pass and little memory. No more than
// limit bytes are taken, and step is told where a crash would matter.
func sealTo(ctx context.Context, w io.Writer, r io.Reader, keys *seal.Keyset, limit int64, step func(string)) (sum Sum, size int64, err error) {
	stream := &streamWriter{w: w}
	sealed, err := keys.Encrypt(stream, streamAAD)
	if err != nil {
		return sum, 0, err
	}
	contents := &measured{r: r, ctx: ctx, hash: sha256.New(), left: limit}
	if size, err = io.Copy(sealed, contents); err != nil {
		return sum, 0, err
	}
	step("written")
	if err := sealed.Close(); err != nil {
		return sum, 0, err
	}
	contents.hash.Sum(sum[:0])
	end, err := sealFooter(keys, footer{sum: sum, size: size, stream: stream.header})
	if err != nil {
		return sum, 0, err
	}
	_, err = w.Write(end)
	return sum, size, err
}

func sealFooter(keys *seal.Keyset, f footer) ([]byte, error) {
	plain := make([]byte, 0, footerSize)
	plain = append(plain, f.sum[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(f.size))
	plain = append(plain, f.stream[:]...)
	var sealed bytes.Buffer
	w, err := keys.Encrypt(&sealed, footerAAD)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(plain)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// readFooter gives the footer and the length of what stands before it.
func readFooter(file io.ReaderAt, size int64, keys *seal.Keyset) (f footer, before int64, err error) {
	before = size - sealedFooterSize
	if before < 0 {
		return f, 0, ErrDamaged
	}
	r, err := keys.DecryptAt(io.NewSectionReader(file, before, sealedFooterSize), sealedFooterSize, footerAAD)
	if err != nil {
		return f, 0, damaged(err)
	}
	plain := make([]byte, footerSize)
	if _, err := io.ReadFull(r, plain); err != nil {
		return f, 0, damaged(err)
	}
	copy(f.sum[:], plain)
	f.size = int64(binary.BigEndian.Uint64(plain[32:]))
	copy(f.stream[:], plain[40:])
	return f, before, nil
}

// reader is an open file.
type reader struct {
	*seal.FileReader
	file io.Closer
}

func openSealed(file object, keys *seal.Keyset, sum Sum) (*reader, error) {
	end, before, err := readFooter(file, file.size, keys)
	if err != nil {
		return nil, err
	}
	var header [seal.StreamHeaderSize]byte
	if _, err := file.ReadAt(header[:], 0); err != nil {
		return nil, damaged(err)
	}
	if end.sum != sum || end.stream != header {
		return nil, ErrDamaged
	}
	contents, err := keys.DecryptAt(io.NewSectionReader(file, 0, before), before, streamAAD)
	if err != nil {
		return nil, damaged(err)
	}
	if contents.Size() != end.size {
		return nil, ErrDamaged
	}
	return &reader{contents, file}, nil
}

// Read gives genuine bytes or an error.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.FileReader.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

// Close gives the file back.
func (r *reader) Close() error { return r.file.Close() }

// damaged tells a changed file from a disk or a network that fails.
func damaged(err error) error {
	if errors.Is(err, seal.ErrFile) || err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrDamaged
	}
	return fmt.Errorf("blob: read: %w", err)
}

// streamWriter keeps the first bytes that pass, the header of the stream.
type streamWriter struct {
	w      io.Writer
	header [seal.StreamHeaderSize]byte
	seen   int
}

func (s *streamWriter) Write(p []byte) (int, error) {
	s.seen += copy(s.header[s.seen:], p)
	return s.w.Write(p)
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
