package sim

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"verbale/internal/chat"
	"verbale/internal/live"
	"verbale/internal/org"
	"verbale/internal/search"
	"verbale/internal/store"
)

// house is one life of the server's process, on the real store, with the real
// gateway and followers. What it does, it does when the schedule lets it.
type house struct {
	dir     string
	turns   *turns
	bus     *badBus
	server  *store.Server
	tenant  *store.Tenant
	gateway *live.Gateway
	calls   []*call
}

// call is something that the schedule has asked the house for.
type call struct {
	ended bool
	then  func() // what follows from the answer, in the schedule's own goroutine
}

func openHouse(dir string, queue int) (*house, error) {
	h := &house{dir: dir, bus: newBadBus(), turns: newTurns()}
	server, err := store.OpenServer(context.Background(), dir, store.Options{
		Clock: h.clock,
		// News before it is told, so that whoever is woken by it finds the gate
		// closed.
		Observe:   func(int, time.Duration) { h.turns.wait("the commit is durable"); h.turns.news() },
		Committed: h.committed,
		Opened:    h.followers,
	})
	if err != nil {
		return nil, err
	}
	h.server = server
	if h.tenant, err = server.Tenant(context.Background(), company); err != nil {
		server.Close()
		return nil, err
	}
	h.gateway = live.New(live.Options{Bus: h.bus, QueueFrames: queue})
	return h, nil
}

func (h *house) committed(name string, seq int64) {
	h.bus.Publish(name, seq)
	h.turns.wait("the register has grown")
}

// clock is asked once for each transaction, when it begins.
func (h *house) clock() time.Time {
	switch name, writes := who(); {
	case writes:
		h.turns.wait(name)
	case name != "":
		h.turns.look(name)
	}
	return time.Now()
}

// followers are what the program runs for an open company.
func (h *house) followers(ctx context.Context, t *store.Tenant) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { search.Index(ctx, t) })
	running.Go(func() { chat.KeepMarks(ctx, t) })
	return func() { cancel(); running.Wait() }
}

// begin asks for something that may take its time; then follows once it has
// ended, if the house still lives.
func (h *house) begin(ask func() error, then func(error)) {
	var err error
	c := &call{then: func() { then(err) }}
	h.calls = append(h.calls, c)
	go func() {
		err = ask()
		c.ended = true
	}()
}

// ended takes the calls that have ended, in the order in which they began. The
// schedule has waited until everybody waits, so what they wrote is there.
func (h *house) ended() (done []*call) {
	var left []*call
	for _, c := range h.calls {
		if c.ended {
			done = append(done, c)
		} else {
			left = append(left, c)
		}
	}
	h.calls = left
	return done
}

func (h *house) read(f func(*store.Tx) error) error {
	return h.tenant.Read(context.Background(), f)
}

// write runs a command, with a gate before and after what it does, inside its
// transaction.
func (h *house) write(f func(*store.Tx) error) error {
	return h.tenant.Write(context.Background(), func(tx *store.Tx) error {
		h.turns.wait("a command begins")
		err := f(tx)
		h.turns.wait("a command has run")
		return err
	})
}

// connect is the upgrade of a request that the front door has let in.
func (h *house) connect(l *line, a org.Actor) {
	r, _ := http.NewRequest(http.MethodGet, "http://acme.test/api/v1/live", nil)
	for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "c2ltdWxhdGVkIGNsaWVudA=="} {
		r.Header.Set(name, value)
	}
	go func() { h.gateway.Serve(hijacked{line: l}, r, h.tenant, a) }()
}

// hijacked is a ResponseWriter that gives its connection away.
type hijacked struct {
	http.ResponseWriter
	line *line
}

func (w hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.line, bufio.NewReadWriter(bufio.NewReader(w.line), bufio.NewWriter(w.line)), nil
}

// die leaves a copy of the directory as it is at this moment, for the next
// life; cut cuts the lines. What still runs of this one is let end, where nobody
// looks any more.
func (h *house) die(next string, cut func()) error {
	err := copyDir(next, h.dir)
	cut()
	h.close()
	os.RemoveAll(h.dir)
	return err
}

// close ends all goroutines of the house.
func (h *house) close() {
	h.turns.end()
	h.gateway.Leave(h.tenant)
	h.server.Close()
	h.bus.Close()
}
