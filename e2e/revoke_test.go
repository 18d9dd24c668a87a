package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const signedOut = 4100 // close code: do not reconnect

// atOnce is how long what was taken away may still work.
const atOnce = time.Second

// settled is a company of its own server with two people in a group.
type settled struct {
	dir    string
	server *server
	c      *company
	anna   *person
	marco  *person
	group  int64
}

func settle(t testing.TB, args ...string) settled {
	t.Helper()
	dir := t.TempDir()
	s, at := start(t, dir, args...)
	c := found(t, dir, "acme", "Acme", "", on(at))
	anna, marco := c.join(t, "Anna Bianchi"), c.join(t, "Marco Rossi")
	return settled{dir, s, c, anna, marco, c.group(t, "Sales", anna, marco)}
}

// closesAtOnce does something and wants a socket closed for good by it.
func closesAtOnce(t *testing.T, s *socket, do func()) {
	t.Helper()
	do()
	began := time.Now()
	if code := s.closed(t); code != signedOut {
		t.Errorf("the socket was closed with %d, not %d", code, signedOut)
	}
	if took := time.Since(began); took > atOnce {
		t.Errorf("the socket lived on for %v", took)
	}
}

func wantSignedOut(t *testing.T, p *person) {
	t.Helper()
	refused(t, p, "GET", "/me", nil, 401, "login.ended")
	refused(t, p, "GET", "/sync?after=0", nil, 401, "login.ended")
	if s, answered, err := p.dial(5 * time.Second); err == nil {
		s.conn.NetConn().Close()
		t.Error("a new socket was opened")
	} else if answered == nil || answered.StatusCode != 401 {
		t.Errorf("a new socket was refused with %v, %v", answered, err)
	}
}

func TestAnEndedDeviceCannotGoOn(t *testing.T) {
	t.Parallel()
	w := settle(t)
	second := w.c.use(t, ask[struct{ URL string }](t, w.anna, "POST", "/links", object{}).URL, "")
	if second.id != w.anna.id || second.device == w.anna.device {
		t.Fatalf("a link of Anna's gave person %d, device %d", second.id, second.device)
	}
	token := ask[struct {
		ID    int64
		Token string
	}](t, w.anna, "POST", "/tokens", object{"name": "script"})
	script := w.c.person(token.Token)

	for name, ending := range map[string]struct {
		whose *person
		by    *person
		path  string
	}{
		"by another device of the same person": {second, w.anna, fmt.Sprintf("/devices/%d", second.device)},
		"a token":                              {script, w.anna, fmt.Sprintf("/devices/%d", token.ID)},
		"by the owner":                         {w.marco, w.c.owner, fmt.Sprintf("/devices/%d", w.marco.device)},
	} {
		s := ending.whose.connect(t)
		closesAtOnce(t, s, func() { ask[struct{}](t, ending.by, "DELETE", ending.path, nil) })
		t.Log(name)
		wantSignedOut(t, ending.whose)
	}

	// Signing oneself out is the same.
	s := w.anna.connect(t)
	closesAtOnce(t, s, func() { ask[struct{}](t, w.anna, "DELETE", "/session", nil) })
	wantSignedOut(t, w.anna)
}

func TestADeactivatedPersonCannotGoOnOnAnyDevice(t *testing.T) {
	t.Parallel()
	w := settle(t)
	second := w.c.use(t, ask[struct{ URL string }](t, w.anna, "POST", "/links", object{}).URL, "")
	first, other, watching := w.anna.connect(t), second.connect(t), w.marco.connect(t)
	unused := ask[struct{ URL string }](t, w.anna, "POST", "/links", object{}).URL

	closesAtOnce(t, first, func() {
		ask[struct{}](t, w.c.owner, "PATCH", fmt.Sprintf("/people/%d", w.anna.id), object{"active": false})
	})
	if code := other.closed(t); code != signedOut {
		t.Errorf("the second device was closed with %d", code)
	}
	wantSignedOut(t, w.anna)
	wantSignedOut(t, second)
	watching.until(t, func(f frame) bool { return f.Kind == "person.changed" })

	_, secret, _ := strings.Cut(unused, "#")
	refused(t, w.c.person(""), "POST", "/joins", object{"secret": secret}, 410, "link.revoked")
	refused(t, w.c.owner, "POST", "/conversations", object{"kind": "direct", "members": []int64{w.anna.id}}, 404, "person.not_found")
}

func TestARemovedMemberLearnsNothingMore(t *testing.T) {
	t.Parallel()
	w := settle(t)
	both := ask[made](t, w.marco, "POST", "/conversations", object{"kind": "direct", "members": []int64{w.anna.id}}).ID
	s := w.anna.connect(t)
	// While she is in it, she is told; the server knows by heart who is.
	before := w.marco.say(t, w.group, "before")
	s.until(t, func(f frame) bool { return f.Seq == before.ID })

	ask[struct{}](t, w.c.owner, "DELETE", fmt.Sprintf("/conversations/%d/members/%d", w.group, w.anna.id), nil)
	s.until(t, func(f frame) bool { return f.Kind == "member.removed" && f.Conversation == w.group })

	// Everything that happens there now stays there. Frames come in order, so
	// the message that Anna may see comes after those that she may not.
	after := w.marco.say(t, w.group, "after")
	ask[struct{}](t, w.marco, "PATCH", fmt.Sprintf("/messages/%d", before.ID), object{"text": "changed"})
	ask[struct{}](t, w.c.owner, "PATCH", fmt.Sprintf("/conversations/%d", w.group), object{"title": "Secret"})
	ask[struct{}](t, w.marco, "DELETE", fmt.Sprintf("/messages/%d", after.ID), nil)
	allowed := w.marco.say(t, both, "to you")
	s.until(t, func(f frame) bool {
		if f.Conversation == w.group {
			t.Errorf("a removed member was told of %s", f.Kind)
		}
		return f.Subject == allowed.ID || f.Seq == allowed.ID
	})

	gone := fmt.Sprintf("/conversations/%d", w.group)
	for _, call := range []struct {
		method, path string
		body         any
		code         string
	}{
		{"GET", gone, nil, "conversation.not_found"},
		{"GET", gone + "/messages", nil, "conversation.not_found"},
		{"GET", gone + "/members", nil, "conversation.not_found"},
		{"GET", gone + "/export", nil, "conversation.not_found"},
		{"POST", gone + "/messages", object{"key": newKey(), "text": "let me in"}, "conversation.not_found"},
		{"POST", gone + "/read", object{"n": 1}, "conversation.not_found"},
		{"POST", gone + "/members", object{"members": []int64{w.anna.id}}, "conversation.not_found"},
		{"GET", fmt.Sprintf("/messages/%d", before.ID), nil, "message.not_found"},
		{"GET", fmt.Sprintf("/entries/%d/receipt", before.ID), nil, "entry.not_found"},
	} {
		refused(t, w.anna, call.method, call.path, call.body, 404, call.code)
	}
	s.write(t, fmt.Sprintf(`{"type":"post","ref":7,"key":%q,"conversation":%d,"text":"let me in"}`, newKey(), w.group))
	if f := s.until(t, func(f frame) bool { return f.Ref == "7" }); f.Type != "error" || f.Code != "conversation.not_found" {
		t.Errorf("a post by the socket: %+v", f)
	}
	synced := ask[struct{ Events []frame }](t, w.anna, "GET", "/sync?after=0", nil)
	for _, e := range synced.Events {
		if e.Conversation == w.group && e.Kind != "member.removed" {
			t.Errorf("the sync still gives %s of the conversation", e.Kind)
		}
	}
}
