package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// two is a server with two companies. Numbers of b are beyond those of a.
type two struct {
	dir    string
	server *server
	a, b   *estate
	calls  []operation
}

const ballast = 1600

func twoCompanies(t *testing.T, hosts bool) two {
	t.Helper()
	dir := t.TempDir()
	s, at := start(t, dir, "--limits-address", "1000")
	hostA, hostB := "", ""
	if hosts {
		hostA, hostB = "a.test", "b.test"
	}
	a := build(t, dir, "alfa", hostA, "Quixalfa", 0, on(at))
	b := build(t, dir, "beta", hostB, "Zyzbeta", ballast, on(at))
	calls := operations(t, a.owner)
	for _, o := range calls {
		if _, known := recipes[o.id]; !known {
			t.Errorf("there is no recipe for %s (%s %s)", o.id, o.method, o.path)
		}
	}
	return two{dir, s, a, b, calls}
}

// bothWays runs a test with companies that have hosts and without.
func bothWays(t *testing.T, test func(t *testing.T, w two)) {
	t.Parallel()
	for name, hosts := range map[string]bool{"with hosts": true, "without hosts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, twoCompanies(t, hosts))
		})
	}
}

// same compares two answers byte for byte, but for when they were given.
func same(t *testing.T, what string, is, as answer) {
	t.Helper()
	header := func(a answer) http.Header {
		h := a.header.Clone()
		h.Del("Date")
		return h
	}
	if is.status != as.status || string(is.body) != string(as.body) || fmt.Sprint(header(is)) != fmt.Sprint(header(as)) {
		t.Errorf("%s is answered %v %v, and one that does not exist %v %v", what, is, header(is), as, header(as))
	}
}

// nobodys is a number that nothing has, as long as those of b.
const nobodys = "9876"

// TestWhatOnlyAnotherCompanyHasLooksLikeWhatDoesNotExist asks for everything
// of b with the credentials of a, in every place where a call takes a number.
func TestWhatOnlyAnotherCompanyHasLooksLikeWhatDoesNotExist(t *testing.T) {
	bothWays(t, func(t *testing.T, w two) {
		size := ask[me](t, w.a.owner, "GET", "/me", nil).Seq
		for kind, id := range w.b.ids {
			if id <= size {
				t.Fatalf("b's %s has the number %d, which a has as well", kind, id)
			}
		}
		tried := 0
		for _, o := range w.calls {
			for _, by := range []*person{w.a.owner, w.a.marco} {
				for _, param := range o.params {
					kind := o.whose(param)
					if kind == "" {
						if o.id != "register-tile" {
							t.Errorf("%s: of what is %q the number?", o.id, param)
						}
						continue
					}
					foreign, missing := o.own(w.a), o.own(w.a)
					foreign[param], missing[param] = fmt.Sprint(w.b.ids[kind]), nobodys
					is, as := o.make(t, by, w.a, foreign), o.make(t, by, w.a, missing)
					same(t, fmt.Sprintf("%s with b's %s", o.id, kind), is, as)
					if is.status < 400 {
						t.Errorf("%s with b's %s: %v", o.id, kind, is)
					}
					tried++
				}
				tried += w.foreignInBody(t, o, by)
			}
		}
		for _, path := range []string{
			"/search?q=e&in=%s", "/search?q=e&from=%s", "/search?q=in:%s+e", "/search?q=from:%s+e",
			fmt.Sprintf("/imports/%d/comparison?with=%%s", w.a.ids["import"]),
		} {
			for _, kind := range []string{"conversation", "person", "import"} {
				is := w.a.owner.call(t, "GET", fmt.Sprintf(path, fmt.Sprint(w.b.ids[kind])), nil)
				same(t, path+" with b's "+kind, is, w.a.owner.call(t, "GET", fmt.Sprintf(path, nobodys), nil))
				tried++
			}
		}
		// The first whole tile of hashes is in b's tree and not yet in a's.
		same(t, "b's tile", w.a.owner.call(t, "GET", "/register/tile/0/000", nil), w.a.owner.call(t, "GET", "/register/tile/0/009", nil))
		same(t, "b's tile of entries", w.a.owner.call(t, "GET", "/register/tile/entries/000", nil), w.a.owner.call(t, "GET", "/register/tile/entries/009", nil))
		w.foreignBySocket(t)
		if grown := ask[me](t, w.a.owner, "GET", "/me", nil).Seq; grown >= w.b.ids["person"] {
			t.Errorf("a's register has grown to %d, into b's numbers", grown)
		}
		t.Logf("%d places tried", tried)
		if tried < 60 {
			t.Error("that is too few")
		}
	})
}

