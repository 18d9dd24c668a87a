package live_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lxzan/gws"

	"verbale/internal/chat"
	"verbale/internal/live"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// world is a server with companies on it, and the gateway before them.
type world struct {
	t       testing.TB
	server  *store.Server
	gateway *live.Gateway
	url     string
	secure  bool
}

func newWorld(t testing.TB, o live.Options) *world {
	t.Helper()
	server, err := storetest.Open(t, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return (&world{t: t, server: server}).another(o)
}

// newSecureWorld is one that speaks TLS.
func newSecureWorld(t testing.TB, o live.Options) *world {
	w := newWorld(t, o)
	w.secure = true
	return w.another(o)
}

// another is a further gateway before the same server.
func (w *world) another(o live.Options) *world {
	server, t := w.server, w.t
	w = &world{t: t, server: server, gateway: live.New(o), secure: w.secure}
	// The front door knows who asks; here the request says it.
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		number := func(name string) int64 {
			n, _ := strconv.ParseInt(r.Header.Get(name), 10, 64)
			return n
		}
		tenant, err := server.Tenant(r.Context(), r.Header.Get("Company"))
		if err != nil {
			http.Error(rw, "no", http.StatusNotFound)
			return
		}
		w.gateway.Serve(rw, r, tenant, org.Actor{Person: number("Person"), Device: number("Device")})
	}))
	if w.secure {
		web.StartTLS()
	} else {
		web.Start()
	}
	w.url = "ws" + strings.TrimPrefix(web.URL, "http")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		w.gateway.Shutdown(ctx, 0)
		web.Close()
	})
	return w
}

// company is one with people, each with a device.
type company struct {
	*world
	tenant *store.Tenant
	people []org.Actor
}

func (w *world) company(name string, people int) *company {
	w.t.Helper()
	tenant, err := w.server.CreateTenant(context.Background(), name, "")
	if err != nil {
		w.t.Fatal(err)
	}
	c := &company{world: w, tenant: tenant}
	c.write(func(tx *store.Tx) error {
		for i := range people {
			var person int64
			var err error
			if i == 0 {
				person, err = org.Create(tx, name, "Owner", "en")
			} else {
				person, err = org.AddPerson(tx, org.Actor{}, 0, fmt.Sprint("Person ", i), org.Member, "en")
			}
			if err != nil {
				return err
			}
			c.people = append(c.people, org.Actor{Person: person})
		}
		return nil
	})
	for i := range c.people {
		c.people[i].Device = c.device(c.people[i].Person)
	}
	return c
}

func (c *company) write(f func(*store.Tx) error) {
	c.t.Helper()
	if err := c.tenant.Write(context.Background(), f); err != nil {
		c.t.Fatal(err)
	}
}

func (c *company) device(person int64) (id int64) {
	c.write(func(tx *store.Tx) (err error) {
		id, _, err = login.AddDevice(tx, org.Actor{Person: person}, person, login.Browser, "test")
		return err
	})
	return id
}

func (c *company) group(people ...org.Actor) (id int64) {
	c.write(func(tx *store.Tx) (err error) {
		var others []int64
		for _, p := range people[1:] {
			others = append(others, p.Person)
		}
		id, err = chat.Create(tx, people[0], "group", "Group", others)
		return err
	})
	return id
}

func (c *company) post(by org.Actor, conversation int64, text string) (p chat.Posted) {
	c.write(func(tx *store.Tx) (err error) {
		p, err = chat.Post(tx, by, chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: text})
		return err
	})
	return p
}

// socket is a client's end. Frames come in order on frames, which is closed
// with the connection; closed then has the close code.
type socket struct {
	gws.BuiltinEventHandler
	t      testing.TB
	conn   *gws.Conn
	frames chan got
	closed uint16
}

type got struct {
	Type         string
	Ref          int64
	Seq          int64
	Kind         string
	ID           int64
	N            int64
	Code         string
	Conversation int64
	Person       int64
	Online       json.RawMessage
	Marks        []chat.Mark
	Data         struct {
		Message struct {
			Text    string
			Damaged bool
		}
		Person json.RawMessage
		Marks  []chat.Mark
	}
	raw string
}

func (s *socket) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	g := got{raw: string(m.Bytes())}
	if err := json.Unmarshal(m.Bytes(), &g); err != nil {
		s.t.Errorf("the server sent %q: %v", m.Bytes(), err)
	}
	s.frames <- g
}

func (s *socket) OnClose(_ *gws.Conn, err error) {
	if e, ok := errors.AsType[*gws.CloseError](err); ok {
		s.closed = e.Code
	}
	close(s.frames)
}

// dial connects a device; nothing is read before listen.
func (c *company) dial(a org.Actor) *socket {
	c.t.Helper()
	s := &socket{t: c.t, frames: make(chan got, 100_000)}
	h := http.Header{"Company": {c.tenant.Name()}, "Person": {fmt.Sprint(a.Person)}, "Device": {fmt.Sprint(a.Device)}}
	conn, _, err := gws.NewClient(s, &gws.ClientOption{Addr: c.url, RequestHeader: h, TlsConfig: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		c.t.Fatal(err)
	}
	s.conn = conn
	c.t.Cleanup(func() { conn.NetConn().Close() })
	return s
}

// connect dials, listens and waits for the first frame.
func (c *company) connect(a org.Actor) (s *socket, ready got) {
	c.t.Helper()
	s = c.dial(a)
	go s.conn.ReadLoop()
	if ready = s.next(); ready.Type != "ready" {
		c.t.Fatalf("the first frame is %s", ready.raw)
	}
	return s, ready
}

const patience = 20 * time.Second

func (s *socket) next() got {
	s.t.Helper()
	select {
	case g, ok := <-s.frames:
		if !ok {
			s.t.Fatalf("the socket was closed with %d", s.closed)
		}
		return g
	case <-time.After(patience):
		s.t.Fatal("no frame came")
	}
	return got{}
}

// until reads frames up to the first of that kind or type.
func (s *socket) until(what string) got {
	s.t.Helper()
	for {
		if g := s.next(); g.Kind == what || g.Type == what {
			return g
		}
	}
}

// ends reads up to the end and gives the close code, and what came before.
func (s *socket) ends() (code uint16, before []got) {
	s.t.Helper()
	for {
		select {
		case g, ok := <-s.frames:
			if !ok {
				return s.closed, before
			}
			before = append(before, g)
		case <-time.After(patience):
			s.t.Fatal("the socket was not closed")
		}
	}
}

func (s *socket) say(text string) { s.conn.WriteMessage(gws.OpcodeText, []byte(text)) }

func (s *socket) post(ref int, conversation int64, text string) {
	encoded, _ := json.Marshal(map[string]any{"type": "post", "ref": ref, "key": uuid.NewString(), "conversation": conversation, "text": text})
	s.say(string(encoded))
}
