package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"verbale/internal/blob"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// A backup is a tar archive of one company: first the manifest, then the
// database, as a file or as rows, and the sealed files as they lie in the
// company's directory, and at the end a count, without which an archive was cut
// off, and a sum. Everything in it is sealed by the company's keys, and those
// are wrapped by the root key, which is not in it.
const (
	backupFormat = "verbale-backup/1"
	manifestName = "manifest.json"
	endName      = "end.json"
	contents     = "company/"
	databaseName = "verbale.db"
	rowsName     = "rows"
	filesName    = "files"
	goName       = "go.json" // of a move: what was sent may be put in place
)

// manifest is the archive's first file.
type manifest struct {
	Format  string    `json:"format"`
	Version string    `json:"version"` // the program that made it
	Company string    `json:"company"`
	Hosts   []string  `json:"hosts"`
	Made    time.Time `json:"made"`
	Entries int64     `json:"entries"` // the register had at least so many
	Key     string    `json:"key"`     // the register's public key
}

// end is the archive's last file.
type end struct {
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // of all their contents, one after the other

	beside int // of the files, those that are not the database
}

var errCut = problem.New(problem.Invalid, "backup.cut", "This backup is not whole: its end is missing. Nothing was restored.")

func newArchive(ctx context.Context, out io.Writer) *archiveWriter {
	return &archiveWriter{ctx: ctx, tar: tar.NewWriter(out), sum: sha256.New()}
}

// company writes all that an archive holds of a company: the database from a
// snapshot, its files from where they are kept, everything else from its
// directory. Files are written once and never changed, so they can be read
// after the snapshot: it needs none that is not there. With no store, they stay
// where they are.
func (w *archiveWriter) company(m manifest, tenant *store.Tenant, files blob.Store) error {
	if err := w.json(manifestName, m); err != nil {
		return err
	}
	if err := w.database(tenant); err != nil {
		return err
	}
	reached("copied")
	if files != nil {
		if err := errors.Join(w.rest(tenant.Dir()), w.files(files)); err != nil {
			return err
		}
	}
	w.end.SHA256 = hex.EncodeToString(w.sum.Sum(nil))
	return w.json(endName, w.end)
}

// database writes it as of one moment.
func (w *archiveWriter) database(tenant *store.Tenant) error {
	return tenant.Snapshot(w.ctx, func(name string, size int64) (io.Writer, error) {
		return w, w.header(contents+name, size, time.Now())
	})
}

// files writes the sealed files as they lie where they are kept.
func (w *archiveWriter) files(files blob.Store) error {
	return files.List(w.ctx, func(l blob.Lying) error {
		sealed, err := files.Sealed(w.ctx, l.Name)
		if errors.Is(err, blob.ErrNotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		defer sealed.Close()
		return w.copy(path.Join(contents, filesName, l.Name), sealed, sealed.Size(), l.Written)
	})
}

// rest writes what is in a company's directory beside its database and files.
func (w *archiveWriter) rest(dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // erased meanwhile; or the database is elsewhere and there was never a file
		}
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (relative == "arriving" || relative == filesName):
			return fs.SkipDir // not yet acknowledged to anybody; written below
		case entry.IsDir() || strings.HasPrefix(relative, databaseName):
			return nil
		}
		err = w.file(contents+filepath.ToSlash(relative), name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // erased meanwhile
		}
		return err
	})
}

type archiveWriter struct {
	ctx context.Context
	tar *tar.Writer
	sum hash.Hash
	end end
}

func (w *archiveWriter) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = w.tar.Write(text)
	return err
}

func (w *archiveWriter) file(name, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return w.copy(name, file, info.Size(), info.ModTime())
}

func (w *archiveWriter) copy(name string, from io.Reader, size int64, written time.Time) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := w.header(name, size, written); err != nil {
		return err
	}
	_, err := io.Copy(w, from)
	return err
}

func (w *archiveWriter) header(name string, size int64, written time.Time) error {
	w.end.Files++
	return w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: written, Typeflag: tar.TypeReg, Format: tar.FormatPAX})
}

// Write writes contents, and counts them in.
func (w *archiveWriter) Write(p []byte) (int, error) {
	n, err := w.tar.Write(p)
	w.sum.Write(p[:n])
	w.end.Bytes += int64(n)
	return n, err
}

// readManifest reads an archive's first file.
func readManifest(r *tar.Reader) (m manifest, err error) {
	header, err := r.Next()
	if err != nil || header.Name != manifestName || header.Size > 1<<20 || json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&m) != nil {
		return m, problem.New(problem.Invalid, "backup.not_one", "This file is no backup of Verbale. An encrypted one needs --identity or a passphrase.")
	}
	if m.Format != backupFormat {
		return m, problem.New(problem.Invalid, "backup.newer", "This backup was made by a newer version of Verbale. Restore it with that version.")
	}
	return m, nil
}

// goAhead waits for a mover's word.
func goAhead(r *tar.Reader) error {
	if header, err := r.Next(); err != nil || header.Name != goName {
		return problem.New(problem.Unavailable, "move.given_up", "The move was given up before its end. Nothing was put in place.")
	}
	return nil
}

// extract writes the rest of an archive into a directory. Names are followed
// inside of it only, whatever the archive says.
func extract(ctx context.Context, r *tar.Reader, into *os.Root) (found end, err error) {
	sum := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		header, err := r.Next()
		if err != nil {
			return found, errCut
		}
		if header.Name == endName {
			var said end
			if json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&said) != nil || said.Files != found.Files || said.Bytes != found.Bytes {
				return found, errCut
			}
			if said.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
				return found, problem.New(problem.Invalid, "backup.damaged", "This backup was damaged: its contents are not what was written. Nothing was restored.")
			}
			return found, nil
		}
		name, inside := strings.CutPrefix(path.Clean(header.Name), contents)
		if header.Typeflag != tar.TypeReg || !inside || !filepath.IsLocal(name) {
			return found, store.ErrStrange
		}
		if err := into.MkdirAll(path.Dir(name), 0o700); err != nil {
			return found, err
		}
		n, err := extractFile(io.TeeReader(r, sum), into, name)
		if err != nil {
			return found, err
		}
		found.Files++
		found.Bytes += n
		if first, _, _ := strings.Cut(name, "/"); first != databaseName && first != rowsName {
			found.beside++
		}
	}
}

func extractFile(r io.Reader, into *os.Root, name string) (n int64, err error) {
	file, err := into.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	n, err = io.Copy(file, r)
	if err == nil {
		err = file.Sync()
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errCut
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		err = fmt.Errorf("%w (%w)", errNoRoomFor, err)
	}
	return n, err
}

var errNoRoomFor = problem.New(problem.Unavailable, "backup.no_room", "There is not enough room for this company. Nothing was restored; make room and try again.")
