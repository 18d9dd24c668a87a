package live_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lxzan/gws"

	"verbale/internal/live"
)

func TestHostileFrameEndsTheSocketForGood(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 1)
	deep := strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000)
	for name, text := range map[string]string{
		"nothing":            ``,
		"no JSON":            `hello`,
		"no object":          `[1,2]`,
		"null":               `null`,
		"no type":            `{}`,
		"unknown type":       `{"type":"shout"}`,
		"unknown field":      `{"type":"ping","admin":true}`,
		"another's field":    `{"type":"ping","text":"x"}`,
		"wrong type":         `{"type":"typing","conversation":"7"}`,
		"a broken number":    `{"type":"typing","conversation":1.5}`,
		"a huge number":      `{"type":"typing","conversation":9007199254740993}`,
		"beyond 64 bits":     `{"type":"typing","conversation":99999999999999999999}`,
		"a negative number":  `{"type":"mark","conversation":1,"read":-1}`,
		"negative file":      `{"type":"post","ref":1,"conversation":1,"key":"k","text":"x","files":[-4]}`,
		"files too deep":     `{"type":"post","ref":1,"conversation":1,"key":"k","text":"x","files":[[1]]}`,
		"post without ref":   `{"type":"post","conversation":1,"key":"k","text":"x"}`,
		"ref no number":      `{"type":"post","ref":{"a":1},"conversation":1,"key":"k","text":"x"}`,
		"two objects":        `{"type":"ping"}{"type":"ping"}`,
		"very deep":          `{"type":"post","ref":1,"conversation":1,"text":"x","files":` + deep + `}`,
		"deep unknown":       `{"x":` + deep + `}`,
		"cut off":            `{"type":"pi`,
		"invalid UTF-8":      "{\"type\":\"ping\xff\"}",
		"longer than 64 KiB": `{"type":"post","ref":1,"conversation":1,"key":"k","text":"` + strings.Repeat("x", 65_536) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := c.connect(c.people[0])
			s.say(text)
			if code, _ := s.ends(); code != 4101 {
				t.Fatalf("closed with %d", code)
			}
		})
	}
	t.Run("a binary frame", func(t *testing.T) {
		t.Parallel()
		s, _ := c.connect(c.people[0])
		s.conn.WriteMessage(gws.OpcodeBinary, []byte(`{"type":"ping"}`))
		if code, _ := s.ends(); code != 4101 {
			t.Fatalf("closed with %d", code)
		}
	})
}

func TestFloodingClientIsCut(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{FramesPerSecond: 5}).company("acme", 1)
	s, _ := c.connect(c.people[0])
	for range 200 {
		s.say(`{"type":"ping"}`)
	}
	code, before := s.ends()
	if code != 4102 {
		t.Fatalf("closed with %d", code)
	}
	if len(before) > 15 {
		t.Fatalf("%d frames were answered", len(before))
	}
}

func TestOnePersonCannotOpenSocketsWithoutEnd(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{PerPerson: 3}).company("acme", 2)
	for range 3 {
		c.connect(c.people[0])
	}
	s := c.dial(c.people[0])
	go s.conn.ReadLoop()
	if code, _ := s.ends(); code != 4102 {
		t.Fatalf("closed with %d", code)
	}
	c.connect(c.people[1])
}

func TestPingIsAnswered(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 1)
	s, _ := c.connect(c.people[0])
	s.say(` {"type" : "ping"} `)
	s.until("pong")
}

func TestPageOfAnotherSiteCannotConnect(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 1)
	host := strings.TrimPrefix(c.url, "ws://")
	for origin, allowed := range map[string]bool{
		"": true, "http://" + host: true, "https://" + strings.ToUpper(host): true,
		"null": false, "http://evil.example": false, "http://" + host + ".evil.example": false,
		"http://" + strings.Split(host, ":")[0]: false, "file://" + host: false, "%": false,
	} {
		h := http.Header{"Company": {"acme"}, "Person": {"2"}, "Device": {"3"}}
		if origin != "" {
			h.Set("Origin", origin)
		}
		conn, answer, err := gws.NewClient(gws.BuiltinEventHandler{}, &gws.ClientOption{Addr: c.url, RequestHeader: h})
		if (err == nil) != allowed {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			conn.NetConn().Close()
		} else if answer == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q was not answered 403: %v", origin, answer)
		}
	}
}

func TestRequestThatIsNoUpgradeIsToldSo(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 1)
	request, _ := http.NewRequest(http.MethodGet, strings.Replace(c.url, "ws", "http", 1), nil)
	request.Header.Set("Company", "acme")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusUpgradeRequired || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatal(answer.Status)
	}
}

func TestBytesThatAreNoWebSocketEndOneSocketOnly(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	lives, _ := c.connect(c.people[1])
	huge := strings.Repeat("\xff", 8)
	for name, raw := range map[string]string{
		"a length below zero":         "\x81\xff" + huge + "mask",
		"a length of 1 TB":            "\x81\xff\x00\x00\x01\x00\x00\x00\x00\x00mask",
		"not masked":                  "\x81\x02hi",
		"reserved bits":               "\xf1\x80mask",
		"an unknown opcode":           "\x83\x80mask",
		"a long ping":                 "\x89\xfe\x00\xff" + "mask" + strings.Repeat("x", 255),
		"a ping in pieces":            "\x09\x80mask",
		"a continuation of nothing":   "\x80\x80mask",
		"a text begun twice":          "\x01\x80mask\x01\x80mask",
		"a close of one byte":         "\x88\x81mask\x00",
		"a close with half a letter":  "\x88\x83mask\x00\x00\x00",
		"HTTP":                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"pieces of more than 64 KiB":  "\x01\xfe\xff\xffmask" + strings.Repeat("x", 65_535) + "\x00\xfe\xff\xffmask" + strings.Repeat("x", 65_535) + "\x80\xfe\xff\xffmask" + strings.Repeat("x", 65_535),
		"a frame that is over 64 KiB": "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01mask" + strings.Repeat("x", 65_537),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := c.connect(c.people[0])
			s.conn.NetConn().Write([]byte(raw))
			s.ends()
		})
	}
	t.Cleanup(func() {
		lives.say(`{"type":"ping"}`)
		lives.until("pong")
	})
}
