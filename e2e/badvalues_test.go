package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"verbale/internal/store/storetest"
)

// TestNoBadValueIsTakenWrittenOrRepeated sends what has the right form and
// cannot be: texts, names, keys, numbers, paths and questions.
func TestNoBadValueIsTakenWrittenOrRepeated(t *testing.T) {
	t.Parallel()
	w := settle(t)
	m := w.anna.say(t, w.group, "good")
	group, messages := fmt.Sprintf("/conversations/%d", w.group), fmt.Sprintf("/conversations/%d/messages", w.group)
	other := ask[made](t, w.anna, "POST", "/conversations", object{"kind": "direct", "members": []int64{w.marco.id}}).ID
	elsewhere := w.anna.say(t, other, "elsewhere")
	marksEntered(t, w.anna, w.group, other)
	text := func(s string) object { return object{"key": newKey(), "text": s} }
	long := func(n int) string { return canary + strings.Repeat("x", n-len(canary)) }
	type attempt struct {
		method, path string
		body         any
		code         string
	}
	attempts := []attempt{
		{"POST", messages, text(""), "message.empty"},
		{"POST", messages, text(" \n\t\u00a0\u200b\u2060\ufeff"), "message.empty"},
		{"POST", messages, text(long(20_001)), "message.too_long"},
		{"POST", messages, text(strings.Repeat("\U0001F600", 15_001)), "message.too_long"},
		{"POST", messages, text(long(250_000)), "message.too_long"},
		{"POST", messages, text(long(300_000)), "request.too_large"},
		{"POST", messages, text(canary + "\x01"), "message.not_text"},
		{"POST", messages, text(canary + "\x7f"), "message.not_text"},
		{"POST", messages, object{"key": canary, "text": "x"}, "message.bad_key"},
		{"POST", messages, object{"key": "", "text": "x"}, "message.bad_key"},
		{"POST", messages, object{"key": "{" + newKey() + "}", "text": "x"}, "message.bad_key"},
		{"POST", messages, object{"key": strings.ReplaceAll(newKey(), "-", ""), "text": "x"}, "message.bad_key"},
		{"POST", messages, object{"key": newKey(), "text": "x", "reply_to": elsewhere.ID}, "message.bad_reply"},
		{"POST", messages, object{"key": newKey(), "text": "x", "reply_to": 999_999}, "message.bad_reply"},
		{"POST", messages, object{"key": newKey(), "text": "x", "files": []int64{999_999}}, "file.not_found"},
		{"POST", messages, object{"key": newKey(), "text": "x", "files": make([]int64, 21)}, ""},
		{"PATCH", fmt.Sprintf("/messages/%d", m.ID), object{"text": ""}, "message.empty"},
		{"PATCH", fmt.Sprintf("/messages/%d", m.ID), object{"text": long(20_001)}, "message.too_long"},

		{"POST", "/conversations", object{"kind": "group", "title": "", "members": []int64{}}, "name.invalid"},
		{"POST", "/conversations", object{"kind": "group", "title": long(101), "members": []int64{}}, "name.invalid"},
		{"POST", "/conversations", object{"kind": "group", "title": canary + "\u202egnp", "members": []int64{}}, "name.invalid"},
		{"POST", "/conversations", object{"kind": "group", "title": canary + "\nx", "members": []int64{}}, ""},
		{"POST", "/conversations", object{"kind": "group", "title": "x", "members": []int64{0}}, "person.not_found"},
		{"POST", "/conversations", object{"kind": "group", "title": "x", "members": make([]int64, 1001)}, ""},
		{"POST", "/conversations", object{"kind": "direct", "members": []int64{}}, "conversation.direct_members"},
		{"POST", "/conversations", object{"kind": "direct", "members": []int64{w.anna.id}}, "conversation.direct_members"},
		{"POST", "/conversations", object{"kind": "direct", "members": []int64{w.marco.id, w.c.owner.id}}, "conversation.direct_members"},
		{"POST", fmt.Sprintf("/conversations/%d/members", other), object{"members": []int64{w.c.owner.id}}, ""},
		{"POST", group + "/read", object{"n": 0}, ""},
		{"POST", group + "/read", object{"n": -5}, ""},
		{"POST", group + "/members", object{"members": []int64{w.c.owner.id}}, "permission.conversation.members"},
		{"PATCH", group, object{"title": "mine"}, "permission.conversation.rename"},
		{"PATCH", fmt.Sprintf("%s/members/%d", group, w.anna.id), object{"role": "admin"}, "permission.conversation.roles"},
		{"DELETE", fmt.Sprintf("%s/members/%d", group, w.c.owner.id), nil, "permission.conversation.members"},

		{"PATCH", "/me", object{"name": " "}, "name.invalid"},
		{"PATCH", "/me", object{"name": long(101)}, "name.invalid"},
		{"PATCH", "/me", object{"language": "xx"}, ""},
		{"PATCH", "/me", object{"role": "owner"}, ""},
		{"PATCH", fmt.Sprintf("/people/%d", w.anna.id), object{"role": "owner"}, "permission.people.manage"},
		{"PATCH", fmt.Sprintf("/people/%d", w.c.owner.id), object{"active": false}, "permission.people.manage"},
		{"POST", "/tokens", object{"name": "x", "person": w.c.owner.id}, "request.invalid"},
		{"POST", "/tokens", object{"name": ""}, "name.invalid"},
		{"POST", "/invites", object{"uses": 1}, "permission.people.invite"},
		{"DELETE", fmt.Sprintf("/devices/%d", w.marco.device), nil, "device.not_found"},
		{"PUT", "/me/password", object{"login": canary, "password": "short"}, "password.weak"},
		{"PUT", "/me/password", object{"login": canary, "password": strings.Repeat("a", 30)}, "password.weak"},
		{"PUT", "/me/password", object{"login": canary, "password": long(1025)}, "password.too_long"},
		{"PUT", "/me/password", object{"login": canary, "password": long(100_000)}, ""},
		{"PUT", "/me/password", object{"login": "a b", "password": long(20)}, "login.invalid"},
	}
	for _, id := range []string{"0", "-1", "01x", canary, "1.5", "99999999999999999999999", "9007199254740993", "1e3", "%00", "%2e%2e%2fme", "1%0d%0aX-Injected:%20yes", "٣"} {
		for _, path := range []string{"/conversations/%s", "/conversations/%s/messages", "/conversations/%s/export", "/messages/%s", "/files/%s", "/entries/%s/receipt", "/imports/%s"} {
			attempts = append(attempts, attempt{"GET", fmt.Sprintf(path, id), nil, ""})
		}
		attempts = append(attempts, attempt{"DELETE", "/messages/" + id, nil, ""}, attempt{"PATCH", "/messages/" + id, object{"text": canary}, ""})
	}
	for _, q := range []string{
		"/messages?limit=0", "/messages?limit=-1", "/messages?limit=" + canary, "/messages?after=-1", "/messages?before=-1",
		"/messages?after=1&before=2", "/messages?after=1e9", "/messages?after=99999999999999999999999", "/messages?after=%00",
	} {
		attempts = append(attempts, attempt{"GET", group + q, nil, ""})
	}
	for _, q := range []string{
		"/sync?after=-1", "/sync?after=" + canary, "/sync?limit=0", "/sync?limit=1000000",
		"/search?limit=0", "/search?q=" + long(1001), "/search?q=x&cursor=" + canary, "/search?q=x&before=" + canary, "/search?q=x&in=" + long(101),
		"/nothing/" + canary, "/" + canary, "/register/tile/" + canary, "/register/tile/0/..%2f..%2fkey", "/register/tile/0/0", "/register/tile/entries/000.p/0",
		"/register/tile/8/000", "/register/tile/0/x9999999999/000",
	} {
		attempts = append(attempts, attempt{"GET", q, nil, ""})
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", canary} {
		attempts = append(attempts, attempt{method, "/people", nil, ""})
	}

	before := ask[me](t, w.anna, "GET", "/me", nil).Seq
	for _, try := range attempts {
		a := w.anna.call(t, try.method, try.path, try.body)
		what := fmt.Sprintf("%s %.80s %.80v", try.method, try.path, try.body)
		refusal(t, what, a)
		if try.code != "" && a.code() != try.code {
			t.Errorf("%s: want %s, got %v", what, try.code, a)
		}
	}
	if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before {
		t.Errorf("%d entries were written", after-before)
	}

	// The longest that is allowed is taken.
	ask[posted](t, w.anna, "POST", messages, text(strings.Repeat("x", 20_000)))
	ask[posted](t, w.anna, "POST", messages, text(strings.Repeat("\U0001F600", 15_000)))
	// The same key elsewhere is not another message.
	key := newKey()
	ask[posted](t, w.anna, "POST", messages, object{"key": key, "text": "once"})
	refused(t, w.anna, "POST", fmt.Sprintf("/conversations/%d/messages", other), object{"key": key, "text": "once"}, 409, "message.key_reused")
	if holds(w.server.log.String(), canary) != "" {
		t.Errorf("the log repeats what was sent: %.300s", around(w.server.log.String(), canary))
	}
}

