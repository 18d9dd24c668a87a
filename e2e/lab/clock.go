package lab

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Clock is the wall clock of a program that was built by WithClock.
type Clock struct{ path string }

// clockVariable tells such a program where its clock is.
const clockVariable = "LAB_CLOCK"

// Clock makes one that is right.
func (h *Host) Clock(name string) *Clock {
	h.lab.t.Helper()
	c := &Clock{filepath.Join(h.Dir("clocks"), name)}
	if err := os.WriteFile(c.path, make([]byte, 8), 0o644); err != nil {
		h.lab.t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(c.path), 0o755); err != nil {
		h.lab.t.Fatal(err)
	}
	return c
}

// Env is what a program is started with to live by this clock.
func (c *Clock) Env() []string { return []string{clockVariable + "=" + c.path} }

// Set has the clock go wrong by so much from now on, also of a program that
// runs, in a long run. Its steady clock, which timers go by, stays as it is: so it is with a
// machine whose clock is set.
func (c *Clock) Set(t testing.TB, by time.Duration) {
	t.Helper()
	if !Long() {
		t.Fatal("without VERBALE_FAULTS=long the program has no clock that can be set")
	}
	f, err := os.OpenFile(c.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := binary.Write(f, binary.NativeEndian, int64(by/time.Second)); err != nil {
		t.Fatal(err)
	}
}

// The program itself knows nothing of this: it is built with a standard library
// whose time.Now adds a number to the seconds, from eight bytes of memory that
// a file shares with the test.
const (
	nowIs      = "	sec, nsec, mono := runtimeNow()\n	if mono == 0 {"
	nowBecomes = "	sec, nsec, mono := runtimeNow()\n	sec += labSkew()\n	if mono == 0 {"

	skewSource = `package time

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

var labClock = func() *int64 {
	path, ok := syscall.Getenv("` + clockVariable + `")
	if !ok {
		return new(int64)
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		panic("the clock " + path + ": " + err.Error())
	}
	memory, err := syscall.Mmap(fd, 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic("the clock " + path + ": " + err.Error())
	}
	return (*int64)(unsafe.Pointer(&memory[0]))
}()

func labSkew() int64 {
	if labClock == nil { // something asks before it is set up
		return 0
	}
	return atomic.LoadInt64(labClock)
}
`
)

// clockOverlay writes the overlay for go build into a directory.
func clockOverlay(dir string) (path string, err error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	library := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	text, err := os.ReadFile(filepath.Join(library, "time.go"))
	if err != nil {
		return "", err
	}
	if strings.Count(string(text), nowIs) != 1 {
		return "", fmt.Errorf("time.Now of this Go is not written as the laboratory knows it; see e2e/lab/clock.go")
	}
	files := map[string]string{
		"time.go":    strings.Replace(string(text), nowIs, nowBecomes, 1),
		"labskew.go": skewSource,
	}
	replace := map[string]string{}
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(library, name)] = at
	}
	encoded, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, encoded, 0o644)
}
