package e2e

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

const (
	badFrame = 4101
	tooMany  = 4102
)

// TestNoBadFrameIsTakenWrittenOrRepeated sends frames that are none. Each ends
// its socket with the code that says not to come back with the same.
func TestNoBadFrameIsTakenWrittenOrRepeated(t *testing.T) {
	t.Parallel()
	w := settle(t)
	before := ask[me](t, w.anna, "GET", "/me", nil).Seq
	post := func(rest string) string {
		return fmt.Sprintf(`{"type":"post","ref":1,"key":%q,"conversation":%d,"text":"%s"%s}`, newKey(), w.group, canary, rest)
	}
	for what, bad := range map[string]string{
		"nothing":                 "",
		"no JSON":                 canary,
		"a list":                  `[]`,
		"null":                    `null`,
		"half":                    `{"type":"ping"`,
		"two":                     `{"type":"ping"}{"type":"ping"}`,
		"no type":                 `{}`,
		"another type":            `{"type":"` + canary + `"}`,
		"the server's type":       `{"type":"event","seq":1}`,
		"an unknown field":        post(`,"author":1`),
		"a tenant":                post(`,"tenant":"beta"`),
		"another time":            post(`,"time":"2020-01-01T00:00:00Z"`),
		"a deep one":              `{"type":"ping","x":` + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000) + `}`,
		"100,000 levels":          strings.Repeat("[", 100_000),
		"a long list":             post(`,"files":[1` + strings.Repeat(",1", 40_000) + `]`),
		"a string for a number":   fmt.Sprintf(`{"type":"typing","conversation":"%d"}`, w.group),
		"a negative conversation": `{"type":"typing","conversation":-1}`,
		"a broken number":         `{"type":"mark","conversation":1.5,"read":1}`,
		"a number beyond all":     `{"type":"mark","conversation":1e999,"read":1}`,
		"a mark beyond 2^53":      fmt.Sprintf(`{"type":"mark","conversation":%d,"read":9007199254740993}`, w.group),
		"a post without a ref":    fmt.Sprintf(`{"type":"post","key":%q,"conversation":%d,"text":"x"}`, newKey(), w.group),
		"a ping with a text":      `{"type":"ping","text":"` + canary + `"}`,
		"a long frame":            post(`,"reply_to":0` + strings.Repeat(" ", 64<<10)),
		"NaN":                     `{"type":"mark","conversation":NaN}`,
	} {
		s := w.anna.connect(t)
		s.write(t, bad)
		wantClosed(t, what, s, badFrame)
	}
	for what, send := range map[string]func(s *socket) error{
		"a binary frame": func(s *socket) error { return s.conn.WriteMessage(gws.OpcodeBinary, []byte(post(""))) },
		"invalid UTF-8": func(s *socket) error {
			return s.conn.WriteMessage(gws.OpcodeText, []byte(strings.ReplaceAll(post(""), canary, "\xff\xfe")))
		},
	} {
		s := w.anna.connect(t)
		if err := send(s); err != nil {
			t.Fatal(err)
		}
		wantClosed(t, what, s, badFrame)
	}

	// What breaks the WebSocket protocol itself ends the connection, too.
	for what, bytes := range map[string][]byte{
		"a frame that says 8 exabytes": append(binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<63-1), 1, 2, 3, 4),
		"a frame longer than that":     append(binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<64-1), 1, 2, 3, 4),
		"a frame that is not masked":   {0x81, 2, '{', '}'},
		"a reserved opcode":            {0x83, 0x80, 0, 0, 0, 0},
		"a reserved bit":               {0xf1, 0x80, 0, 0, 0, 0},
		"a ping that is too long":      append([]byte{0x89, 0xfe, 0, 200, 0, 0, 0, 0}, make([]byte, 200)...),
		"a close frame of one byte":    {0x88, 0x81, 0, 0, 0, 0, 1},
		"a continuation of nothing":    {0x80, 0x80, 0, 0, 0, 0},
	} {
		s := w.anna.connect(t)
		if _, err := s.conn.NetConn().Write(bytes); err != nil {
			t.Fatal(err)
		}
		if code := s.closed(t); code == 1000 {
			t.Errorf("%s: the socket was closed as if all were well", what)
		}
		select {
		case <-w.server.ended:
			t.Fatalf("%s: the server is no more:\n%.3000s", what, w.server.log)
		case <-time.After(20 * time.Millisecond):
		}
	}

	// A post that has the right form and cannot be is answered, and the socket
	// lives on.
	s := w.anna.connect(t)
	ref := 0
	for code, text := range map[string]string{
		"message.empty": "", "message.too_long": canary + strings.Repeat("x", 20_001), "message.not_text": canary + `\u0001`,
	} {
		ref++
		s.write(t, fmt.Sprintf(`{"type":"post","ref":%d,"key":%q,"conversation":%d,"text":"%s"}`, ref, newKey(), w.group, text))
		wantError(t, s, ref, code)
	}
	for code, frame := range map[string]string{
		"message.not_text":       fmt.Sprintf(`{"type":"post","ref":%%d,"key":%q,"conversation":%d,"text":"%s\ud83d"}`, newKey(), w.group, canary),
		"message.bad_key":        fmt.Sprintf(`{"type":"post","ref":%%d,"key":%q,"conversation":%d,"text":"x"}`, canary, w.group),
		"conversation.not_found": fmt.Sprintf(`{"type":"post","ref":%%d,"key":%q,"conversation":%d,"text":"x"}`, newKey(), 999_999),
		"message.bad_reply":      fmt.Sprintf(`{"type":"post","ref":%%d,"key":%q,"conversation":%d,"text":"x","reply_to":1}`, newKey(), w.group),
		"file.not_found":         fmt.Sprintf(`{"type":"post","ref":%%d,"key":%q,"conversation":%d,"text":"x","files":[1]}`, newKey(), w.group),
	} {
		ref++
		s.write(t, fmt.Sprintf(frame, ref))
		wantError(t, s, ref, code)
	}
	s.write(t, fmt.Sprintf(`{"type":"mark","conversation":%d,"read":4000}`, w.group)) // further than it goes
	s.write(t, `{"type":"mark","conversation":999999,"read":1}`)
	s.write(t, `{"type":"ping"}`)
	s.until(t, func(f frame) bool { return f.Type == "pong" })
	if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before {
		t.Errorf("%d entries were written", after-before)
	}
	for _, m := range ask[struct {
		Members []struct{ ReadN int64 }
	}](t, w.anna, "GET", fmt.Sprintf("/conversations/%d/members", w.group), nil).Members {
		if m.ReadN != 0 {
			t.Errorf("a mark went beyond the last message: %d", m.ReadN)
		}
	}
	if holds(w.server.log.String(), canary) != "" {
		t.Errorf("the log repeats what was sent: %.300s", around(w.server.log.String(), canary))
	}
}

