package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestAServerThatEndsLosesNoConnectionThatWasMadeToIt: whoever got a connection
// gets an answer, however many knock at that moment. A proxy goes elsewhere if
// it is refused; when a connection breaks, it cannot know what was done.
func TestAServerThatEndsLosesNoConnectionThatWasMadeToIt(t *testing.T) {
	t.Parallel()
	for round := range 2 {
		s, address := start(t, t.TempDir(), "--drain", "1s")
		var answered, refused atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for {
					switch err := askOnce(address); {
					case errors.Is(err, syscall.ECONNREFUSED):
						refused.Add(1)
						return
					case err != nil:
						t.Errorf("round %d: a connection that was made is lost: %v", round, err)
						return
					}
					answered.Add(1)
				}
			})
		}
		for answered.Load() < 500 {
			<-time.After(time.Millisecond)
		}
		s.cmd.Process.Signal(syscall.SIGTERM)
		wg.Wait()
		<-s.ended
		if refused.Load() == 0 {
			t.Error("nobody was refused, so nothing was tried")
		}
	}
}

// askOnce asks on a connection of its own.
func askOnce(address string) error {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", address); err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return fmt.Errorf("the answer: %w", err)
	}
	return answer.Body.Close()
}