// numbers are the fields of bodies that hold somebody's or something's number.
var numbers = map[string]string{"members": "person", "person": "person", "reply_to": "message", "files": "file", "conversation": "conversation"}

// foreignInBody puts b's numbers into the body of a call.
func (w two) foreignInBody(t *testing.T, o operation, by *person) (tried int) {
	t.Helper()
	r := recipes[o.id]
	if r.body == nil {
		return 0
	}
	for field, property := range o.body.Properties {
		kind, known := numbers[field]
		if !known {
			if property.Items != nil && property.Items.is("integer") {
				t.Errorf("%s: of what are %q the numbers?", o.id, field)
			}
			continue
		}
		with := func(id string) answer {
			body := clone(r.body(w.a)).(map[string]any)
			var number any = json.Number(id)
			if property.is("array") {
				number = []any{number}
			}
			body[field] = number
			return by.call(t, o.method, o.with(o.own(w.a)), body)
		}
		is, as := with(fmt.Sprint(w.b.ids[kind])), with(nobodys)
		same(t, fmt.Sprintf("%s with b's %s in %s", o.id, kind, field), is, as)
		if is.status < 400 {
			t.Errorf("%s with b's %s in %s: %v", o.id, kind, field, is)
		}
		tried++
	}
	return tried
}

// foreignBySocket posts into, marks and types in a conversation of b's.
func (w two) foreignBySocket(t *testing.T) {
	t.Helper()
	s := w.a.owner.connect(t)
	watching := w.b.marco.connect(t)
	answers := map[string]string{}
	for ref, id := range map[int]string{1: fmt.Sprint(w.b.ids["conversation"]), 2: nobodys} {
		s.write(t, fmt.Sprintf(`{"type":"mark","conversation":%s,"read":1}`, id))
		s.write(t, fmt.Sprintf(`{"type":"typing","conversation":%s}`, id))
		s.write(t, fmt.Sprintf(`{"type":"post","ref":%d,"key":%q,"conversation":%s,"text":"hello"}`, ref, newKey(), id))
		f := s.until(t, func(f frame) bool { return f.Ref == json.Number(fmt.Sprint(ref)) })
		answers[id] = f.Type + f.Code
	}
	if len(answers) != 2 || answers[nobodys] != "errorconversation.not_found" || answers[fmt.Sprint(w.b.ids["conversation"])] != answers[nobodys] {
		t.Errorf("by the socket: %v", answers)
	}
	// Nothing of it reached b: the next thing that happens there comes first.
	told := w.b.owner.say(t, w.b.ids["conversation"], "one's own")
	watching.until(t, func(f frame) bool {
		if f.Type == "typing" || f.Type == "marks" && f.Person == w.a.owner.id {
			t.Errorf("b was told of a's %s", f.Type)
		}
		return f.Seq == told.ID
	})
}

