package e2e

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// TestNobodyHoldsAConnectionByNotSpeaking opens connections without a session
// and says half of something. The server gives each up by itself.
func TestNobodyHoldsAConnectionByNotSpeaking(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, at := start(t, dir)
	found(t, dir, "acme", "Acme", "", on(at))
	var all sync.WaitGroup // all at once: waiting is all that they do
	for what, half := range map[string]string{
		"half a request line": "GET /api/v1/he",
		"half the headers":    "GET /api/v1/hello HTTP/1.1\r\nHost: verbale.test\r\n",
		"no body":             "POST /api/v1/joins/look HTTP/1.1\r\nHost: verbale.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n",
		"half a body":         "POST /api/v1/joins/look HTTP/1.1\r\nHost: verbale.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"secret\":",
		"an endless chunk":    "POST /api/v1/joins HTTP/1.1\r\nHost: verbale.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{",
		"no file":             "POST /api/v1/files?name=x HTTP/1.1\r\nHost: verbale.test\r\nContent-Length: 100\r\n\r\n",
		"no body elsewhere":   "POST /api/v1/nothing HTTP/1.1\r\nHost: verbale.test\r\nContent-Length: 100\r\n\r\n",
		"no body for a page":  "POST / HTTP/1.1\r\nHost: verbale.test\r\nContent-Length: 100\r\n\r\n",
		"from another site":   "POST /api/v1/joins HTTP/1.1\r\nHost: verbale.test\r\nOrigin: https://evil.example\r\nContent-Length: 100\r\n\r\n",
		"half an upgrade":     "GET /api/v1/live HTTP/1.1\r\nHost: verbale.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
	} {
		all.Go(func() {
			line, err := net.Dial("tcp", at)
			if err != nil {
				t.Error(err)
				return
			}
			defer line.Close()
			fmt.Fprint(line, half)
			line.SetReadDeadline(time.Now().Add(30 * time.Second))
			var late net.Error
			if _, err := io.ReadAll(line); errors.As(err, &late) && late.Timeout() {
				t.Errorf("%s: the server still waits after half a minute", what)
			}
		})
	}
	all.Wait()
}
