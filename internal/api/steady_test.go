package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"verbale/internal/api"
	"verbale/internal/blob"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// dial opens a connection that is given up by the test after a while.
func (h *house) dial() net.Conn {
	h.t.Helper()
	line, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { line.Close() })
	line.SetDeadline(time.Now().Add(20 * time.Second))
	return line
}

func TestAnUploadThatMakesNoWayIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Patience: 200 * time.Millisecond})
	token := h.token()
	for what, sent := range map[string]string{"nothing": "", "a little": "abc", "some": strings.Repeat("a", 4000)} {
		line := h.dial()
		fmt.Fprintf(line, "POST /api/v1/files?name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100000\r\n\r\n%s", token, sent)
		answer, err := io.ReadAll(line)
		if err != nil || !strings.Contains(string(answer), "file.cut") {
			t.Errorf("%s: %v, %.200q", what, err, answer)
		}
	}
}

// brokenShelf is a place for files to which the line has broken.
type brokenShelf struct{ blob.Store }

var errShelf = problem.New(problem.Unavailable, "blobs.unavailable", "")

func (brokenShelf) Put(context.Context, io.Reader) (blob.Sum, int64, error) {
	return blob.Sum{}, 0, fmt.Errorf("%w (%w)", errShelf, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded})
}

func TestAnUploadIsNotBlamedForALineToS3ThatBroke(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Patience: time.Minute, Blobs: func(*store.Tenant) (blob.Store, error) { return brokenShelf{}, nil }})
	line := h.dial()
	fmt.Fprintf(line, "POST /api/v1/files?name=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Length: 3\r\n\r\nabc", h.token())
	answer, err := io.ReadAll(line)
	if err != nil || !strings.Contains(string(answer), " 503 ") || !strings.Contains(string(answer), "blobs.unavailable") {
		t.Errorf("%v, %.500q", err, answer)
	}
}

func TestAnUploadThatIsSlowButMovesIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Patience: time.Second})
	line := h.dial()
	fmt.Fprintf(line, "POST /api/v1/files?name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 12\r\n\r\n", h.token())
	every := time.NewTicker(150 * time.Millisecond)
	defer every.Stop()
	for range 12 {
		<-every.C
		if _, err := line.Write([]byte("a")); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("%v %v", answer, err)
	}
}

func TestADownloadThatNobodyReadsIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Patience: 200 * time.Millisecond})
	token := h.token()
	ask, err := http.NewRequestWithContext(context.Background(), "POST", h.url+"/api/v1/files?name=x", bytes.NewReader(make([]byte, 64<<20)))
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Authorization", "Bearer "+token)
	stored, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	if _, err := fmt.Fscanf(stored.Body, `{"id":%d,`, &id); err != nil || stored.StatusCode != 200 {
		t.Fatalf("%d, %v", stored.StatusCode, err)
	}
	stored.Body.Close()
	line := h.dial()
	line.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(line, "GET /api/v1/files/%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", id, token)
	// While nothing is read the server gives up: it takes nothing more of what
	// is said to it.
	gone := false
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for range 800 {
		<-every.C
		if _, err := line.Write([]byte("\r\n")); err != nil {
			gone = true
			break
		}
	}
	if !gone {
		t.Error("the connection is still held")
	}
	// One that is read is whole, and the connection serves again.
	ask, _ = http.NewRequest("GET", fmt.Sprintf("%s/api/v1/files/%d", h.url, id), nil)
	ask.Header.Set("Authorization", "Bearer "+token)
	for range 2 {
		got, err := http.DefaultClient.Do(ask)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, got.Body); n != 64<<20 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		got.Body.Close()
	}
}

// TestACallThatTakesLongSpoilsNeitherItselfNorTheNextOnItsConnection holds the
// writer up for longer than any body may take to be read.
func TestACallThatTakesLongSpoilsNeitherItselfNorTheNextOnItsConnection(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Patience: time.Minute})
	token := h.token()
	tenant, err := h.server.Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	line := h.dial()
	in := bufio.NewReader(line)
	ask := func(method, path, body string) {
		t.Helper()
		fmt.Fprintf(line, "%s /api/v1%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, token, len(body), body)
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != 200 {
			t.Errorf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
		}
	}
	inside, held := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(held)
		tenant.Write(context.Background(), func(*store.Tx) error { close(inside); <-time.After(6 * time.Second); return nil })
	}()
	<-inside
	ask("POST", "/tokens", `{"name":"late"}`)
	<-held
	ask("GET", "/me", "")
}
