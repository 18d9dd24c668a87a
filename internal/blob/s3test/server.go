package s3test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/blob"
)

// Variable names the program, where it is not in .tools of the repository.
const Variable = "VERBALE_TEST_S3"

// The server's one account and bucket.
const (
	Key    = "test-key"
	Secret = "test-secret-0123456789"
	Region = "us-east-1"
	Bucket = "files"
)

// Server is a running S3 server.
type Server struct {
	URL    string // the door's
	Folder string // where the bucket's objects lie, as plain files
	door   atomic.Pointer[Door]
	down   atomic.Bool
}

// Door stands before the server: it may change a request, answer it by
// itself, or change the answer. Next asks the server.
type Door func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Start runs a server until the test ends. It fails where the program is
// missing, since a skipped test shows nothing.
func Start(t testing.TB) *Server {
	t.Helper()
	program := find(t)
	// A short path: a socket's may have about a hundred bytes.
	dir, err := os.MkdirTemp("", "s3-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{Folder: filepath.Join(dir, "data", Bucket)}
	for _, folder := range []string{s.Folder, filepath.Join(dir, "meta")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	socket := filepath.Join(dir, "s")
	command := exec.Command(program, "--port", socket, "--region", Region, "--keep-alive", "--quiet", "--health", "/health",
		"posix", "--sidecar", filepath.Join(dir, "meta"), filepath.Join(dir, "data"))
	command.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+Key, "ROOT_SECRET_KEY="+Secret)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { command.Wait(); close(ended) }()
	t.Cleanup(func() { command.Process.Kill(); <-ended })
	s.serve(t, socket)
	s.await(t, ended, log.Name())
	return s
}

func find(t testing.TB) string {
	t.Helper()
	if program := os.Getenv(Variable); program != "" {
		return program
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		program := filepath.Join(dir, ".tools", "versitygw")
		if _, err := os.Stat(program); err == nil {
			return program
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the S3 server for tests is missing: run scripts/need.sh s3, which builds it")
		}
	}
}

// serve opens the door, by which alone the server is reached.
func (s *Server) serve(t testing.TB, socket string) {
	through := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		MaxIdleConnsPerHost: 64, DisableCompression: true,
	}
	server := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "s3"})
			r.Out.Host = r.In.Host // it is signed
		},
		Transport:    through,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { panic(http.ErrAbortHandler) },
	}
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			panic(http.ErrAbortHandler) // the connection is cut
		}
		if door := s.door.Load(); door != nil {
			(*door)(w, r, server)
			return
		}
		server.ServeHTTP(w, r)
	}))
	front.Config.ErrorLog = nil
	front.Start()
	s.URL = front.URL
	t.Cleanup(func() { front.CloseClientConnections(); front.Close(); through.CloseIdleConnections() })
}

func (s *Server) await(t testing.TB, ended chan struct{}, log string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(s.URL + "/health"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ended:
		default:
			if time.Now().Before(deadline) {
				continue
			}
		}
		said, _ := os.ReadFile(log)
		t.Fatalf("the S3 server did not start:\n%s", said)
	}
}

// Door puts somebody before the server; nil takes them away.
func (s *Server) Door(d Door) {
	if d == nil {
		s.door.Store(nil)
		return
	}
	s.door.Store(&d)
}

// Down cuts every connection from now on, or no longer.
func (s *Server) Down(down bool) { s.down.Store(down) }

// Options reach the server's bucket.
func (s *Server) Options() blob.S3Options {
	return blob.S3Options{Endpoint: s.URL, Region: Region, Key: Key, Secret: Secret, Bucket: Bucket, Prefix: "verbale", PathStyle: true}
}

// Open gives the bucket.
func (s *Server) Open(t testing.TB) *blob.Bucket {
	t.Helper()
	b, err := blob.OpenBucket(s.Options())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Answer is a door's way to change an answer: it asks the server, and gives
// what it said to change before it is sent on.
func Answer(change func(r *http.Request, header http.Header, body []byte) []byte) Door {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		said := recorded.Result()
		body, _ := io.ReadAll(said.Body)
		body = change(r, said.Header, body)
		for name, values := range said.Header {
			w.Header()[name] = values
		}
		if r.Method != http.MethodHead {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		w.WriteHeader(said.StatusCode)
		w.Write(body)
	}
}
