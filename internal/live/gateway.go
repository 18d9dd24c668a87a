package live

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"
	"golang.org/x/time/rate"

	"verbale/internal/bus"
	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Options are how the gateway is set up; zero values take the defaults.
type Options struct {
	Bus       bus.Bus  // joins the nodes; one of this process alone if nil
	PublicURL *url.URL // where browsers may come from, besides the host that they ask

	QueueFrames     int        // how many frames may wait for one reader: 4096
	QueueBytes      int        // and how many bytes: 4 MiB
	FramesPerSecond rate.Limit // what one client may send: 500, twice that in a burst
	BytesPerSecond  rate.Limit // and in bytes: 1 MiB, four times that in a burst
	PerPerson       int        // sockets that one person may have open on this node: 64

	Observe func(Command)    // each command of a socket, for metrics
	Clock   func() time.Time // by which the silent, sockets and nodes, are found to be dead; time.Now if nil
}

// Gateway is every company's sockets on this node.
type Gateway struct {
	opts     Options
	flooded  atomic.Int64 // sockets cut because they sent or were too many
	node     string       // its name among the nodes
	cores    int
	upgrader *gws.Upgrader
	limits   limits

	sockets    atomic.Int64
	deliveries atomic.Int64
	turns      atomic.Int64 // of what this node says of its people, in whichever company

	mu     sync.Mutex
	closed bool
	hubs   map[*store.Tenant]*hub
}

// Stats is what the gateway counts.
type Stats struct {
	Sockets    int64 // connected now
	Deliveries int64 // frames queued for sockets since the start
	Slow       int64 // sockets cut because they read too slowly
	Flooded    int64 // sockets cut because they sent too much, or were too many of one person
	Behind     int64 // entries that the slowest hub has yet to tell
}

// New makes a gateway.
func New(o Options) *Gateway {
	if o.Bus == nil {
		o.Bus = bus.NewLocal()
	}
	o.QueueFrames = orElse(o.QueueFrames, 4096)
	o.QueueBytes = orElse(o.QueueBytes, 4<<20)
	o.FramesPerSecond = orElse(o.FramesPerSecond, 500)
	o.BytesPerSecond = orElse(o.BytesPerSecond, 1<<20)
	o.PerPerson = orElse(o.PerPerson, 64)
	g := &Gateway{opts: o, node: rand.Text(), cores: runtime.GOMAXPROCS(0), hubs: map[*store.Tenant]*hub{}}
	g.limits.frames, g.limits.bytes, g.limits.now = o.QueueFrames, o.QueueBytes, o.Clock
	if o.Clock == nil {
		g.limits.now = time.Now
	}
	g.upgrader = gws.NewUpgrader(events{}, &gws.ServerOption{
		ReadMaxPayloadSize: 2 * maxFrame, // what is over maxFrame gets the protocol's own answer, if it is not beyond all measure
		NewSession:         func() gws.SessionStorage { return nil },
		Logger:             quiet{},
	})
	return g
}

