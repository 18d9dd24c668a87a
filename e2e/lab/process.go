package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"verbale/internal/store/pgtest"
)

// Process is a program on a host. It is the first of a process namespace, so
// that no child of it outlives it.
type Process struct {
	Name string

	host  *Host
	env   []string
	argv  []string
	cmd   *exec.Cmd
	ended chan struct{}
}

// Run adds a program to the host and starts it.
func (h *Host) Run(name string, env []string, argv ...string) *Process {
	h.lab.t.Helper()
	p := &Process{Name: name, host: h, env: env, argv: argv}
	p.Start(h.lab.t)
	h.processes = append(h.processes, p)
	return p
}

// Do runs a program to its end, which has to be a good one, and gives what it
// printed.
func (h *Host) Do(argv ...string) string {
	h.lab.t.Helper()
	var out []byte
	err := h.here(func() (err error) {
		c := exec.Command(argv[0], argv[1:]...)
		c.Dir = h.dir
		if c.SysProcAttr, err = attributes(); err != nil {
			return err
		}
		out, err = c.CombinedOutput()
		return err
	})
	if err != nil {
		h.lab.t.Fatalf("%s on %s: %v\n%s", strings.Join(argv, " "), h.Name, err, out)
	}
	return string(out)
}

func attributes() (*syscall.SysProcAttr, error) {
	as, err := pgtest.User()
	return &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGKILL, Cloneflags: unix.CLONE_NEWPID}, err
}

// Start starts the program, again if it ran before.
func (p *Process) Start(t testing.TB) {
	t.Helper()
	started, ended := make(chan error, 1), make(chan struct{})
	// The thread waits for the program: a thread that ended would end it.
	go p.host.here(func() error {
		defer close(ended)
		err := p.start()
		started <- err
		if err == nil {
			p.cmd.Wait()
		}
		return nil
	})
	if err := <-started; err != nil {
		t.Fatalf("%s on %s: %v", p.Name, p.host.Name, err)
	}
	p.ended = ended
}

func (p *Process) start() error {
	log, err := os.OpenFile(p.LogPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(p.argv[0], p.argv[1:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = p.host.dir, log, log
	p.cmd.Env = append(os.Environ(), p.env...)
	if p.cmd.SysProcAttr, err = attributes(); err != nil {
		return err
	}
	return p.cmd.Start()
}

// Runs says whether it has not ended.
func (p *Process) Runs() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Kill ends it and its children at once, and waits until they are gone.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Stop asks it to end, and wants it to.
func (p *Process) Stop(t testing.TB, with syscall.Signal) {
	t.Helper()
	p.cmd.Process.Signal(with)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s on %s did not end when asked:\n%s", p.Name, p.host.Name, p.lastWords())
	}
}

// Pause stops it and its children in the middle of whatever they do.
func (p *Process) Pause() {
	// What is stopped starts no more children, so this comes to an end.
	for stopped := -1; ; {
		all := p.tree()
		if len(all) == stopped {
			return
		}
		for _, pid := range all {
			unix.Kill(pid, unix.SIGSTOP)
		}
		stopped = len(all)
	}
}

// Resume has it go on.
func (p *Process) Resume() {
	for _, pid := range p.tree() {
		unix.Kill(pid, unix.SIGCONT)
	}
}

// tree is the program and all its descendants.
func (p *Process) tree() []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended since
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		// "pid (name) state parent ...", and a name may hold anything.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	all := []int{p.cmd.Process.Pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// LogPath is where its output goes.
func (p *Process) LogPath() string {
	return filepath.Join(p.host.dir, p.Name+".log")
}

// Log is what it has said so far, in all its lives.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.LogPath())
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

func (p *Process) lastWords() string {
	text := p.Log()
	return text[max(0, len(text)-1000):]
}
