package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Disk is a file system of a host's own, small enough to be filled. It is in
// memory: it outlives programs, not the test.
type Disk struct {
	Dir     string
	ballast string
}

// Disk mounts one.
func (h *Host) Disk(name string, megabytes int) *Disk {
	h.lab.t.Helper()
	d := &Disk{Dir: h.Dir(name)}
	d.ballast = filepath.Join(d.Dir, "ballast")
	if err := unix.Mount("tmpfs", d.Dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", megabytes)); err != nil {
		h.lab.t.Fatalf("mounting a disk: %v", err)
	}
	h.lab.t.Cleanup(func() { unix.Unmount(d.Dir, unix.MNT_DETACH) })
	if err := own(d.Dir); err != nil {
		h.lab.t.Fatal(err)
	}
	return d
}

// Fill leaves at most so many bytes free, whatever is written meanwhile.
func (d *Disk) Fill(t testing.TB, free int64) {
	t.Helper()
	f, err := os.Create(d.ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := int64(0); ; {
		var has unix.Statfs_t
		if err := unix.Statfs(d.Dir, &has); err != nil {
			t.Fatal(err)
		}
		more := int64(has.Bavail)*has.Bsize - free
		if more <= 0 {
			return
		}
		switch err := unix.Fallocate(int(f.Fd()), 0, size, more); err {
		case nil:
			size += more
		case unix.ENOSPC: // somebody was quicker
		default:
			t.Fatalf("filling a disk: %v", err)
		}
	}
}

// Free gives the room back.
func (d *Disk) Free(t testing.TB) {
	t.Helper()
	if err := os.Remove(d.ballast); err != nil {
		t.Fatal(err)
	}
}

// syncs are the calls that wait for a disk.
const syncs = "fsync,fdatasync,sync_file_range,msync"

// SlowDisk has every wait for the disk take so much longer, for the program and
// whatever it starts, until ok is called. It is done by tracing, which works on
// every kernel and for programs without a C library, and makes all other system
// calls a little slower too.
func (p *Process) SlowDisk(t testing.TB, delay time.Duration) (ok func()) {
	t.Helper()
	args := []string{"--follow-forks", "--trace=" + syncs, "--output=/dev/null",
		fmt.Sprintf("--inject=%s:delay_enter=%d", syncs, delay.Microseconds())}
	all := p.tree()
	for _, pid := range all {
		args = append(args, fmt.Sprintf("--attach=%d", pid))
	}
	said := &log{}
	strace := exec.Command("strace", args...)
	strace.Stderr = said
	if err := strace.Start(); err != nil {
		t.Fatalf("a slow disk needs strace (scripts/need.sh laboratory installs it): %v", err)
	}
	ended := make(chan struct{})
	go func() { strace.Wait(); close(ended) }()
	ok = func() {
		strace.Process.Signal(unix.SIGTERM) // it lets go of everybody
		<-ended
	}
	t.Cleanup(ok)
	Until(t, 10*time.Second, "the disk is slow", func() bool {
		return strings.Count(said.String(), " attached") >= len(all)
	})
	return ok
}
