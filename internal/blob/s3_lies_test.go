package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/blob"
	"verbale/internal/blob/blobtest"
	"verbale/internal/blob/s3test"
	"verbale/internal/problem"
)

// after has something done to the stored object once S3 has taken it.
func after(folder string, change func(path string) error) s3test.Door {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		said := httptest.NewRecorder()
		next.ServeHTTP(said, r)
		done := r.Method == http.MethodPut && r.URL.Query().Get("partNumber") == "" && r.Header.Get("X-Amz-Copy-Source") == "" ||
			r.Method == http.MethodPost && r.URL.Query().Get("uploadId") != ""
		if done {
			if err := change(filepath.Join(folder, strings.TrimPrefix(r.URL.Path, "/"+s3test.Bucket))); err != nil {
				panic(err)
			}
		}
		for name, values := range said.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(said.Code)
		w.Write(said.Body.Bytes())
	}
}

func flip(at int64) func(string) error {
	return func(path string) error {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		var b [1]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			return err
		}
		b[0] ^= 1
		_, err = f.WriteAt(b[:], at)
		return err
	}
}

// stand answers nothing for as long as somebody waits.
func stand(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	io.Copy(io.Discard, r.Body) // only then is it seen that the other side leaves
	<-r.Context().Done()
}

// Whatever S3 says that it has done: what it did not do is a refusal, nothing
// is acknowledged and nothing lies under the name.
func TestS3ThatDoesNotKeepWhatItTookIsFoundAtPut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int
		door func(folder string) s3test.Door
	}{
		"a byte is flipped":              {1_000_000, func(f string) s3test.Door { return after(f, flip(500_000)) }},
		"a byte of the last is flipped":  {1_000_000, func(f string) s3test.Door { return after(f, flip(999_999)) }},
		"a byte is flipped in an upload": {large, func(f string) s3test.Door { return after(f, flip(20<<20)) }},
		"the end is missing": {1_000_000, func(f string) s3test.Door {
			return after(f, func(path string) error { return os.Truncate(path, 900_000) })
		}},
		"all is missing": {1000, func(f string) s3test.Door {
			return after(f, func(path string) error { return os.Truncate(path, 0) })
		}},
		"nothing is stored": {1000, func(f string) s3test.Door {
			return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPut {
					io.Copy(io.Discard, r.Body)
					w.Header().Set("ETag", `"d41d8cd98f00b204e9800998ecf8427e"`)
					return
				}
				next.ServeHTTP(w, r)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := s3test.Start(t)
			s, err := server.Open(t).Company("acme", blobtest.Keys(t, "acme"), t.TempDir(), large)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			b := blobtest.Contents(c.size, 1)
			server.Door(c.door(server.Folder))
			sum, _, err := s.Put(t.Context(), bytes.NewReader(b))
			if p := problem.Of(err); p == nil || p.Code != "blobs.untrue" || p.Kind != problem.Unavailable || sum != (blob.Sum{}) {
				t.Fatalf("taken as %v: %v", sum, err)
			}
			server.Door(nil)
			if left := blobtest.Stored(t, filepath.Join(server.Folder, "verbale", "acme")); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
			sum = blobtest.Put(t, s, b) // it is true again
			if got, err := blobtest.Get(s, sum); err != nil || !bytes.Equal(got, b) {
				t.Error(err)
			}
		})
	}
}

func TestS3ThatLiesAboutETagsKeepsNoFileFromBeingTaken(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	place := company(t, server, server.Open(t), blobtest.Keys(t, "acme"), "acme")
	server.Door(s3test.Answer(func(r *http.Request, h http.Header, body []byte) []byte {
		h.Set("ETag", `"00000000000000000000000000000000"`)
		return body
	}))
	b := blobtest.Contents(1_000_000, 1)
	if got, err := blobtest.Get(place.Store, blobtest.Put(t, place.Store, b)); err != nil || !bytes.Equal(got, b) {
		t.Error(err)
	}
}