func wantClosed(t *testing.T, what string, s *socket, code uint16) {
	t.Helper()
	for {
		data, ok := s.raw(t)
		if !ok {
			break
		}
		if holds(string(data), canary) != "" {
			t.Errorf("%s comes back: %.300s", what, data)
		}
	}
	if s.code != code {
		t.Errorf("%s: the socket was closed with %d, not %d", what, s.code, code)
	}
}

func wantError(t *testing.T, s *socket, ref int, code string) {
	t.Helper()
	for {
		data, ok := s.raw(t)
		if !ok {
			t.Fatalf("%s: the socket was closed with %d", code, s.code)
		}
		if holds(string(data), canary) != "" {
			t.Errorf("what was sent comes back: %.300s", data)
		}
		var f frame
		if json.Unmarshal(data, &f) == nil && f.Ref == json.Number(fmt.Sprint(ref)) {
			if f.Type != "error" || f.Code != code {
				t.Errorf("want %s, got %s", code, data)
			}
			return
		}
	}
}

func TestAFloodOfFramesIsCut(t *testing.T) {
	t.Parallel()
	w := settle(t)
	for what, frame := range map[string]string{"pings": `{"type":"ping"}`, "typing": fmt.Sprintf(`{"type":"typing","conversation":%d}`, w.group)} {
		s := w.anna.connect(t)
		for range 20_000 {
			if s.conn.WriteString(frame) != nil {
				break
			}
		}
		if code := s.closed(t); code != tooMany && code != 0 { // what still comes in may reset the line
			t.Errorf("a flood of %s was closed with %d", what, code)
		}
	}
	if a := w.marco.call(t, "GET", "/me", nil); a.status != 200 {
		t.Errorf("somebody else: %v", a)
	}
}

// TestAPageOfAnotherSiteOpensNoSocketAndChangesNothing is what a browser sends
// that shows somebody else's page, with our cookie.
func TestAPageOfAnotherSiteOpensNoSocketAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := settle(t)
	before := ask[me](t, w.anna, "GET", "/me", nil).Seq
	for _, origin := range []string{"https://evil.example", "http://verbale.test.evil.example", "null", "http://verbale.test:1", "file://", canary} {
		header := http.Header{"Host": {"verbale.test"}, "Origin": {origin}, "Cookie": {"verbale=" + w.anna.token}}
		s := &socket{frames: make(chan []byte, 64)}
		conn, refusal, err := gws.NewClient(socketEvents{s: s}, &gws.ClientOption{Addr: "ws://" + w.anna.where() + prefix + "/live", RequestHeader: header, HandshakeTimeout: 5 * time.Second})
		if err == nil {
			conn.NetConn().Close()
			t.Errorf("a page of %q opened a socket", origin)
		} else if refusal == nil || refusal.StatusCode != 403 {
			t.Errorf("a page of %q was refused with %v, %v", origin, refusal, err)
		}
		r, _ := http.NewRequest("POST", "http://verbale.test"+prefix+fmt.Sprintf("/conversations/%d/messages", w.group),
			strings.NewReader(fmt.Sprintf(`{"key":%q,"text":"forged"}`, newKey())))
		r.Header = http.Header{"Origin": {origin}, "Cookie": {"verbale=" + w.anna.token}, "Content-Type": {"application/json"}}
		got, err := w.anna.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != 403 {
			t.Errorf("a page of %q posted: status %d", origin, got.StatusCode)
		}
	}
	if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before {
		t.Errorf("%d entries were written", after-before)
	}
}
