package lab_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbale/e2e/lab"
)

// running says whether a program with such a command line runs anywhere inside.
func running(command string) bool {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		line, _ := os.ReadFile(path)
		if string(bytes.ReplaceAll(bytes.TrimRight(line, "\x00"), []byte{0}, []byte{' '})) == command {
			return true
		}
	}
	return false
}

func TestAKilledProcessLeavesNoChildBehind(t *testing.T) {
	t.Parallel()
	h := lab.New(t).Host("a")
	p := h.Run("parent", nil, "/bin/sh", "-c", "setsid sleep 7301 & wait")
	lab.Until(t, 5*time.Second, "the child runs", func() bool { return running("sleep 7301") })
	p.Kill()
	if running("sleep 7301") {
		t.Error("the child still runs")
	}
	h.Start(t)
	lab.Until(t, 5*time.Second, "the child runs again", func() bool { return running("sleep 7301") })
}

func TestAPausedProcessDoesNothingUntilItIsWoken(t *testing.T) {
	t.Parallel()
	h := lab.New(t).Host("a")
	p := h.Run("ticks", nil, "/bin/sh", "-c", "(while :; do echo tick; sleep 0.01; done) & wait")
	ticks := func() int { return strings.Count(p.Log(), "tick") }
	lab.Until(t, 5*time.Second, "it ticks", func() bool { return ticks() > 3 })
	h.Pause()
	before := ticks()
	<-time.After(200 * time.Millisecond)
	if n := ticks(); n != before {
		t.Errorf("%d ticks while it was paused", n-before)
	}
	h.Resume()
	lab.Until(t, 5*time.Second, "it ticks again", func() bool { return ticks() > before+3 })
}

func TestAProcessIsOnItsHostsNetworkAlone(t *testing.T) {
	t.Parallel()
	h := lab.New(t).Host("a")
	h.Run("listens", nil, "/bin/sh", "-c", "exec "+lab.Program(t)+" serve --data data --listen 127.0.0.1:8080")
	ctx := t.Context()
	lab.Until(t, 30*time.Second, "it listens on its host", func() bool {
		conn, err := h.Dial(ctx, "tcp", "127.0.0.1:8080")
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	if conn, err := net.Dial("tcp", "127.0.0.1:8080"); err == nil {
		conn.Close()
		t.Error("it listens where the test is, too")
	}
}

// TestAKilledRunLeavesNothingBehind runs this test again, in a run of its own,
// and kills it.
func TestAKilledRunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	if os.Getenv("LAB_WAITS") != "" {
		lab.New(t).Host("a").Run("long", nil, "sleep", "7302")
		select {}
	}
	if lab.Off() {
		t.Skip("VERBALE_FAULTS=off")
	}
	other := exec.Command("/proc/self/exe", "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), "LAB_WAITS=1", "VERBALE_LAB_WITHIN=")
	var said bytes.Buffer
	other.Stderr = &said
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	lab.Until(t, 30*time.Second, "the other run has a program", func() bool { return running("sleep 7302") })
	other.Process.Kill()
	other.Wait()
	lab.Until(t, 10*time.Second, "its program is gone", func() bool { return !running("sleep 7302") })
	if said.Len() > 0 {
		t.Errorf("it said: %s", &said)
	}
}
