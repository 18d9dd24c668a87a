package lab

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Host is a machine: an address, a directory, and the programs on it.
type Host struct {
	Name string
	IP   netip.Addr

	lab       *Lab
	dir       string
	space     int // the network namespace
	processes []*Process
}

// Host adds a machine to the network.
func (l *Lab) Host(name string) *Host {
	l.t.Helper()
	h := &Host{Name: name, IP: l.address(len(l.hosts) + 2), lab: l, dir: filepath.Join(l.dir, name)}
	if err := os.Mkdir(h.dir, 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := own(h.dir); err != nil {
		l.t.Fatal(err)
	}
	var line *os.File
	err := onThread(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("making a network namespace", err)
		}
		if h.space, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return err
		}
		if err := raise("lo"); err != nil {
			return err
		}
		line, err = openTun("eth0", h.IP)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { unix.Close(h.space) })
	l.router.plug(h.IP, line)
	l.hosts = append(l.hosts, h)
	return h
}

// At is the host's address with a port.
func (h *Host) At(port uint16) string { return netip.AddrPortFrom(h.IP, port).String() }

// Dir is a directory on the machine's own disk.
func (h *Host) Dir(name string) string {
	h.lab.t.Helper()
	dir := filepath.Join(h.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		h.lab.t.Fatal(err)
	}
	if err := own(dir); err != nil {
		h.lab.t.Fatal(err)
	}
	return dir
}

// Dial connects from this host.
func (h *Host) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = h.here(func() (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Listen listens on this host.
func (h *Host) Listen(network, address string) (listener net.Listener, err error) {
	err = h.here(func() (err error) {
		listener, err = net.Listen(network, address)
		return err
	})
	return listener, err
}

// ListenPacket listens for datagrams on this host.
func (h *Host) ListenPacket(network, address string) (conn net.PacketConn, err error) {
	err = h.here(func() (err error) {
		conn, err = net.ListenPacket(network, address)
		return err
	})
	return conn, err
}

// here runs something as on the host: sockets that it opens are the host's.
func (h *Host) here(do func() error) error {
	return onThread(func() error {
		if err := unix.Setns(h.space, unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("entering a host", err)
		}
		return do()
	})
}

// onThread runs something on a thread that it may spoil: nobody gets it again.
func onThread(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}

// Kill ends every program on the host as a power cut would; the disk keeps what
// was written.
func (h *Host) Kill() {
	for _, p := range h.processes {
		p.Kill()
	}
}

// Start starts again whatever ran on the host.
func (h *Host) Start(t testing.TB) {
	t.Helper()
	for _, p := range h.processes {
		if !p.Runs() {
			p.Start(t)
		}
	}
}

// Pause stops every program on the host, as a machine does that is swapped out
// or moved: the kernel goes on taking packets.
func (h *Host) Pause() {
	for _, p := range h.processes {
		p.Pause()
	}
}

// Resume wakes them.
func (h *Host) Resume() {
	for _, p := range slices.Backward(h.processes) {
		p.Resume()
	}
}

// tell keeps what the programs of a test that failed have said, where it
// outlives the test, and prints the end of it.
func (h *Host) tell(t testing.TB) {
	dir := kept(t, "logs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Log(err)
	}
	for _, p := range h.processes {
		path := filepath.Join(dir, h.Name+"-"+p.Name+".log")
		if err := os.WriteFile(path, []byte(p.Log()), 0o644); err != nil {
			t.Log(err)
		}
		t.Logf("the last words of %s on %s (all of them in %s):\n%s", p.Name, h.Name, path, p.lastWords())
	}
}

// kept is where something of a test that failed is kept.
func kept(t testing.TB, what string) string {
	return filepath.Join(os.TempDir(), strings.ReplaceAll(t.Name(), "/", "-")+"."+what)
}
