package whatsapp

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"verbale/internal/problem"
)

// The limits of a zip. Real exports hold some ten thousand media files; the
// others are attempts on our memory, our disk or our patience.
const (
	maxDirectory = 16 << 20 // bytes read to learn the names
	maxEntries   = 100_000
	maxTotal     = 64 << 30 // unpacked, all together
	bombRatio    = 500      // unpacked to packed, of what is large
	bombFloor    = 64 << 20
)

var (
	errZipDamaged   = problem.New(problem.Invalid, "import.zip_damaged", "This zip file is damaged or incomplete. Export the chat again, and wait until the file has been copied whole.")
	errZipTooMany   = problem.New(problem.Invalid, "import.zip_too_many", "This zip file has more than 100,000 entries. It is no chat export.")
	errZipBomb      = problem.New(problem.Invalid, "import.zip_bomb", "This zip file unpacks to far more than a chat export does. It was not read.")
	errZipEncrypted = problem.New(problem.Invalid, "import.zip_encrypted", "This zip file is locked with a password. Unlock it, or export the chat again.")
	errZipMethod    = problem.New(problem.Invalid, "import.zip_method", "This zip file is packed in a way that chat exports are not. Export the chat again.")
	errZipNested    = problem.New(problem.Invalid, "import.zip_nested", "This zip file holds another zip file and no chat. Unpack it once, and bring the one inside.")
)

const (
	flagEncrypted   = 1
	flagEncryptedCD = 1 << 13
)

// archive is a zip that is looked into by name and never unpacked to a disk.
type archive struct {
	texts   []*zip.File          // what may be the chat, the likeliest first
	files   map[string]*zip.File // by folder and plain name
	nested  bool
	skipped int // entries with names or kinds that no export has
	doubles int // entries whose name another one has
	locked  int
}

// openArchive reads the directory of a zip, within limits.
func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	bounded := &boundedReaderAt{r: r, left: maxDirectory}
	z, err := zip.NewReader(bounded, size)
	switch {
	case bounded.left < 0:
		return nil, errZipTooMany
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, errZipDamaged
	case len(z.File) > maxEntries:
		return nil, errZipTooMany
	}
	bounded.free = true
	a := &archive{files: make(map[string]*zip.File, len(z.File))}
	var total, packed uint64
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if !innocent(f) {
			a.skipped++
			continue
		}
		if bomb(f.UncompressedSize64, f.CompressedSize64) {
			return nil, errZipBomb
		}
		total += f.UncompressedSize64
		packed += f.CompressedSize64
		if total > maxTotal || f.UncompressedSize64 > maxTotal || packed > uint64(size) && bomb(total, uint64(size)) {
			return nil, errZipBomb
		}
		a.add(f)
	}
	slices.SortStableFunc(a.texts, likelier)
	return a, nil
}

func bomb(unpacked, packed uint64) bool {
	return unpacked > bombFloor && unpacked/bombRatio > packed
}

// innocent refuses names that lead out of a folder, links and other kinds.
func innocent(f *zip.File) bool {
	if f.Mode()&fs.ModeType != 0 {
		return false
	}
	n := f.Name
	if n == "" || len(n) > 1024 || strings.ContainsAny(n, "\\\x00") || path.IsAbs(n) || strings.Contains(n, ":/") {
		return false
	}
	for part := range strings.SplitSeq(n, "/") {
		if part == ".." || part == "." || part == "" {
			return false
		}
	}
	return !strings.ContainsFunc(n, unicode.IsControl)
}

func (a *archive) add(f *zip.File) {
	dir, base := path.Split(f.Name)
	if dir == "__MACOSX/" || strings.HasPrefix(dir, "__MACOSX/") || strings.HasPrefix(base, "._") || base == ".DS_Store" {
		return
	}
	if f.Flags&(flagEncrypted|flagEncryptedCD) != 0 {
		a.locked++
	}
	key := dir + plainName(base)
	if _, ok := a.files[key]; ok {
		a.doubles++
		return
	}
	a.files[key] = f
	switch strings.ToLower(path.Ext(base)) {
	case ".txt":
		a.texts = append(a.texts, f)
	case ".zip":
		a.nested = true
	}
}

// likelier puts the iPhone's fixed name first, then the larger file, since a
// text file that somebody sent may lie beside the chat.
func likelier(x, y *zip.File) int {
	fixed := func(f *zip.File) int {
		if path.Base(f.Name) == "_chat.txt" {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(fixed(x), fixed(y)), cmp.Compare(y.UncompressedSize64, x.UncompressedSize64), cmp.Compare(x.Name, y.Name))
}

// plainName makes a file name comparable: no direction marks, composed accents.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, name)
	return norm.NFC.String(strings.TrimSpace(name))
}

// openEntry streams an entry and refuses more than it said it would be.
func openEntry(f *zip.File) (io.ReadCloser, error) {
	if f.Flags&(flagEncrypted|flagEncryptedCD) != 0 {
		return nil, errZipEncrypted
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, errZipMethod
	}
	if err != nil {
		return nil, errZipDamaged
	}
	return &entryReader{r: r, left: f.UncompressedSize64}, nil
}

type entryReader struct {
	r    io.ReadCloser
	left uint64
}

func (e *entryReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if uint64(n) > e.left {
		return 0, errZipDamaged
	}
	e.left -= uint64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, errZipDamaged
	}
	return n, err
}

func (e *entryReader) Close() error { return e.r.Close() }

// boundedReaderAt stops reading the directory of a zip that has far too many
// entries before they fill the memory, whatever the zip says of their number.
type boundedReaderAt struct {
	r    io.ReaderAt
	left int64
	free bool // the directory has been read
}

func (b *boundedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if !b.free {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errZipTooMany
		}
	}
	return b.r.ReadAt(p, off)
}

// readProblem keeps a refusal that a person understands, and hides nothing else.
func readProblem(err error) error {
	if p := problem.Of(err); p != nil {
		return p
	}
	return err
}