func TestNoFileIsTakenThatIsNone(t *testing.T) {
	t.Parallel()
	w := settle(t)
	before := ask[me](t, w.anna, "GET", "/me", nil).Seq
	up := func(path string, body []byte) answer {
		a, err := w.anna.send(context.Background(), "POST", prefix+path, "application/octet-stream", bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return a
	}
	for path, content := range map[string]string{
		"/files?name=empty":              "",
		"/imports?name=empty.txt":        "",
		"/imports?name=no.txt":           canary + " is no export",
		"/imports?name=cut.zip":          "PK\x03\x04" + canary,
		"/imports?name=binary.txt":       canary + strings.Repeat("\x00\xff", 1000),
		"/imports?name=../../etc/passwd": "root:x:0:0:" + canary,
		"/imports?name=picture.png":      "\x89PNG\r\n\x1a\n" + canary,
		"/imports?name=long.txt":         canary + strings.Repeat("a", 5<<20),
	} {
		refusal(t, path, up(path, []byte(content)))
	}
	if a := up("/files?name=big", make([]byte, 100<<20+1)); a.status != 413 || a.code() != "file.too_large" {
		t.Errorf("a file of 100 MB and a byte: %v", a)
	}
	if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before {
		t.Errorf("%d entries were written", after-before)
	}
	// Whatever its name says, a file comes back as what cannot run.
	for _, name := range []string{"../../../x.html", `..\..\x.svg`, "a\r\nX-Injected: yes", "%00", strings.Repeat("n", 5000), "page.html", "<script>alert(1)</script>"} {
		page := "<html><script>alert('" + canary + "')</script></html>"
		f := decoded[struct {
			ID   int64
			Name string
		}](t, up("/files?name="+escape(name), []byte(page)))
		if strings.ContainsAny(f.Name, "/\\\r\n\x00") || len(f.Name) > 400 {
			t.Errorf("%q became the name %q", name, f.Name)
		}
		got := w.anna.call(t, "GET", fmt.Sprintf("/files/%d", f.ID), nil)
		h := got.header
		if string(got.body) != page || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Injected") != "" {
			t.Errorf("%q comes back as %v", name, h)
		}
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// TestNoLinkWorksThatShouldNot tries links that were used, revoked, made up or
// have expired.
func TestNoLinkWorksThatShouldNot(t *testing.T) {
	t.Parallel()
	w := settle(t, "--limits-address", "1000")
	invite := func(uses int) (id int64, secret string) {
		made := ask[struct {
			ID  int64
			URL string
		}](t, w.c.owner, "POST", "/invites", object{"uses": uses, "expires_in": 3600})
		return made.ID, secretOf(made.URL)
	}
	nobody := w.c.person("")
	join := func(secret string) answer {
		return nobody.call(t, "POST", "/joins", object{"secret": secret, "name": "Somebody"})
	}
	want := func(what, secret string, status int, code string) {
		t.Helper()
		before := ask[me](t, w.anna, "GET", "/me", nil).Seq
		if a := join(secret); a.status != status || a.code() != code {
			t.Errorf("%s: %v", what, a)
		}
		if a := nobody.call(t, "POST", "/joins/look", object{"secret": secret}); a.status != status || a.code() != code {
			t.Errorf("looking at %s: %v", what, a)
		}
		if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before {
			t.Errorf("%s: %d entries were written", what, after-before)
		}
	}

	_, once := invite(1)
	if a := join(once); a.status != 200 {
		t.Fatalf("a good invite: %v", a)
	}
	want("an invite that was used", once, 410, "link.used")

	// Many at once: an invite for three lets three in.
	_, three := invite(3)
	var in, out atomic.Int64
	done := make(chan struct{})
	for range 12 {
		go func() {
			defer func() { done <- struct{}{} }()
			a, err := nobody.try(context.Background(), "POST", "/joins", object{"secret": three, "name": "Somebody"})
			switch {
			case err == nil && a.status == 200:
				in.Add(1)
			case err == nil && a.code() == "link.used":
				out.Add(1)
			default:
				t.Errorf("joining at once: %v %v", a, err)
			}
		}()
	}
	for range 12 {
		<-done
	}
	if in.Load() != 3 || out.Load() != 9 {
		t.Errorf("an invite for three let %d in and kept %d out", in.Load(), out.Load())
	}

	id, withdrawn := invite(0)
	ask[struct{}](t, w.c.owner, "DELETE", fmt.Sprintf("/invites/%d", id), nil)
	want("an invite that was withdrawn", withdrawn, 410, "link.revoked")
	refused(t, w.c.owner, "DELETE", fmt.Sprintf("/invites/%d", id), nil, 404, "invite.not_found")

	device := secretOf(ask[struct{ URL string }](t, w.anna, "POST", "/links", nil).URL)
	if a := join(device); a.status != 200 {
		t.Fatalf("a good link: %v", a)
	}
	want("a device link that was used", device, 410, "link.used")

	for what, secret := range map[string]string{
		"a made-up secret": "acme." + strings.Repeat("a", 32), "another company's": "beta." + strings.Repeat("a", 32),
		"no company": strings.Repeat("a", 32), "nothing": "", "a dot": ".", "a path": "../acme." + strings.Repeat("a", 32),
		"a session": w.anna.token, "half a secret": three[:len(three)-1], "a longer secret": three + "a", "in capitals": strings.ToUpper(three),
	} {
		want(what, secret, 404, "link.unknown")
	}
	// A link's secret is no session, and an invite's neither.
	_, unused := invite(1)
	refused(t, w.c.person(unused), "GET", "/me", nil, 401, "login.signed_out")
	refused(t, w.c.person("verbale_acme_"+strings.TrimPrefix(unused, "acme.")), "GET", "/me", nil, 401, "login.signed_out")

	// Time passes: by hand, since it may not by waiting.
	w.server.end(t)
	db := storetest.ByHand(t, w.dir, "acme")
	edit(t, db, "UPDATE link SET expires = 1 WHERE used = 0")
	db.Close()
	_, at := start(t, w.dir, "--limits-address", "1000")
	for _, p := range []*person{nobody, w.anna, w.c.owner} {
		p.where, p.http = on(at), newHTTP(on(at))
	}
	want("an invite that has expired", unused, 410, "link.expired")
}

func TestNoTokenWorksThatIsNone(t *testing.T) {
	t.Parallel()
	w := settle(t)
	_, secret, _ := strings.Cut(w.anna.token, ".")
	for what, header := range map[string]http.Header{
		"none":              {},
		"a guess":           {"Authorization": {"Bearer verbale_acme_" + strings.Repeat("a", 32)}},
		"no secret":         {"Authorization": {"Bearer verbale_acme_"}},
		"half":              {"Authorization": {"Bearer verbale_acme_" + secret[:16]}},
		"basic":             {"Authorization": {"Basic " + secret}},
		"without a name":    {"Authorization": {"Bearer " + secret}},
		"in capitals":       {"Authorization": {"Bearer VERBALE_acme_" + secret}},
		"a path as company": {"Authorization": {"Bearer verbale_../acme_" + secret}},
		"no company's":      {"Authorization": {"Bearer verbale_beta_" + secret}},
		"very long":         {"Authorization": {"Bearer verbale_acme_" + strings.Repeat("a", 20_000)}},
		"an empty cookie":   {"Cookie": {"verbale="}},
		"a cookie's guess":  {"Cookie": {"verbale=acme." + strings.Repeat("a", 32)}},
		"a bad token beside a good cookie": {"Authorization": {"Bearer verbale_acme_" + strings.Repeat("a", 32)},
			"Cookie": {"verbale=" + w.anna.token}},
	} {
		r, err := http.NewRequest("GET", "http://verbale.test"+prefix+"/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		got, err := w.anna.http.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got.Body.Close()
		if got.StatusCode != 401 {
			t.Errorf("%s: status %d", what, got.StatusCode)
		}
	}
}

// TestGuessingAndFloodingIsSlowedDown wants 429 for too many calls by one
// person, too many joins from one address, and guesses at a password.
func TestGuessingAndFloodingIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := settle(t, "--limits-person", "50")
	flood := func(what string, most int, code string, call func() answer) {
		t.Helper()
		for range most {
			a := call()
			if a.status == 429 {
				refusal(t, what, a)
				if a.code() != code {
					t.Errorf("%s: %v", what, a)
				}
				return
			}
		}
		t.Errorf("%s: %d calls were all answered", what, most)
	}
	flood("calls by one person", 5000, "request.too_many", func() answer { return w.anna.call(t, "GET", "/me", nil) })
	if a := w.marco.call(t, "GET", "/me", nil); a.status != 200 {
		t.Errorf("another person has to wait, too: %v", a)
	}

	ask[struct{}](t, w.marco, "PUT", "/me/password", object{"login": "marco", "password": "long enough " + canary})
	nobody := w.c.person("")
	guess := func() answer {
		return nobody.call(t, "POST", "/sign-in/password", object{"login": "marco", "password": "guess " + canary})
	}
	flood("guesses at a password", 20, "login.too_many", guess)
	// The right one has to wait as well: else the wait would tell nothing.
	if a := nobody.call(t, "POST", "/sign-in/password", object{"login": "marco", "password": "long enough " + canary}); a.status != 429 {
		t.Errorf("the right password while waiting: %v", a)
	}
	flood("joins from one address", 500, "request.too_many", func() answer {
		return nobody.call(t, "POST", "/joins/look", object{"secret": "acme." + strings.Repeat("a", 32)})
	})
	if a := nobody.call(t, "GET", "/hello", nil); a.status != 200 {
		t.Errorf("who floods the joins still sees the page: %v", a)
	}
}
