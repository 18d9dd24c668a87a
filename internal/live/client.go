package live

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/lxzan/gws"
	"golang.org/x/time/rate"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/trace"
	"verbale/internal/wire"
)

// client is one socket of one device.
type client struct {
	conn
	hub   *hub
	actor org.Actor
	turn  int64 // which of the seconds between two pings is its own

	// Of the goroutine that reads alone; nil until the first frame, since most
	// sockets are quiet.
	frames, bytes *rate.Limiter
	typed         time.Time
}

// typingEvery is how often somebody's typing is passed on.
const typingEvery = 2 * time.Second

// events turns gws's calls into those of the client, which is the net.Conn
// that gws was given.
type events struct{}

func of(s *gws.Conn) *client { return s.NetConn().(*client) }

// read reads until the connection ends. gws panics on a frame that claims a
// length beyond 63 bits, before any event: what one client sends must not be
// the end of everybody's server.
func (c *client) read(s *gws.Conn) {
	defer func() {
		if p := recover(); p != nil {
			slog.Warn("a socket sent what cannot be read", "panic", fmt.Sprint(p))
			c.cut(closeBadFrame)
			events{}.OnClose(s, nil)
		}
	}()
	s.ReadLoop()
}

func (events) OnOpen(*gws.Conn) {}

func (events) OnClose(s *gws.Conn, _ error) {
	c := of(s)
	c.readerEnded()
	c.hub.leave(c)
}

func (events) OnPing(s *gws.Conn, payload []byte) {
	c := of(s)
	c.listened()
	if c.allowed(len(payload)) {
		s.WritePong(payload)
	}
}

func (events) OnPong(s *gws.Conn, _ []byte) { of(s).listened() }

func (events) OnMessage(s *gws.Conn, m *gws.Message) {
	defer m.Close()
	c := of(s)
	defer c.rescue()
	c.listened()
	if c.isEnding() || !c.allowed(m.Data.Len()) {
		return
	}
	if m.Opcode != gws.OpcodeText {
		c.cut(closeBadFrame)
		return
	}
	f, err := decode(m.Bytes())
	if err != nil {
		c.cut(closeBadFrame)
		return
	}
	c.handle(f)
}

// rescue keeps a fault in one frame from being more than that socket's.
func (c *client) rescue() {
	if p := recover(); p != nil {
		slog.Error("a frame panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		c.cut(closeGoingDown)
	}
}

// allowed holds a client to its rate; one that floods is cut.
func (c *client) allowed(size int) bool {
	if c.frames == nil {
		o := &c.hub.gateway.opts
		c.frames = rate.NewLimiter(o.FramesPerSecond, int(2*o.FramesPerSecond))
		c.bytes = rate.NewLimiter(o.BytesPerSecond, int(4*o.BytesPerSecond))
	}
	now := time.Now()
	if !c.frames.AllowN(now, 1) || !c.bytes.AllowN(now, size) {
		c.flooded()
		return false
	}
	return true
}

// flooded cuts a socket that is too much.
func (c *client) flooded() {
	c.hub.gateway.flooded.Add(1)
	c.cut(closeTooMany)
}

// Command is what one frame of a client came to.
type Command struct {
	Type    string // "post", "mark", "typing" or "ping": decode lets nothing else in
	Took    time.Duration
	Refused string // the code of the refusal, or ""
}

func (c *client) handle(f incoming) {
	done := Command{Type: f.Type}
	began := time.Now()
	switch f.Type {
	case "post":
		done.Refused = c.post(f)
	case "mark":
		c.hub.mark(chat.Mark{Conversation: f.Conversation, Person: c.actor.Person, Delivered: f.Delivered, Read: f.Read})
	case "typing":
		c.typing(f.Conversation)
	case "ping":
		c.tell(pongFrame)
	}
	if observe := c.hub.gateway.opts.Observe; observe != nil {
		done.Took = time.Since(began)
		observe(done)
	}
}

// post writes a message and answers. The socket's next frame is read after the
// durable commit, so what one device sends keeps its order.
func (c *client) post(f incoming) (refused string) {
	if f.broken {
		return c.refuse(f, chat.ErrNotText)
	}
	d := chat.Draft{Key: f.Key, Conversation: f.Conversation, Text: f.Text, ReplyTo: f.ReplyTo, Files: f.Files}
	ctx, span := trace.Start(c.hub.ctx, trace.Server, "socket post")
	p, err := chat.Send(ctx, c.hub.tenant, c.actor, d)
	span.End(err)
	if err != nil {
		return c.refuse(f, err)
	}
	c.tell(encode(postedFrame{"posted", f.Ref, wire.OfPosted(p)}))
	return ""
}

// refuse tells the client why not, and gives the code; a fault of ours is told
// to the log alone.
func (c *client) refuse(f incoming, err error) (code string) {
	p := problem.Of(err)
	if p == nil {
		if c.hub.ctx.Err() == nil {
			slog.Error("a post failed", "company", c.hub.tenant.Name(), "error", err)
		}
		p = problem.New(problem.Unavailable, "internal", "Something went wrong on our side. Try again.")
	}
	c.tell(encode(errorFrame{"error", f.Ref, p.Code, p.Detail}))
	return p.Code
}

// typing tells the other members, on whichever node they are.
func (c *client) typing(conversation int64) {
	if now := time.Now(); now.Sub(c.typed) >= typingEvery {
		c.typed = now
		err := c.hub.tenant.Read(c.hub.ctx, func(tx *store.Tx) error {
			_, err := org.MayIn(tx, c.actor.Person, conversation, org.MessagePost)
			return err
		})
		if err == nil {
			c.hub.signal(signal{Typing: &typing{conversation, c.actor.Person}})
		}
	}
}