// TestAColleaguesConversationLooksLikeOneThatDoesNotExist is the same within
// one company, for somebody who is not in the conversation.
func TestAColleaguesConversationLooksLikeOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, at := start(t, dir, "--limits-address", "1000")
	e := build(t, dir, "beta", "", "Zyzbeta", 800, on(at))
	secret := map[string]bool{"conversation": true, "message": true, "file": true, "entry": true, "import": true, "device": true, "passkey": true}
	for _, o := range operations(t, e.owner) {
		for _, param := range o.params {
			kind := o.whose(param)
			if !secret[kind] {
				continue // people are everybody's to know, invites nobody's but an administrator's
			}
			there, missing := o.own(e), o.own(e)
			there[param], missing[param] = fmt.Sprint(e.ids[kind]), "987" // as long
			if len(there[param]) != len(missing[param]) {
				t.Fatalf("%s has the number %s", kind, there[param])
			}
			is, as := o.make(t, e.elsewhere, e, there), o.make(t, e.elsewhere, e, missing)
			same(t, fmt.Sprintf("%s of a colleague's %s", o.id, kind), is, as)
			if is.status != 404 {
				t.Errorf("%s of a colleague's %s: %v", o.id, kind, is)
			}
		}
	}
}

// TestAnotherCompanysCredentialsAreWorthNothing takes b's token, cookie and
// links to a.
func TestAnotherCompanysCredentialsAreWorthNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, w two) {
		_, tokenSecret, _ := strings.Cut(strings.TrimPrefix(w.b.owner.token, "verbale_"), "_")
		_, cookieSecret, _ := strings.Cut(w.b.marco.token, ".")
		guess := strings.Repeat("a", len(tokenSecret))
		credentials := map[string]string{ // each with a guess of the same form
			"verbale_alfa_" + tokenSecret: "verbale_alfa_" + guess,
			"alfa." + cookieSecret:        "alfa." + guess,
			"alfa." + w.b.link:            "alfa." + strings.Repeat("a", len(w.b.link)),
		}
		if w.a.host != "" {
			credentials["verbale_beta_"+tokenSecret] = "verbale_beta_" + guess
			credentials["beta."+cookieSecret] = "beta." + guess
			credentials[w.b.link] = "beta." + guess
			credentials[w.b.invite] = "beta." + guess
		}
		for _, o := range w.calls {
			for real, guessed := range credentials {
				is := o.make(t, w.a.person(real), w.a, o.own(w.a))
				as := o.make(t, w.a.person(guessed), w.a, o.own(w.a))
				if o.session {
					same(t, o.id+" with b's credential", is, as)
					if is.status != 401 || is.code() != "login.signed_out" {
						t.Errorf("%s with b's credential: %v", o.id, is)
					}
				} else if strings.Contains(string(is.body), w.b.word) {
					t.Errorf("%s with b's credential tells of b: %v", o.id, is)
				}
			}
		}
		for real := range credentials {
			if s, refusal, err := w.a.person(real).dial(5 * time.Second); err == nil {
				s.conn.NetConn().Close()
				t.Error("b's credential opened a socket of a")
			} else if refusal == nil || refusal.StatusCode != 401 {
				t.Errorf("b's credential was refused a socket with %v, %v", refusal, err)
			}
		}
		// What signs in: at a's address, b's link and login are like none.
		if w.a.host != "" {
			nobody := w.a.person("")
			for _, path := range []string{"/joins", "/joins/look"} {
				body := func(secret string) object {
					if path == "/joins" {
						return object{"secret": secret, "name": "Intruder"}
					}
					return object{"secret": secret}
				}
				as := nobody.call(t, "POST", path, body("beta."+guess))
				for _, secret := range []string{w.b.link, w.b.invite} {
					same(t, path+" with b's link", nobody.call(t, "POST", path, body(secret)), as)
				}
				if as.status != 404 || as.code() != "link.unknown" {
					t.Errorf("%s with no link: %v", path, as)
				}
			}
			body := recipes["sign-in-password"].body(w.b)
			refused(t, nobody, "POST", "/sign-in/password", body, 401, "login.wrong")
			if a := w.b.person("").call(t, "POST", "/sign-in/password", body); a.status != 200 {
				t.Errorf("at b's own address: %v", a)
			}
		}
		// They still work where they belong.
		ask[me](t, w.b.owner, "GET", "/me", nil)
		ask[me](t, w.b.marco, "GET", "/me", nil)
	})
}
