package e2e

import (
	"bufio"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running `verbale serve`.
type server struct {
	dir   string
	cmd   *exec.Cmd
	log   *record
	ready chan string   // gives the address once it is told
	ended chan struct{} // closed when the process is no more
}

// record keeps what a process says, to be looked at while it says more.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

var served = regexp.MustCompile(`is at https?://[^\s/]*:(\d+)`)

// launch starts a server and does not wait for it.
func launch(t testing.TB, dir string, args ...string) *server {
	t.Helper()
	return launchWith(t, nil, nil, dir, args...)
}

// launchWith starts a server as another user, if one is given, and with more in
// its environment.
func launchWith(t testing.TB, as *syscall.Credential, more []string, dir string, args ...string) *server {
	t.Helper()
	s := &server{dir: dir, log: &record{}, ready: make(chan string, 1), ended: make(chan struct{})}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir, "--log-level", "debug", "--log-format", "text"}, args...)
	s.cmd = exec.Command(program, args...)
	s.cmd.Dir = t.TempDir()
	s.cmd.Env = append(engine(t, args), more...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatalf("verbale serve: %v", err)
	}
	go func() {
		lines := bufio.NewScanner(io.TeeReader(out, s.log))
		for lines.Scan() {
			if at := served.FindStringSubmatch(lines.Text()); at != nil {
				select {
				case s.ready <- "127.0.0.1:" + at[1]:
				default:
				}
			}
		}
		s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(s.kill)
	return s
}

// start starts a server and gives its address when it answers.
func start(t testing.TB, dir string, args ...string) (s *server, address string) {
	t.Helper()
	s = launch(t, dir, args...)
	return s, s.address(t)
}

func (s *server) address(t testing.TB) string {
	t.Helper()
	select {
	case at := <-s.ready:
		return at
	case <-s.ended:
		t.Fatalf("the server ended at once:\n%s", s.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("the server did not answer in time:\n%s", s.log)
	}
	return ""
}

// kill ends it as a power cut would.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.ended
}

// end asks it to end, and wants it to end well.
func (s *server) end(t testing.TB) {
	t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("the server did not end when asked:\n%s", s.log)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the server ended with status %d:\n%s", code, s.log)
	}
}

// refusesToServe starts a server that must not come up, and gives what it says.
func refusesToServe(t testing.TB, dir string) string {
	t.Helper()
	return refusesToServeAs(t, nil, dir)
}

func refusesToServeAs(t testing.TB, as *syscall.Credential, dir string) string {
	t.Helper()
	s := launchWith(t, as, nil, dir)
	select {
	case <-s.ended:
	case <-s.ready:
		t.Fatalf("the server came up:\n%s", s.log)
	case <-time.After(20 * time.Second):
		t.Fatalf("the server neither came up nor ended:\n%s", s.log)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("the server ended with status %d, not 1:\n%s", code, s.log)
	}
	return s.log.String()
}
