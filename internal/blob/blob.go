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

	// Open opens contents for reading from anywhere, for as long as ctx lives;
	// ErrNotFound, ErrDamaged.
	Open(ctx context.Context, sum Sum) (Reader, error)

	// Stat gives the length of contents; ErrNotFound, ErrDamaged.
	Stat(ctx context.Context, sum Sum) (int64, error)

	// Delete destroys contents; what is not there is no error.
	Delete(ctx context.Context, sum Sum) error

	// Walk gives each file there is, in no order, until f returns an error. It
	// looks into each of them; List does not.
	Walk(ctx context.Context, f func(Item) error) error

	// Name is what contents lie under. It says nothing to who lacks the keys.
	Name(sum Sum) string

	// List gives what lies there by its name, unopened, until f returns an
	// error.
	List(ctx context.Context, f func(Lying) error) error

	// Inspect looks at what lies under a name; ErrNotFound.
	Inspect(ctx context.Context, name string) (Item, error)

	// Collect destroys what lies under a name, unless it was put since a time
	// or is being put just now; it says whether it did.
	Collect(ctx context.Context, name string, since time.Time) (bool, error)

	// Sealed gives what lies under a name as it lies there, for a backup;
	// ErrNotFound.
	Sealed(ctx context.Context, name string) (*Sealed, error)

	// Tidy removes what a crash left, before a time, of files that were never
	// acknowledged, and says how many there were.
	Tidy(ctx context.Context, before time.Time) (int, error)

	// Close gives back what the store holds on to.
	Close() error
}

// Reader reads one file's contents, for one goroutine.
type Reader interface {
	io.ReadSeekCloser
	Size() int64
}

// Sealed is an open file as it lies there, with its Size.
type Sealed struct {
	*io.SectionReader
	io.Closer
}

// Item is one file as Walk finds it. Damaged ones have no Sum and no Size.
type Item struct {
	Sum      Sum
	Size     int64
	Written  time.Time // the last time these contents were put
	Damaged  bool
	Name     string
	Location string // where it lies, for the operator
}

// Lying is a sealed file as a listing shows it.
type Lying struct {
	Name    string
	Size    int64     // sealed
	Written time.Time // not after the last time these contents were put
}

// What can be wrong with a file.
var (
	ErrNotFound = problem.New(problem.NotFound, "file.not_found", "This file is not here, or not any more.")
	ErrDamaged  = problem.New(problem.Unavailable, "file.damaged", "This file was changed where the server keeps its files and cannot be opened. Restore it from a backup.")
	ErrNoSpace  = problem.New(problem.Unavailable, "file.no_space", "The server has no room left for files. Ask its administrator to make room, then try again.")
	ErrTooLarge = problem.New(problem.TooLarge, "file.too_large", "This file is larger than a file may be here.")
)