func TestS3OutOfServiceIsAClearProblemInBoundedTimeAndPasses(t *testing.T) {
	t.Parallel()
	for name, door := range map[string]s3test.Door{
		"500":          func(w http.ResponseWriter, r *http.Request, _ http.Handler) { w.WriteHeader(500) },
		"503":          func(w http.ResponseWriter, r *http.Request, _ http.Handler) { w.WriteHeader(503) },
		"cut":          func(w http.ResponseWriter, r *http.Request, _ http.Handler) { panic(http.ErrAbortHandler) },
		"stands still": stand,
		"stands still within": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			said := httptest.NewRecorder()
			next.ServeHTTP(said, r)
			for name, values := range said.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(said.Code)
			w.Write(said.Body.Bytes()[:said.Body.Len()/2])
			http.NewResponseController(w).Flush()
			stand(w, r, next)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := s3test.Start(t)
			bucket := server.Open(t)
			bucket.Stall(300 * time.Millisecond)
			place := company(t, server, bucket, blobtest.Keys(t, "acme"), "acme")
			b := blobtest.Contents(1_000_000, 1)
			sum := blobtest.Put(t, place.Store, b)
			server.Door(door)
			began := time.Now()
			unavailable := func(what string, err error) {
				t.Helper()
				if p := problem.Of(err); p == nil || p.Kind != problem.Unavailable || p.Code != "blobs.unavailable" {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err := blobtest.Get(place.Store, sum)
			unavailable("open", err)
			_, err = place.Store.Stat(t.Context(), sum)
			unavailable("stat", err)
			_, _, err = place.Store.Put(t.Context(), bytes.NewReader(blobtest.Contents(1000, 2)))
			unavailable("put", err)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
			server.Door(nil)
			if got, err := blobtest.Get(place.Store, sum); err != nil || !bytes.Equal(got, b) {
				t.Errorf("afterwards: %v", err)
			}
			blobtest.Put(t, place.Store, blobtest.Contents(1000, 2))
		})
	}
}

func TestS3ThatFailsNowAndThenIsAskedAgain(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	place := company(t, server, server.Open(t), blobtest.Keys(t, "acme"), "acme")
	var asked atomic.Int64
	server.Door(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if asked.Add(1)%2 == 1 {
			w.WriteHeader(503)
			return
		}
		next.ServeHTTP(w, r)
	})
	b := blobtest.Contents(1_000_000, 1)
	if got, err := blobtest.Get(place.Store, blobtest.Put(t, place.Store, b)); err != nil || !bytes.Equal(got, b) {
		t.Error(err)
	}
}

// A film goes on where the connection to S3 broke.
func TestS3ReaderGoesOnWhereAConnectionWasCut(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	place := company(t, server, server.Open(t), blobtest.Keys(t, "acme"), "acme")
	b := blobtest.Contents(3_000_000, 1)
	sum := blobtest.Put(t, place.Store, b)
	var cut atomic.Int64
	server.Door(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Header.Get("Range"), "bytes=-") {
			next.ServeHTTP(w, r)
			return
		}
		said := httptest.NewRecorder()
		next.ServeHTTP(said, r)
		for name, values := range said.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(said.Code)
		w.Write(said.Body.Bytes()[:min(said.Body.Len(), 100_000)])
		if said.Body.Len() > 100_000 {
			cut.Add(1)
			panic(http.ErrAbortHandler)
		}
	})
	if got, err := blobtest.Get(place.Store, sum); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%d bytes: %v", len(got), err)
	}
	if cut.Load() < 10 {
		t.Errorf("cut only %d times", cut.Load())
	}
}

// Who leaves while a file is uploaded is told that, and not that S3 fails.
func TestS3UploadEndsWithWhoeverWaitedForIt(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	place := company(t, server, server.Open(t), blobtest.Keys(t, "acme"), "acme")
	ctx, cancel := context.WithCancel(t.Context())
	server.Door(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut {
			cancel()
			stand(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	if _, _, err := place.Store.Put(ctx, bytes.NewReader(blobtest.Contents(1000, 1))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
