package seal

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// The sizes around which a segment ends: the first holds less, by the header.
var sizes = []int{0, 1, 1000,
	segmentSize - StreamHeaderSize - tagSize - 1, segmentSize - StreamHeaderSize - tagSize, segmentSize - StreamHeaderSize - tagSize + 1,
	2*(segmentSize-tagSize) - StreamHeaderSize, 2*(segmentSize-tagSize) - StreamHeaderSize + 1, 5*segmentSize + 3,
}

func random(size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func sealFile(t testing.TB, k *Keyset, plain, aad []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := k.Encrypt(&sealed, aad)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func TestFileReadsTheSameFromTheBeginningAndFromAnywhere(t *testing.T) {
	t.Parallel()
	k := oneKeyset(t)
	for _, size := range sizes {
		plain := random(size)
		sealed := sealFile(t, k, plain, []byte("file"))
		r, err := k.Decrypt(bytes.NewReader(sealed), []byte("file"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("size %d, streamed: %v", size, err)
		}
		at, err := k.DecryptAt(bytes.NewReader(sealed), int64(len(sealed)), []byte("file"))
		if err != nil || at.Size() != int64(size) {
			t.Fatalf("size %d, seekable: %v", size, err)
		}
		for _, from := range []int{size, size / 2, 0, max(0, size-1), min(size, segmentSize)} {
			if _, err := at.Seek(int64(from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(at); err != nil || !bytes.Equal(got, plain[from:]) {
				t.Fatalf("size %d from %d: %v", size, from, err)
			}
		}
		if end, err := at.Seek(0, io.SeekEnd); err != nil || end != int64(size) {
			t.Errorf("the end of %d is at %d", size, end)
		}
		if _, err := at.Seek(-1, io.SeekStart); err == nil {
			t.Error("sought before the beginning")
		}
	}
}

func TestTamperedFileGivesNoByteOfTheTamperedPart(t *testing.T) {
	t.Parallel()
	k := oneKeyset(t)
	plain := random(3 * segmentSize)
	sealed := sealFile(t, k, plain, []byte("file"))
	swapped := bytes.Clone(sealed)
	copy(swapped[segmentSize:2*segmentSize], sealed[2*segmentSize:3*segmentSize])
	copy(swapped[2*segmentSize:3*segmentSize], sealed[segmentSize:2*segmentSize])
	flip := func(i int) []byte {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		return bad
	}
	for name, bad := range map[string][]byte{
		"header":             flip(0),
		"salt":               flip(5),
		"nonce":              flip(35),
		"first segment":      flip(100),
		"middle segment":     flip(segmentSize + 100),
		"last byte":          flip(len(sealed) - 1),
		"segments swapped":   swapped,
		"cut at a segment":   sealed[:2*segmentSize],
		"cut inside":         sealed[:2*segmentSize+500],
		"one byte more":      append(bytes.Clone(sealed), 0),
		"a segment doubled":  append(bytes.Clone(sealed[:2*segmentSize]), sealed[segmentSize:]...),
		"only the header":    sealed[:StreamHeaderSize],
		"nothing":            nil,
		"less than a header": sealed[:10],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := k.DecryptAt(bytes.NewReader(bad), int64(len(bad)), []byte("file"))
			if err == nil {
				var got []byte
				got, err = io.ReadAll(at)
				if !bytes.HasPrefix(plain, got) {
					t.Error("false bytes")
				}
			}
			if !errors.Is(err, ErrFile) {
				t.Errorf("seekable: %v", err)
			}
			r, err := k.Decrypt(bytes.NewReader(bad), []byte("file"))
			if err == nil {
				var got []byte
				got, err = io.ReadAll(r)
				if !bytes.HasPrefix(plain, got) {
					t.Error("false bytes")
				}
			}
			if err == nil {
				t.Error("streamed: no error")
			}
		})
	}
	if _, err := k.DecryptAt(bytes.NewReader(sealed), int64(len(sealed)), []byte("another")); !errors.Is(err, ErrFile) {
		t.Errorf("opened as another file: %v", err)
	}
}

func TestReaderThatFailsIsNotCalledTampering(t *testing.T) {
	t.Parallel()
	k := oneKeyset(t)
	sealed := sealFile(t, k, random(3*segmentSize), nil)
	at, err := k.DecryptAt(failingAt{bytes.NewReader(sealed), segmentSize}, int64(len(sealed)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(at); !errors.Is(err, errDisk) || errors.Is(err, ErrFile) {
		t.Errorf("got %v", err)
	}
}

var errDisk = errors.New("input/output error")

type failingAt struct {
	io.ReaderAt
	from int64
}

func (f failingAt) ReadAt(p []byte, at int64) (int, error) {
	if at == f.from {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(p, at)
}

func BenchmarkFile(b *testing.B) {
	k := oneKeyset(b)
	plain := random(8 << 20)
	sealed := sealFile(b, k, plain, nil)
	b.Run("encrypt", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			w, _ := k.Encrypt(io.Discard, nil)
			w.Write(plain)
			w.Close()
		}
	})
	b.Run("decrypt at", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		buffer := make([]byte, 32<<10)
		for b.Loop() {
			r, err := k.DecryptAt(bytes.NewReader(sealed), int64(len(sealed)), nil)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{r}, buffer); err != nil {
				b.Fatal(err)
			}
		}
	})
}
