package whatsapp

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"verbale/internal/problem"
)

// Export is an opened export: a text file, or a zip with a text and media.
type Export struct {
	name     string
	src      io.ReaderAt
	size     int64
	closer   io.Closer
	zip      *archive
	text     *zip.File // the chat inside the zip
	found    *survey
	thisYear int
}

// Open opens an export on disk. It must be closed.
func Open(name string) (*Export, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.New(problem.NotFound, "import.no_such_file", "There is no such file.")
	}
	if err != nil {
		return nil, problem.New(problem.Invalid, "import.unreadable", "This file cannot be read.")
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, problem.New(problem.Invalid, "import.unreadable", "This is no file that can be read.")
	}
	e, err := OpenReaderAt(name, f, info.Size())
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	e.closer = f
	return e, nil
}

// OpenReaderAt opens an export that is anywhere. What it is shows by its first
// bytes, not by its name.
func OpenReaderAt(name string, r io.ReaderAt, size int64) (*Export, error) {
	e := &Export{name: name, src: r, size: size, thisYear: time.Now().Year()}
	if size == 0 {
		return nil, errEmpty
	}
	var magic [4]byte
	if n, err := r.ReadAt(magic[:], 0); n < len(magic) && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic[:], []byte("PK\x03\x04")), bytes.HasPrefix(magic[:], []byte("PK\x05\x06")):
		if err := e.openZip(); err != nil {
			return nil, err
		}
	case strings.EqualFold(path.Ext(name), ".zip"):
		return nil, errZipDamaged
	}
	return e, nil
}

func (e *Export) openZip() (err error) {
	if e.zip, err = openArchive(e.src, e.size); err != nil {
		return err
	}
	var reason error
	for _, f := range e.zip.texts {
		switch ok, err := startsLikeExport(f); {
		case ok:
			e.text = f
			return nil
		case err != nil && reason == nil:
			reason = err
		}
	}
	switch {
	case reason != nil:
		return reason
	case len(e.zip.texts) == 0 && e.zip.nested:
		return errZipNested
	case len(e.zip.texts) == 0 && e.zip.locked > 0:
		return errZipEncrypted
	}
	return errNotAnExport
}

// startsLikeExport looks for a header in the first lines of a text.
func startsLikeExport(f *zip.File) (bool, error) {
	r, err := openEntry(f)
	if err != nil {
		return false, err
	}
	defer r.Close()
	lines := newLineReader(r)
	for lines.offset < maxPreamble {
		l, err := lines.next()
		if errors.Is(err, io.EOF) {
			if lines.offset == 0 {
				return false, errEmpty
			}
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if _, ok := parseHeader(l.text); ok {
			return true, nil
		}
	}
	return false, nil
}

// Close closes the file that Open opened.
func (e *Export) Close() error {
	if e.closer == nil {
		return nil
	}
	return e.closer.Close()
}

// openText opens the chat's text from its beginning.
func (e *Export) openText() (io.ReadCloser, error) {
	if e.text != nil {
		return openEntry(e.text)
	}
	return io.NopCloser(io.NewSectionReader(e.src, 0, e.size)), nil
}

// Media opens an attached file that lies beside the chat in the zip, and says
// how large it is.
func (e *Export) Media(name string) (io.ReadCloser, int64, error) {
	f := e.file(name)
	if f == nil {
		return nil, 0, problem.New(problem.NotFound, "import.media_missing", "The export does not hold this file.")
	}
	r, err := openEntry(f)
	if err != nil {
		return nil, 0, err
	}
	return r, int64(f.UncompressedSize64), nil
}

func (e *Export) has(name string) bool { return e.file(name) != nil }

func (e *Export) file(name string) *zip.File {
	if e.text == nil || name == "" || strings.ContainsAny(name, `/\`) {
		return nil
	}
	dir, _ := path.Split(e.text.Name)
	f := e.zip.files[dir+plainName(name)]
	if f == e.text || f != nil && f.Flags&(flagEncrypted|flagEncryptedCD) != 0 {
		return nil
	}
	return f
}

// titles are how the app begins the name of its file, by language.
var titles = []string{
	"WhatsApp Chat with ", "WhatsApp Chat - ", "Chat WhatsApp con ", "WhatsApp-Chat mit ", "WhatsApp Chat mit ",
	"Chat de WhatsApp con ", "Discussion WhatsApp avec ", "Conversation WhatsApp avec ", "Conversa do WhatsApp com ",
	"WhatsApp-chat met ", "WhatsApp Chat met ", "Czat WhatsApp z ", "Czat WhatsApp - ", "Чат WhatsApp с контактом ", "Чат WhatsApp с ",
	"Чат WhatsApp із контактом ", "Чат WhatsApp з ", "WhatsApp-keskustelu: ", "WhatsApp-chatt med ", "WhatsApp Chatt med ",
	"Chat WhatsApp s uživatelem ", "Chat WhatsApp - ", "WhatsApp sohbeti - ",
}

// Title is the chat's name as the file's name tells it, or "".
func (e *Export) Title() string {
	if t := TitleOf(e.name); t != "" || e.text == nil {
		return t
	}
	return TitleOf(e.text.Name)
}

// TitleOf is the chat's name in the name that the app gives its file, or "".
func TitleOf(name string) string {
	name = filepath.Base(name)
	name = plainName(strings.TrimSuffix(name, path.Ext(name)))
	for _, t := range titles {
		if len(name) > len(t) && strings.EqualFold(name[:len(t)], t) {
			return strings.TrimSpace(name[len(t):])
		}
	}
	return ""
}
