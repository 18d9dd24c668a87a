package e2e

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

// socket is one connection to the live address. Its frames come in order; the
// channel is closed when the connection is.
type socket struct {
	conn   *gws.Conn
	frames chan []byte
	code   uint16 // why it was closed; to be read when frames is closed
}

// frame is any frame from the server.
type frame struct {
	Type         string
	Ref          json.Number
	Seq          int64
	Kind         string
	Conversation int64
	Subject      int64
	Actor        int64
	ID, N        int64
	Code         string
	Person       int64
	Data         struct {
		Message *message
	}
}

type socketEvents struct {
	gws.BuiltinEventHandler
	s *socket
}

func (e socketEvents) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	e.s.frames <- append([]byte(nil), m.Bytes()...)
}

func (e socketEvents) OnPing(c *gws.Conn, payload []byte) { c.WritePong(payload) }

func (e socketEvents) OnClose(_ *gws.Conn, err error) {
	var closed *gws.CloseError
	if errors.As(err, &closed) {
		e.s.code = closed.Code
	}
	close(e.s.frames)
}

// dial opens a socket; the answer tells of a refusal.
func (p *person) dial(patience time.Duration) (*socket, *http.Response, error) {
	s := &socket{frames: make(chan []byte, 1<<16)}
	header := http.Header{}
	if p.host != "" {
		header.Set("Host", p.host)
	}
	p.identify(header)
	conn, refusal, err := gws.NewClient(socketEvents{s: s}, &gws.ClientOption{
		Addr: "ws://" + p.where() + prefix + "/live", RequestHeader: header, HandshakeTimeout: patience,
	})
	if err != nil {
		return nil, refusal, err
	}
	s.conn = conn
	go conn.ReadLoop()
	return s, nil, nil
}

// connect opens a socket that has to open, and takes its first frame.
func (p *person) connect(t testing.TB) *socket {
	t.Helper()
	s, _, err := p.dial(10 * time.Second)
	if err != nil {
		t.Fatalf("no socket: %v", err)
	}
	t.Cleanup(func() { s.conn.NetConn().Close() })
	if f := s.next(t); f.Type != "ready" {
		t.Fatalf("the first frame is %q", f.Type)
	}
	return s
}

// write sends a frame as it is.
func (s *socket) write(t testing.TB, frame string) {
	t.Helper()
	if err := s.conn.WriteString(frame); err != nil {
		t.Fatalf("writing a frame: %v", err)
	}
}

// raw gives the next frame's bytes; ok is false when the socket was closed.
func (s *socket) raw(t testing.TB) (data []byte, ok bool) {
	t.Helper()
	select {
	case data, ok = <-s.frames:
		return data, ok
	case <-time.After(10 * time.Second):
		t.Fatal("no frame in ten seconds")
		return nil, false
	}
}

// next gives the next frame, which has to come.
func (s *socket) next(t testing.TB) (f frame) {
	t.Helper()
	data, ok := s.raw(t)
	if !ok {
		t.Fatalf("the socket was closed with %d", s.code)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatalf("%v in the frame %s", err, data)
	}
	return f
}

// until skips frames up to one that is wanted, and gives it.
func (s *socket) until(t testing.TB, wanted func(frame) bool) frame {
	t.Helper()
	for {
		if f := s.next(t); wanted(f) {
			return f
		}
	}
}

// closed waits for the server to close the socket and gives the close code.
func (s *socket) closed(t testing.TB) uint16 {
	t.Helper()
	for {
		if _, ok := s.raw(t); !ok {
			return s.code
		}
	}
}
