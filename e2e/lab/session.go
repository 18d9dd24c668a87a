package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"verbale/e2e/history"
)

// session is one connection of a client, from its first frame to its end.
type session struct {
	gws.BuiltinEventHandler
	number int64
	conn   *gws.Conn
	frames chan []byte
	closed chan struct{}
}

var sessions atomic.Int64

func (s *session) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	select {
	case s.frames <- append([]byte(nil), m.Bytes()...):
	case <-s.closed:
	}
}

func (s *session) OnPing(conn *gws.Conn, payload []byte) { conn.WritePong(payload) }

func (s *session) send(frame any) bool {
	text, err := json.Marshal(frame)
	return err == nil && s.conn.WriteMessage(gws.OpcodeText, text) == nil
}

// frame is any frame from the server that matters here.
type frame struct {
	Type string
	Ref  int64
	Code string
	Seq  int64
	ID   int64
	N    int64
	Kind string
	Data struct {
		Message *struct {
			ID, N, Conversation, Author int64
			Text                        string
		}
	}
}

// A client asks for a sign of life so often, and gives the line up when none
// has come for so long: a node that is paused or cut off closes nothing.
const (
	askAfter = 2 * time.Second
	deadIn   = 6 * time.Second
)

// Live keeps the client connected until ctx ends.
func (c *Client) Live(ctx context.Context) {
	for wait := newWait(); ctx.Err() == nil; {
		at := c.node()
		if c.connect(ctx, at) {
			wait = newWait()
			continue
		}
		c.elsewhere(at)
		wait.wait(ctx)
	}
}

// connect lives through one connection; false says that it came to nothing.
func (c *Client) connect(ctx context.Context, at *Node) (lived bool) {
	s := &session{number: sessions.Add(1), frames: make(chan []byte, 64), closed: make(chan struct{})}
	header := http.Header{}
	c.identify(header)
	conn, _, err := gws.NewClient(s, &gws.ClientOption{
		Addr: "ws" + at.URL[len("http"):] + "/api/v1/live", RequestHeader: header, HandshakeTimeout: patience,
	})
	if err != nil {
		return false
	}
	s.conn = conn
	ended := make(chan struct{})
	go func() { conn.ReadLoop(); close(ended) }()
	defer func() {
		c.mu.Lock()
		c.line = nil
		c.mu.Unlock()
		close(s.closed)
		conn.NetConn().Close()
		<-ended
	}()

	ask := time.NewTicker(askAfter)
	defer ask.Stop()
	for heard := time.Now(); ; {
		select {
		case <-ctx.Done():
			return lived
		case <-ended:
			return lived
		case <-ask.C:
			if time.Since(heard) > deadIn || !s.send(map[string]string{"type": "ping"}) {
				return lived
			}
		case text := <-s.frames:
			heard = time.Now()
			var f frame
			if err := json.Unmarshal(text, &f); err != nil {
				c.fault("a frame is not JSON: %v", err)
				return lived
			}
			if f.Type == "ready" {
				if !c.catchUp(ctx, at, s) {
					return false
				}
				c.mu.Lock()
				c.line, c.caught, lived = s, time.Now(), true
				c.mu.Unlock()
				heard = time.Now()
				continue
			}
			c.take(s, f)
		}
	}
}

// catchUp asks for what came after the cursor.
func (c *Client) catchUp(ctx context.Context, at *Node, s *session) bool {
	for {
		c.mu.Lock()
		after := c.cursor
		c.mu.Unlock()
		var page struct {
			Events []frame
			Seq    int64
			More   bool
		}
		if _, _, err := c.call(ctx, at, "GET", fmt.Sprintf("/sync?limit=200&after=%d", after), nil, &page); err != nil {
			return false
		}
		c.shown(s, page.Events...)
		c.mu.Lock()
		c.cursor = max(c.cursor, page.Seq)
		c.mu.Unlock()
		if !page.More {
			return true
		}
	}
}

// take deals with a frame.
func (c *Client) take(s *session, f frame) {
	c.mu.Lock()
	cursor, waiting := c.cursor, c.refs[f.Ref]
	c.mu.Unlock()
	switch {
	case f.Type == "event" && f.Seq > cursor:
		c.shown(s, f)
		c.mu.Lock()
		c.cursor = f.Seq
		c.mu.Unlock()
	case f.Type == "posted" && waiting != nil:
		waiting <- outcome{op: history.Acked, id: f.ID, n: f.N}
	case f.Type == "error" && waiting != nil && passing(f.Code):
		waiting <- outcome{op: history.Unknown}
	case f.Type == "error" && waiting != nil:
		waiting <- outcome{op: history.Refused, why: f.Code}
	}
}

// shown records the messages among events.
func (c *Client) shown(s *session, events ...frame) {
	for _, f := range events {
		m := f.Data.Message
		if f.Kind != "message.posted" || m == nil {
			continue
		}
		c.record.Add(history.Record{Op: history.Seen, Time: time.Now().UnixMicro(), Client: c.Name, Session: s.number, Conversation: m.Conversation,
			Messages: []history.Message{{ID: m.ID, N: m.N, Author: m.Author, Text: history.Hash(m.Text)}}})
		c.mu.Lock()
		c.has[m.Conversation] = max(c.has[m.Conversation], m.N)
		c.mu.Unlock()
	}
}
