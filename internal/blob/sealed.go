package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"verbale/internal/seal"
)

// On the disk a file is its sealed contents, then a footer of fixed length,
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
func readFooter(file *os.File, keys *seal.Keyset) (f footer, before int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return f, 0, fmt.Errorf("blob: read: %w", err)
	}
	before = info.Size() - sealedFooterSize
	if before < 0 || !info.Mode().IsRegular() {
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
	file *os.File
}

func openSealed(file *os.File, keys *seal.Keyset, sum Sum) (*reader, error) {
	end, before, err := readFooter(file, keys)
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

// damaged tells a changed file from a disk that fails.
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
