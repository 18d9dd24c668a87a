package e2e

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

// badLine is a proxy between clients and a server that loses, doubles, delays
// and cuts what passes: requests, answers, and the frames of sockets in both
// directions.
type badLine struct {
	to   string
	good atomic.Bool // nothing is done to what passes
	http *http.Client

	mu  sync.Mutex
	rnd *rand.Rand // guarded by mu

	lost, doubled, late, cut atomic.Int64 // what was done so far
}

// fate is what happens to one request or frame.
type fate int

const (
	passes fate = iota
	isLost
	isDoubled
	isLate
	isCut
)

// In a thousand.
const (
	losses   = 20
	doubles  = 30
	delays   = 40
	cuts     = 4
	longest  = 30 * time.Millisecond // a delay
	requests = 3                     // requests are fewer than frames, and fare so many times worse
)

func newBadLine(t testing.TB, to string, rnd *rand.Rand) (l *badLine, address string) {
	t.Helper()
	l = &badLine{to: to, rnd: rnd, http: newHTTP(on(to))}
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	return l, strings.TrimPrefix(s.URL, "http://")
}

// roll decides a fate.
func (l *badLine) roll(times int) (f fate, delay time.Duration) {
	if l.good.Load() {
		return passes, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delay = time.Duration(l.rnd.Int64N(int64(longest)))
	switch n := l.rnd.IntN(1000) / times; {
	case n < losses:
		l.lost.Add(1)
		return isLost, 0
	case n < losses+doubles:
		l.doubled.Add(1)
		return isDoubled, delay
	case n < losses+doubles+delays:
		l.late.Add(1)
		return isLate, delay
	case n < losses+doubles+delays+cuts:
		l.cut.Add(1)
		return isCut, 0
	}
	return passes, 0
}

func (l *badLine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		l.relay(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	there, delay := l.roll(requests)
	switch there {
	case isLost, isCut:
		panic(http.ErrAbortHandler)
	case isDoubled: // both at once
		twin := r.Clone(context.Background())
		go l.forward(twin, body)
	case isLate:
		<-time.After(delay)
	}
	head, content, err := l.forward(r, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	back, delay := l.roll(requests)
	switch back {
	case isLost:
		panic(http.ErrAbortHandler)
	case isLate, isDoubled:
		<-time.After(delay)
	}
	for name, values := range head.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(head.StatusCode)
	if back == isCut {
		w.Write(content[:len(content)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(content)
}

func (l *badLine) forward(r *http.Request, body []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // the server does not see the client go
	defer cancel()
	again, err := http.NewRequestWithContext(ctx, r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	again.Header = r.Header.Clone()
	got, err := l.http.Do(again)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	content, err := io.ReadAll(got.Body)
	return got, content, err
}

// side is one of the two sockets that a relayed one is made of.
type side struct {
	gws.BuiltinEventHandler
	line  *badLine
	other func() *gws.Conn
	half  []byte // a frame of this direction that breaks off

	mu    sync.Mutex
	ended bool // guarded by mu: a frame broke off, and nothing comes behind it
}

// send writes a frame, behind which may stand others that were late.
func (s *side) send(frame func(to *gws.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		frame(s.other())
	}
}

// breakOff ends the line in the middle of a frame.
func (s *side) breakOff() {
	s.send(func(to *gws.Conn) {
		s.ended = true
		to.NetConn().Write(s.half)
		to.NetConn().(*net.TCPConn).SetLinger(0)
		to.NetConn().Close()
	})
}

// relay puts the line between two sockets.
func (l *badLine) relay(w http.ResponseWriter, r *http.Request) {
	if f, _ := l.roll(requests); f == isLost || f == isCut {
		panic(http.ErrAbortHandler)
	}
	var client, server atomic.Pointer[gws.Conn]
	header := http.Header{"Host": {r.Host}}
	for _, name := range []string{"Authorization", "Cookie"} {
		if v := r.Header.Get(name); v != "" {
			header.Set(name, v)
		}
	}
	// Frames from the server begin to be read only when the client is there.
	back := &side{line: l, other: client.Load, half: []byte{0x81, 100, '{', '"', 't'}}
	s, refusal, err := gws.NewClient(back, &gws.ClientOption{Addr: "ws://" + l.to + r.URL.RequestURI(), RequestHeader: header})
	if err != nil {
		if refusal == nil {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(refusal.StatusCode)
		return
	}
	server.Store(s)
	forth := &side{line: l, other: server.Load, half: []byte{0x81, 0x80 | 100, 1, 2, 3, 4, '{' ^ 1, '"' ^ 2}}
	c, err := gws.NewUpgrader(forth, nil).Upgrade(w, r)
	if err != nil {
		s.NetConn().Close()
		return
	}
	client.Store(c)
	go s.ReadLoop()
	c.ReadLoop()
}

func (s *side) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	frame := append([]byte(nil), m.Bytes()...)
	pass := func() { s.send(func(to *gws.Conn) { to.WriteMessage(gws.OpcodeText, frame) }) }
	f, delay := s.line.roll(1)
	switch f {
	case isLost:
		return
	case isLate: // and all behind it
		<-time.After(delay)
	case isDoubled: // the second one overtaken by others
		time.AfterFunc(delay, pass)
	case isCut:
		s.breakOff()
		return
	}
	pass()
}

func (s *side) OnPing(_ *gws.Conn, payload []byte) {
	s.send(func(to *gws.Conn) { to.WritePing(payload) })
}
func (s *side) OnPong(_ *gws.Conn, payload []byte) {
	s.send(func(to *gws.Conn) { to.WritePong(payload) })
}

func (s *side) OnClose(_ *gws.Conn, err error) {
	if closed, ok := err.(*gws.CloseError); ok {
		s.send(func(to *gws.Conn) { to.WriteClose(closed.Code, nil) })
		return
	}
	s.other().NetConn().Close()
}
