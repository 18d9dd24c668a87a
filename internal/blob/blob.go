package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"verbale/internal/problem"
)

// Sum is the SHA-256 of a file's contents, its address.
type Sum [sha256.Size]byte

// String is the sum in hexadecimal.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// ParseSum reads what String wrote.
func ParseSum(text string) (s Sum, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(s) {
		return s, problem.New(problem.Invalid, "file.sum_invalid", "A file's SHA-256 is 64 hexadecimal digits.")
	}
	return Sum(b), nil
}

// Store keeps the files of one company. Its methods may be called at any time
// from anywhere.
type Store interface {
	// Put takes contents to the end, and returns when they are durable. The
	// same contents again are no error and take no room.
	Put(ctx context.Context, r io.Reader) (Sum, int64, error)

	// Open opens contents for reading from anywhere; ErrNotFound, ErrDamaged.
	Open(ctx context.Context, sum Sum) (Reader, error)

	// Stat gives the length of contents; ErrNotFound, ErrDamaged.
	Stat(ctx context.Context, sum Sum) (int64, error)

	// Delete destroys contents; what is not there is no error.
	Delete(ctx context.Context, sum Sum) error

	// Walk gives each file there is, in no order, until f returns an error.
	Walk(ctx context.Context, f func(Item) error) error
}

// Reader reads one file's contents, for one goroutine.
type Reader interface {
	io.ReadSeekCloser
	Size() int64
}

// Item is one file as Walk finds it. Damaged ones have no Sum and no Size.
type Item struct {
	Sum      Sum
	Size     int64
	Written  time.Time // the last time these contents were put
	Damaged  bool
	Location string // where it lies, for the operator
}

// What can be wrong with a file.
var (
	ErrNotFound = problem.New(problem.NotFound, "file.not_found", "This file is not here, or not any more.")
	ErrDamaged  = problem.New(problem.Unavailable, "file.damaged", "This file was changed on the server's disk and cannot be opened. Restore it from a backup.")
	ErrNoSpace  = problem.New(problem.Unavailable, "file.no_space", "The server has no room left for files. Ask its administrator to make room, then try again.")
)
