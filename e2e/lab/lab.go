package lab

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/store/pgtest"
)

// Lab is one test's hosts and the network between them.
type Lab struct {
	t      testing.TB
	number int
	dir    string
	router *router
	hosts  []*Host
}

var made atomic.Int32

// New makes a network with nothing on it but the test itself, which reaches
// every host as any client would. It is gone when the test ends.
func New(t testing.TB) *Lab {
	t.Helper()
	if Off() {
		t.Skip("VERBALE_FAULTS=off")
	}
	within := os.Getenv(within)
	if within == "" {
		t.Fatal("this package's TestMain must be lab.Main")
	}
	l := &Lab{t: t, number: int(made.Add(1)), router: newRouter()}
	l.dir = filepath.Join(within, fmt.Sprint(l.number))
	if err := os.Mkdir(l.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	line, err := openTun(fmt.Sprintf("lab%d", l.number), l.address(1))
	if err != nil {
		t.Fatal(err)
	}
	l.router.plug(l.address(1), line)
	t.Cleanup(func() {
		for _, h := range l.hosts {
			h.Kill()
			if t.Failed() {
				h.tell(t)
			}
		}
		l.router.close()
	})
	return l
}

// address is that of the nth host; the test itself is the first.
func (l *Lab) address(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(l.number >> 8), byte(l.number), byte(n)})
}

// Traffic is what has gone over the network so far.
func (l *Lab) Traffic() *Traffic { return &l.router.Traffic }

// clients is the host that the test itself runs on.
func (l *Lab) clients() *Host { return &Host{Name: "clients", lab: l, IP: l.address(1)} }

// Clients is the test itself as a host, for Cut and Slow.
func (l *Lab) Clients() *Host { return l.clients() }

// Set changes the line from one host to another, in this direction alone.
func (l *Lab) Set(from, to *Host, change func(*Line)) { l.router.set(from.IP, to.IP, change) }

// Cut cuts a host from others, both ways.
func (l *Lab) Cut(one *Host, others ...*Host) {
	for _, other := range others {
		l.Set(one, other, func(line *Line) { line.Cut = true })
		l.Set(other, one, func(line *Line) { line.Cut = true })
	}
}

// Slow has packets between a host and others take so much longer each way, and
// a share of them lost.
func (l *Lab) Slow(delay time.Duration, loss float64, one *Host, others ...*Host) {
	for _, other := range others {
		for _, w := range [][2]*Host{{one, other}, {other, one}} {
			l.Set(w[0], w[1], func(line *Line) { line.Delay, line.Loss = delay, loss })
		}
	}
}

// Heal makes every line a good one.
func (l *Lab) Heal() {
	all := append([]*Host{l.clients()}, l.hosts...)
	for _, from := range all {
		for _, to := range all {
			if from.IP != to.IP {
				l.Set(from, to, func(line *Line) { *line = Line{} })
			}
		}
	}
}

// own gives a file to whoever the programs on the hosts run as.
func own(path string) error {
	as, err := pgtest.User()
	if as == nil || err != nil {
		return err
	}
	return os.Chown(path, int(as.Uid), int(as.Gid))
}

// Until waits until something has come about.
func Until(t testing.TB, patience time.Duration, what string, come func() bool) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(patience); !come(); {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("it did not come about within %v that %s", patience, what)
		}
	}
}