func orElse[T int | rate.Limit](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// quiet drops gws's log lines: each is about what one client did wrong.
type quiet struct{}

func (quiet) Error(...any) {}

// readBuffer is what a quiet socket holds for reading; larger frames are read
// past it.
const readBuffer = 512

// Serve turns the request of a device that was let in into its socket, and
// returns: from then on the socket lives by itself.
func (g *Gateway) Serve(w http.ResponseWriter, r *http.Request, t *store.Tenant, a org.Actor) {
	switch {
	case !isUpgrade(r):
		w.Header().Set("Upgrade", "websocket")
		answer(w, http.StatusUpgradeRequired, `{"type":"about:blank","title":"Upgrade Required","status":426,"code":"live.not_a_socket","detail":"This address is a WebSocket. See docs/protocol.md."}`)
		return
	case !g.sameOrigin(r):
		answer(w, http.StatusForbidden, `{"type":"about:blank","title":"Forbidden","status":403,"code":"live.cross_origin","detail":"The page that asks is not ours."}`)
		return
	}
	nc, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		answer(w, http.StatusInternalServerError, `{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal","detail":"The connection cannot become a socket."}`)
		return
	}
	nc.SetDeadline(time.Time{}) // the HTTP server's own
	if buffered.Reader.Buffered() > 0 {
		nc.Close() // who speaks before being answered does not speak this protocol
		return
	}
	c := &client{actor: a}
	c.open(nc, &g.limits)
	socket, err := g.upgrader.UpgradeFromConn(c, bufio.NewReaderSize(nc, readBuffer), r)
	if err != nil {
		c.uncork() // it has gws's refusal in its queue
		nc.Close()
		return
	}
	if !g.join(c, t) {
		c.cut(closeGoingDown)
		c.uncork()
		nc.Close()
		return
	}
	switch err := c.hub.stillIn(c); {
	case errors.Is(err, login.ErrEnded):
		c.cut(closeSignedOut)
	case err != nil:
		c.cut(closeGoingDown)
	}
	c.uncork()
	go c.read(socket)
}

func answer(w http.ResponseWriter, status int, problem string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	w.Write([]byte(problem))
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// sameOrigin refuses pages of others, which a browser lets connect with our
// cookie. What is no browser sends no Origin.
func (g *Gateway) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	p := g.opts.PublicURL
	return strings.EqualFold(u.Host, r.Host) || p != nil && u.Scheme == p.Scheme && strings.EqualFold(u.Host, p.Host)
}

// join gives a socket to its company's hub, and starts that if need be. It is
// false when the gateway is going down.
func (g *Gateway) join(c *client, t *store.Tenant) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	c.hub = g.hubs[t]
	if c.hub == nil {
		c.hub = newHub(g, t)
		g.hubs[t] = c.hub
		go c.hub.run()
	}
	g.sockets.Add(1)
	c.hub.join(c)
	return true
}

// retire ends a hub that nobody is connected to.
func (g *Gateway) retire(h *hub) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.mayGo() {
		return false
	}
	delete(g.hubs, h.tenant)
	h.stop()
	return true
}

func (g *Gateway) hub(t *store.Tenant) *hub {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hubs[t]
}

// Online says whether a person is connected.
func (g *Gateway) Online(t *store.Tenant, person int64) bool {
	h := g.hub(t)
	return h != nil && h.online(person)
}

// Marked tells the members of conversations of marks that were moved.
func (g *Gateway) Marked(t *store.Tenant, moved []chat.Mark) {
	g.announce(t, moved, time.Now().UnixMicro())
}

func (g *Gateway) announce(t *store.Tenant, moved []chat.Mark, at int64) {
	by := map[int64][]wire.Mark{}
	for _, m := range moved {
		by[m.Conversation] = append(by[m.Conversation], wire.Mark{Person: m.Person, Delivered: m.Delivered, Read: m.Read, Time: wire.Time(at)})
	}
	for conversation, of := range by {
		payload, _ := json.Marshal(signal{Marks: &marks{conversation, of}})
		g.opts.Bus.Signal(t.Name(), payload)
	}
}

// Leave cuts a company's sockets and lets go of it, before it is closed.
func (g *Gateway) Leave(t *store.Tenant) {
	g.mu.Lock()
	h := g.hubs[t]
	delete(g.hubs, t)
	g.mu.Unlock()
	if h != nil {
		h.closeAll(closeGoingDown)
		h.stop()
		<-h.ended
	}
}

// Stats gives what the gateway counts.
func (g *Gateway) Stats() Stats {
	s := Stats{Sockets: g.sockets.Load(), Deliveries: g.deliveries.Load(), Slow: g.limits.slow.Load(), Flooded: g.flooded.Load()}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, h := range g.hubs {
		s.Behind = max(s.Behind, h.behind.Load(), h.lag())
	}
	return s
}
