package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"verbale/internal/store/storetest"
)

// fullDisk is a way to take the room away under a running server, and to give
// it back.
type fullDisk struct {
	dir  string
	fill func(t testing.TB, s *server)
	free func(t testing.TB, s *server)
}

// fullDisks are the ways that this user has: a small file system of its own
// where mounting is allowed, and everywhere a limit on the size of files, which
// ends a write in the same place.
func fullDisks(t *testing.T) map[string]fullDisk {
	limit := func(to uint64) func(testing.TB, *server) {
		return func(t testing.TB, s *server) {
			t.Helper()
			at := to
			if at == 0 {
				info, err := os.Stat(filepath.Join(s.dir, "tenants", "acme", "verbale.db-wal"))
				if err != nil {
					t.Fatal(err)
				}
				at = uint64(info.Size()) + 20_000
			}
			if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: at, Max: unix.RLIM_INFINITY}, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	ways := map[string]fullDisk{"by a limit on files": {t.TempDir(), limit(0), limit(unix.RLIM_INFINITY)}}

	small := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=24m,mode=0700"); err != nil {
		t.Logf("no file system of its own (%v): only the limit on files is tried", err)
		return ways
	}
	t.Cleanup(func() {
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(small, "ballast")
	ways["on a file system of its own"] = fullDisk{small,
		func(t testing.TB, s *server) {
			f, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for block := make([]byte, 4096); err == nil; {
				_, err = f.Write(block)
			}
			if err := f.Truncate(sizeOf(t, ballast) - 40_000); err != nil { // it fills up in the middle of something
				t.Fatal(err)
			}
		},
		func(t testing.TB, s *server) {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}}
	return ways
}

func sizeOf(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// diskCodes are what a full disk may be told as.
var diskCodes = map[string]bool{"store.full": true, "store.disk": true}

func TestAFullDiskLosesNothingAndIsToldOf(t *testing.T) {
	storetest.OnlySQLite(t)
	t.Parallel()
	for name, disk := range fullDisks(t) {
		t.Run(name, func(t *testing.T) {
			s, at := start(t, disk.dir)
			c := found(t, disk.dir, "acme", "Acme", "", on(at))
			anna := c.join(t, "Anna Bianchi")
			idle := c.join(t, "Marco Rossi")
			group := c.group(t, "Sales", anna, idle)
			path := fmt.Sprintf("/conversations/%d/messages", group)
			socket := anna.connect(t)
			w := &written{}
			for range 20 {
				w.post(t, anna, path)
			}

			disk.fill(t, s)
			refusals := 0
			for range 400 {
				if a, ok := w.post(t, anna, path); !ok {
					refusals++
					if a.status != 503 || !diskCodes[a.code()] || a.header.Get("Content-Type") != "application/problem+json" {
						t.Fatalf("on a full disk a post was answered %v", a)
					}
				}
				if refusals == 20 {
					break
				}
			}
			if refusals == 0 {
				t.Fatal("the disk did not fill up")
			}
			socket.write(t, fmt.Sprintf(`{"type":"post","ref":1,"key":%q,"conversation":%d,"text":%q}`, newKey(), group, strings.Repeat("x", 3000)))
			if f := socket.until(t, func(f frame) bool { return f.Ref == "1" }); f.Type != "error" || !diskCodes[f.Code] {
				t.Errorf("on a full disk a post by the socket was answered %+v", f)
			}
			if a, err := anna.send(context.Background(), "POST", prefix+"/files?name=a.bin", "application/octet-stream", bytes.NewReader(make([]byte, 16<<20))); err != nil || a.status != 503 || a.code() != "file.no_space" {
				t.Errorf("on a full disk a file was answered %v, %v", a, err)
			}
			// Reading goes on, also for whoever has not been seen yet.
			w.mustBeThere(t, anna, group)
			w.mustBeThere(t, idle, group)
			if log := s.log.String(); !strings.Contains(log, "store.full") && !strings.Contains(log, "store.disk") {
				t.Errorf("the log does not tell why:\n%.2000s", log)
			}

			disk.free(t, s)
			w.postRefused(t, anna, path)
			w.mustBeThere(t, idle, group)
			s.end(t)
			mustBeClean(t, disk.dir, "acme")
		})
	}
}

// TestADiskThatIsFullAtTheStartLosesNothing kills the server while the disk is
// full, and starts it there.
func TestADiskThatIsFullAtTheStartLosesNothing(t *testing.T) {
	storetest.OnlySQLite(t)
	t.Parallel()
	disk, own := fullDisks(t)["on a file system of its own"]
	if !own {
		// A limit on files does not outlive its process; what stands in for it
		// is a limit so low that the new process can write nothing at all.
		disk = fullDisk{dir: t.TempDir(), fill: func(testing.TB, *server) {}, free: func(testing.TB, *server) {}}
	}
	s, at := start(t, disk.dir)
	c := found(t, disk.dir, "acme", "Acme", "", on(at))
	group := c.group(t, "Alone")
	path := fmt.Sprintf("/conversations/%d/messages", group)
	w := &written{}
	for range 50 {
		w.post(t, c.owner, path)
	}
	disk.fill(t, s)
	for range 400 {
		if _, ok := w.post(t, c.owner, path); !ok {
			break
		}
	}
	s.kill()

	s = launch(t, disk.dir)
	if !own {
		unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1000, Max: unix.RLIM_INFINITY}, nil)
	}
	select {
	case at := <-s.ready: // it came up: then it serves what it has
		c.owner.where, c.owner.http = on(at), newHTTP(on(at))
		w.mustBeThere(t, c.owner, group)
		s.kill()
	case <-s.ended:
		if !strings.Contains(s.log.String(), "disk") {
			t.Errorf("the server ended without saying why:\n%s", s.log)
		}
	}
	disk.free(t, s)
	s, at = start(t, disk.dir)
	c.owner.where, c.owner.http = on(at), newHTTP(on(at))
	w.postRefused(t, c.owner, path)
	w.mustBeThere(t, c.owner, group)
	s.end(t)
	mustBeClean(t, disk.dir, "acme")
}

// written is what one person has posted: what was acknowledged, and what was
// refused.
type written struct {
	count   int
	there   []message
	refused []object
}

// post posts one more large message; ok is false when it was refused.
func (w *written) post(t testing.TB, p *person, path string) (a answer, ok bool) {
	t.Helper()
	w.count++
	draft := object{"key": newKey(), "text": fmt.Sprintf("%d %s", w.count, strings.Repeat("long ", 500))}
	if a = p.call(t, "POST", path, draft); a.status != 200 {
		w.refused = append(w.refused, draft)
		return a, false
	}
	w.took(t, a, draft)
	return a, true
}

func (w *written) took(t testing.TB, a answer, draft object) {
	t.Helper()
	p := decoded[posted](t, a)
	w.there = append(w.there, message{ID: p.ID, N: p.N, Text: draft["text"].(string)})
}

// postRefused posts again, with the same keys, what was refused.
func (w *written) postRefused(t testing.TB, p *person, path string) {
	t.Helper()
	for _, draft := range w.refused {
		a := p.call(t, "POST", path, draft)
		if a.status != 200 {
			t.Fatalf("with room again a post was answered %v", a)
		}
		w.took(t, a, draft)
	}
	w.refused = nil
}

// mustBeThere wants exactly what was acknowledged.
func (w *written) mustBeThere(t testing.TB, p *person, conversation int64) {
	t.Helper()
	all, err := p.history(context.Background(), conversation, 0)
	if err != nil {
		t.Errorf("reading: %v", err)
		return
	}
	if len(all) != len(w.there) {
		t.Errorf("%d messages were acknowledged, %d are there", len(w.there), len(all))
		return
	}
	for i, m := range all {
		if want := w.there[i]; m.ID != want.ID || m.N != want.N || m.Text != want.Text {
			t.Errorf("message %d is not the one that was acknowledged", want.N)
		}
	}
}

// readOnly makes a directory that the server may read and not write. File
// modes do not hold for root, so root mounts it so, or where that is not
// allowed has the server run as nobody.
func readOnly(t *testing.T, dir string) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(dir, 0o700) })
		return nil
	}
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err == nil {
		t.Cleanup(func() {
			if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
		if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		return nil
	}
	for _, path := range []string{dir, filepath.Dir(dir), filepath.Dir(program)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}

func TestAReadOnlyDataDirectoryIsRefusedAndLeftAsItIs(t *testing.T) {
	storetest.OnlySQLite(t)
	t.Parallel()
	full := t.TempDir()
	s, at := start(t, full)
	c := found(t, full, "acme", "Acme", "", on(at))
	group := c.group(t, "Alone")
	w := &written{}
	w.post(t, c.owner, fmt.Sprintf("/conversations/%d/messages", group))
	s.end(t)
	for name, dir := range map[string]string{"empty": t.TempDir(), "with a company": copyOf(t, full)} {
		t.Run(name, func(t *testing.T) {
			as := readOnly(t, dir)
			if said := refusesToServeAs(t, as, dir); !strings.Contains(said, "cannot be") || !strings.Contains(said, "writ") {
				t.Errorf("the server said: %s", said)
			}
		})
	}
	_, at = start(t, full)
	c.owner.where, c.owner.http = on(at), newHTTP(on(at))
	w.mustBeThere(t, c.owner, group)
}

func TestASecondServerOnTheSameDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, at := start(t, dir)
	c := found(t, dir, "acme", "Acme", "", on(at))
	group := c.group(t, "Alone")
	path := fmt.Sprintf("/conversations/%d/messages", group)
	w := &written{}
	w.post(t, c.owner, path)
	if said := refusesToServe(t, dir); !strings.Contains(said, "Another Verbale server uses this data directory") {
		t.Errorf("the second server said: %s", said)
	}
	// The first one does not notice, and commands still reach it.
	w.post(t, c.owner, path)
	w.mustBeThere(t, c.owner, group)
	mustBeClean(t, dir, "acme")
	// One that was killed leaves no lock behind.
	s.kill()
	_, at = start(t, dir)
	c.owner.where, c.owner.http = on(at), newHTTP(on(at))
	w.mustBeThere(t, c.owner, group)
}
