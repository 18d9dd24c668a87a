package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"verbale/internal/api"
	"verbale/internal/blob"
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

// TestAnUploadIsNotBlamedForALineToS3ThatBroke asks a port on which nobody
// listens.
func TestAnUploadIsNotBlamedForALineToS3ThatBroke(t *testing.T) {
	t.Parallel()
	bucket, err := blob.OpenBucket(blob.S3Options{Endpoint: "http://127.0.0.1:1", Region: "us-east-1", Key: "k", Secret: "s", Bucket: "b", PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, api.Config{Patience: time.Minute, Blobs: func(t *store.Tenant) (blob.Store, error) {
		return bucket.Company(t.Name(), t.Keys(), t.Dir(), 1<<20)
	}})
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
