package natsbus_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"verbale/internal/bus"
	"verbale/internal/bus/bustest"
	"verbale/internal/bus/natsbus"
)

const (
	patience = 20 * time.Second
	secret   = "0123456789abcdef0123456789abcdef"
)

// Every bus and every NATS of a test is closed by it; none may leave a
// goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClusterOfThreeNodes(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T) (bus.Bus, bus.Bus) {
		seed := join(t, natsbus.Cluster{})
		one, two := join(t, natsbus.Cluster{Peers: []string{seed.Addr().String()}}), join(t, natsbus.Cluster{Peers: []string{seed.Addr().String()}})
		together(t, seed, one, two)
		return one, two
	})
}

func TestNATSOfOnesOwn(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T) (bus.Bus, bus.Bus) {
		url := runNATS(t, &server.Options{}).ClientURL()
		one, two := connect(t, natsbus.External{URLs: url}), connect(t, natsbus.External{URLs: url})
		together(t, one, two)
		return one, two
	})
}

func join(t testing.TB, c natsbus.Cluster) *natsbus.Bus {
	t.Helper()
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Secret == "" {
		c.Secret = secret
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	b, err := natsbus.Join(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func connect(t testing.TB, e natsbus.External) *natsbus.Bus {
	t.Helper()
	e.Log = slog.New(slog.DiscardHandler)
	b, err := natsbus.Connect(e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func runNATS(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	o.Host, o.NoSigs, o.NoLog = "127.0.0.1", true, true
	if o.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS did not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// together waits until each node hears all the others.
func together(t testing.TB, nodes ...*natsbus.Bus) {
	t.Helper()
	for _, b := range nodes {
		eventually(t, "the nodes did not find each other", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			count, _, err := b.RoundTrip(ctx, len(nodes)-1)
			return err == nil && count == len(nodes)-1
		})
	}
}

func eventually(t testing.TB, otherwise string, is func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(patience); !is(); <-look.C {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}

var number atomic.Int64

// flows waits until what one says is heard by the other. It says it again and
// again: while they are apart, it is lost.
func flows(t testing.TB, from, to *natsbus.Bus) {
	t.Helper()
	s := to.Subscribe("acme")
	defer s.Close()
	again, late := time.NewTicker(20*time.Millisecond), time.After(patience)
	defer again.Stop()
	for {
		from.Publish("acme", number.Add(1))
		select {
		case <-s.Advanced():
			return
		case <-again.C:
		case <-late:
			t.Fatal("nothing came through")
		}
	}
}

// wire is a line between two nodes that can be cut, or paused as when the
// machine at its end stands still.
type wire struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	cut    bool
	paused chan struct{} // closed when it goes on; nil when it runs
	conns  []net.Conn
	all    sync.WaitGroup
}

func newWire(t testing.TB, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to}
	w.all.Go(w.accept)
	t.Cleanup(func() { l.Close(); w.sever(); w.resume(); w.all.Wait() })
	return w
}

func (w *wire) addr() string { return w.listener.Addr().String() }

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		w.mu.Lock()
		if err != nil || w.cut {
			near.Close()
			if far != nil {
				far.Close()
			}
		} else {
			w.conns = append(w.conns, near, far)
			w.all.Go(func() { w.carry(near, far) })
			w.all.Go(func() { w.carry(far, near) })
		}
		w.mu.Unlock()
	}
}

func (w *wire) carry(from, to net.Conn) {
	defer to.Close()
	defer from.Close()
	for buffer := make([]byte, 4096); ; {
		n, err := from.Read(buffer)
		w.mu.Lock()
		paused := w.paused
		w.mu.Unlock()
		if paused != nil {
			<-paused
		}
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
	}
}

func (w *wire) sever() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
}

func (w *wire) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = make(chan struct{})
}

func (w *wire) resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.paused != nil {
		close(w.paused)
		w.paused = nil
	}
}

// logged is a log in which a line can be waited for.
type logged struct{ lines chan string }

func newLogged() (*logged, *slog.Logger) {
	l := &logged{make(chan string, 1000)}
	return l, slog.New(slog.NewTextHandler(l, nil))
}

func (l *logged) Write(line []byte) (int, error) {
	select {
	case l.lines <- string(line):
	default:
	}
	return len(line), nil
}

var _ io.Writer = (*logged)(nil)
