package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// MaxFile is how large a file may be that is sent in a chat.
const MaxFile = 100 << 20

var (
	errFileTooLarge = problem.New(problem.TooLarge, "file.too_large", "A file may have at most 100 MB.")
	errFileEmpty    = problem.New(problem.Invalid, "file.empty", "The file is empty.")
	errFileSwept    = problem.New(problem.Unavailable, "file.again", "The file came in just the moment in which an older copy of it was removed. Send it again.")
	errFileCut      = problem.New(problem.Invalid, "file.cut", "The upload broke off. Send the file again.")
)

func (s *Server) files() {
	upload := op("POST", "/files", "upload-file", "Store a file, to be sent with a message", "files")
	upload.Parameters = []*huma.Param{{Name: "name", In: "query", Required: true, Schema: &huma.Schema{Type: "string"}}}
	upload.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}
	s.rawOp(upload, "application/json", s.upload).Schema = schemaOf[wire.File](s)
	download := op("GET", "/files/{id}", "download-file", "A file that I sent, or that is in a message I may see", "files")
	download.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}}}
	s.rawOp(download, "application/octet-stream", s.download)
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request, c caller) error {
	blobs, err := s.Blobs(c.tenant)
	if err != nil {
		return err
	}
	head := make([]byte, 512)
	body := s.steady(w, r)
	n, err := io.ReadFull(body, head)
	if n == 0 && errors.Is(err, io.EOF) {
		return errFileEmpty
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errFileCut
	}
	if err := c.tenant.Read(r.Context(), func(tx *store.Tx) error { return chat.MayUpload(tx, c.actor, max(0, r.ContentLength)) }); err != nil {
		return err
	}
	sum, size, err := s.put(r.Context(), blobs, io.MultiReader(bytes.NewReader(head[:n]), body))
	if err != nil {
		return err
	}
	var f chat.File
	err = c.tenant.Write(r.Context(), func(tx *store.Tx) (err error) {
		if err := chat.MayUpload(tx, c.actor, size); err != nil {
			return err
		}
		f, err = chat.AddFile(tx, c.actor, fileName(r.URL.Query().Get("name")), blob.Sniff(head[:n]), size, sum[:])
		return err
	})
	if err != nil {
		return err
	}
	// A sweep on another node may have taken the same contents for left, just
	// before they were named again. From here on it does not.
	if _, err := blobs.Stat(r.Context(), sum); errors.Is(err, blob.ErrNotFound) {
		return errFileSwept
	} else if err != nil {
		return err
	}
	return writeJSON(w, wire.OfFile(f))
}

// put stores an upload, refusing it where it grows too large.
func (s *Server) put(ctx context.Context, blobs blob.Store, r io.Reader) (blob.Sum, int64, error) {
	sum, size, err := blobs.Put(ctx, &capped{r: r, left: MaxFile})
	return sum, size, uploadFault(err)
}

// uploadFault tells an upload that broke off from a fault of ours, such as that
// the line to S3 broke off.
func uploadFault(err error) error {
	if problem.Of(err) != nil {
		return err
	}
	var cut *net.OpError // not any net.Error: a full disk's number is one, too
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &cut) {
		return errFileCut
	}
	return err
}

type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errFileTooLarge
	}
	return n, err
}

// fileName keeps the last part of what may be a path on somebody's machine.
func fileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return name
}

func (s *Server) download(w http.ResponseWriter, r *http.Request, c caller) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return chat.ErrNoFile
	}
	var f chat.File
	err = c.tenant.Read(r.Context(), func(tx *store.Tx) (err error) {
		f, err = chat.VisibleFile(tx, c.actor.Person, id)
		return err
	})
	if err != nil {
		return err
	}
	blobs, err := s.Blobs(c.tenant)
	if err != nil {
		return err
	}
	content, err := blobs.Open(r.Context(), blob.Sum(f.SHA256))
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition(f.Type), map[string]string{"filename": f.Name}))
	h.Set("Cache-Control", "private, no-store")
	to := s.steadily(w)
	defer to.done()
	http.ServeContent(to, r, "", time.Time{}, content)
	return nil
}

// disposition shows in the page only what cannot run: pictures, sound and
// film. Everything else is saved.
func disposition(kind string) string {
	for _, safe := range []string{"image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/"} {
		if strings.HasPrefix(kind, safe) {
			return "inline"
		}
	}
	return "attachment"
}
